import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import WiringModule from "./wiring.ts";

/** Coming losses whose slots are prepared, unless the parameters say otherwise. */
export const PREPARED_LOSSES = 4;

/** What prepares slots of coming losses for whoever calls it, and the first of them. Needs the vault's finished stack. */
export default buildModule("Preparation", (m) => {
  const { engine, vault } = m.useModule(WiringModule);
  const preparer = m.contract("LossPreparer", [engine]);
  m.call(preparer, "prepare", [vault, m.getParameter("losses", PREPARED_LOSSES)], { after: [WiringModule] });
  return { preparer };
});
