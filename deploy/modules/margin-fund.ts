import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import MarginVaultModule from "./margin-vault.ts";

/** The margin vault's own insurance fund: its losses never touch another vault's. */
export default buildModule("MarginFund", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { marginVault } = m.useModule(MarginVaultModule);
  const marginFund = m.contract("InsuranceFund", [
    marginVault,
    m.getParameter("name"),
    m.getParameter("symbol"),
    accessManager,
    m.getParameter("terms"),
  ]);
  return { marginFund };
});
