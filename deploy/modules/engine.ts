import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";

/** The waterfall. Vaults are registered with it in wiring.ts. */
export default buildModule("Engine", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const engine = m.contract("WriteOffEngine", [accessManager]);
  return { engine };
});
