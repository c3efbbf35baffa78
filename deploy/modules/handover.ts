import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import { handOver } from "./hand-over.ts";
import OracleModule from "./oracle.ts";
import StewardModule from "./steward.ts";
import VaultModule from "./vault.ts";
import WiringModule from "./wiring.ts";

/**
 * The last step: every restricted function gets its role, the roles get their holders, the deployer lets go. All of it
 * follows from the role table; a new contract in the table needs its future in `targets`.
 */
export default buildModule("Handover", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { oracle } = m.useModule(OracleModule);
  const { riskSteward } = m.useModule(StewardModule);
  const wired = m.useModule(WiringModule);
  const targets = {
    ChainlinkOracle: [oracle],
    WriteOffEngine: [wired.engine],
    LendingVault: [wired.vault],
    MarginVault: [],
    InsuranceFund: [wired.fund],
    Dilution: [wired.dilution],
    RiskSteward: [riskSteward],
  };
  handOver(m, accessManager, riskSteward, targets, [OracleModule, VaultModule, WiringModule, StewardModule]);
  return { accessManager };
});
