import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import HandoverModule from "./handover.ts";
import LensModule from "./lens.ts";
import OracleModule from "./oracle.ts";
import PreparationModule from "./preparation.ts";
import StewardModule from "./steward.ts";
import WiringModule from "./wiring.ts";

/** Everything, in order. The tokens and their feeds are parameters: on a test chain local-market.ts makes them. */
export default buildModule("Plimsoll", (m) => {
  const { accessManager } = m.useModule(HandoverModule);
  const { lens, keeperLens, marginLens } = m.useModule(LensModule);
  const { oracle } = m.useModule(OracleModule);
  const { riskSteward } = m.useModule(StewardModule);
  const { engine, vault, fund, dilution, underwriters } = m.useModule(WiringModule);
  const { preparer } = m.useModule(PreparationModule);
  const lenses = { lens, keeperLens, marginLens };
  return { accessManager, oracle, engine, vault, fund, dilution, underwriters, riskSteward, preparer, ...lenses };
});
