import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import MarginWiringModule from "./margin-wiring.ts";
import PreparationModule, { PREPARED_LOSSES } from "./preparation.ts";

/** The margin vault's first losses, prepared by the same contract. */
export default buildModule("MarginPreparation", (m) => {
  const { preparer } = m.useModule(PreparationModule);
  const { marginVault } = m.useModule(MarginWiringModule);
  m.call(preparer, "prepare", [marginVault, m.getParameter("losses", PREPARED_LOSSES)], {
    after: [MarginWiringModule],
  });
  return { preparer };
});
