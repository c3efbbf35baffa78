import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { stepRows } from "../../scripts/lib/steward-table.ts";
import AccessModule from "./access.ts";

/** The risk steward of lending vaults with its table of steps. It can do nothing until handover.ts gives it its role. */
export default buildModule("Steward", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const riskSteward = m.contract("RiskSteward", [accessManager, stepRows()]);
  return { riskSteward };
});
