import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import DilutionModule from "./dilution.ts";
import EngineModule from "./engine.ts";
import FundModule from "./fund.ts";
import UnderwritersModule from "./underwriters.ts";
import VaultModule from "./vault.ts";

/** Seconds in which charged lenders may take what a sale left, unless the parameters say otherwise: a week. */
const CLAIM_WINDOW = 604_800;
/** Kinds of layers as in IWriteOffEngine.Kind. */
const KIND = { insurance: 0, dilution: 1 } as const;

/** Puts the layers in their order; the rules that need a registered vault or a finished stack follow. */
export default buildModule("Wiring", (m) => {
  const { engine } = m.useModule(EngineModule);
  const { vault } = m.useModule(VaultModule);
  const { fund } = m.useModule(FundModule);
  const { dilution } = m.useModule(DilutionModule);
  const { underwriters } = m.useModule(UnderwritersModule);

  const registered = m.call(engine, "registerVault", [
    vault,
    [
      { tranche: fund, gasStipend: m.getParameter("fundStipend"), kind: KIND.insurance },
      { tranche: dilution, gasStipend: m.getParameter("dilutionStipend"), kind: KIND.dilution },
    ],
  ]);
  const after = [registered];
  m.call(dilution, "setLimits", [vault, m.getParameter("mintLimits")], { after });
  m.call(dilution, "setSaleTerms", [vault, m.getParameter("saleTerms")], { after });
  m.call(dilution, "setBuybackTerms", [vault, m.getParameter("buybackTerms")], { after });
  m.call(dilution, "setUnderwriters", [vault, underwriters], { after });
  // The window, like the contract behind it, is set before the deployer lets go.
  m.call(dilution, "setClaimWindow", [vault, m.getParameter("claimWindow", CLAIM_WINDOW)], {
    after: [registered, DilutionModule],
  });
  // The vault refuses the waterfall's tokens as collateral, so it must know the stack first.
  m.call(vault, "setCollateral", [m.getParameter<string>("collateral"), m.getParameter("collateralConfig")], { after });
  m.call(vault, "setMinProvision", [m.getParameter("minProvision")]);
  // What governance may forgive, and whether stakers have agreed to pay for it; the dilution layer has not.
  m.call(vault, "setRestructuringCaps", [m.getParameter("forgivenHourCap"), m.getParameter("forgivenMonthCap")]);
  m.call(fund, "setRestructuringCover", [m.getParameter("fundCoversRestructuring")]);
  m.call(vault, "setReservePolicy", [m.getParameter("reserveTarget"), fund]);
  m.call(vault, "setPremiumShare", [underwriters, m.getParameter("underwriterBps")]);
  return { engine, vault, fund, dilution, underwriters };
});
