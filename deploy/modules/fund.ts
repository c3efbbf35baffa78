import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import VaultModule from "./vault.ts";

/** The vault's insurance fund. */
export default buildModule("Fund", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { vault } = m.useModule(VaultModule);
  const fund = m.contract("InsuranceFund", [
    vault,
    m.getParameter("name"),
    m.getParameter("symbol"),
    accessManager,
    m.getParameter("terms"),
  ]);
  return { fund };
});
