import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import { handOver } from "./hand-over.ts";
import MarginFundModule from "./margin-fund.ts";
import MarginVaultModule from "./margin-vault.ts";
import MarginWiringModule from "./margin-wiring.ts";
import OracleModule from "./oracle.ts";
import StewardModule from "./steward.ts";
import VaultModule from "./vault.ts";
import WiringModule from "./wiring.ts";

/** The last step where both kinds of vault stand side by side on one engine, oracle and dilution. */
export default buildModule("MarginHandover", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { oracle } = m.useModule(OracleModule);
  const { riskSteward } = m.useModule(StewardModule);
  const lending = m.useModule(WiringModule);
  const margin = m.useModule(MarginWiringModule);
  const targets = {
    ChainlinkOracle: [oracle],
    WriteOffEngine: [lending.engine],
    LendingVault: [lending.vault],
    MarginVault: [margin.marginVault],
    InsuranceFund: [lending.fund, margin.marginFund],
    Dilution: [lending.dilution],
    RiskSteward: [riskSteward],
  };
  handOver(m, accessManager, riskSteward, targets, [
    OracleModule,
    VaultModule,
    WiringModule,
    StewardModule,
    MarginVaultModule,
    MarginFundModule,
    MarginWiringModule,
  ]);
  return { accessManager };
});
