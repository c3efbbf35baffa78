import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import DilutionModule from "./dilution.ts";
import VaultModule from "./vault.ts";

/** The vault's book of standing bids for the backstop token. It has no owner; dilution learns of it in wiring.ts. */
export default buildModule("Underwriters", (m) => {
  const { vault } = m.useModule(VaultModule);
  const { dilution } = m.useModule(DilutionModule);
  const underwriters = m.contract("UnderwriterBook", [
    vault,
    dilution,
    m.getParameter<bigint[]>("prices"),
    m.getParameter("noticePeriod"),
    m.getParameter("noticeWindow"),
  ]);
  return { underwriters };
});
