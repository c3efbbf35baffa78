import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import LensModule from "./lens.ts";
import MarginHandoverModule from "./margin-handover.ts";
import MarginPreparationModule from "./margin-preparation.ts";
import MarginWiringModule from "./margin-wiring.ts";
import OracleModule from "./oracle.ts";
import StewardModule from "./steward.ts";
import WiringModule from "./wiring.ts";

/** Both kinds of vault side by side: one engine, oracle, dilution and lens; funds, bids and mint budgets of their own. */
export default buildModule("MarginPlimsoll", (m) => {
  const { accessManager } = m.useModule(MarginHandoverModule);
  const { lens, keeperLens, marginLens } = m.useModule(LensModule);
  const { oracle } = m.useModule(OracleModule);
  const { riskSteward } = m.useModule(StewardModule);
  const { engine, vault, fund, dilution, underwriters } = m.useModule(WiringModule);
  const { marginVault, marginFund, marginUnderwriters } = m.useModule(MarginWiringModule);
  const { preparer } = m.useModule(MarginPreparationModule);
  return {
    ...{ accessManager, oracle, engine, dilution, riskSteward, preparer, lens, keeperLens, marginLens },
    ...{ vault, fund, underwriters },
    ...{ marginVault, marginFund, marginUnderwriters },
  };
});
