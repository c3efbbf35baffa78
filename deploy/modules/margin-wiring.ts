import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import DilutionModule from "./dilution.ts";
import EngineModule from "./engine.ts";
import MarginFundModule from "./margin-fund.ts";
import MarginVaultModule from "./margin-vault.ts";

/** Seconds in which charged providers may take what a sale left, unless the parameters say otherwise: a week. */
const CLAIM_WINDOW = 604_800;
/** Kinds of layers as in IWriteOffEngine.Kind. */
const KIND = { insurance: 0, dilution: 1 } as const;

/** Registers the margin vault with its own fund, standing bids and mint budget. */
export default buildModule("MarginWiring", (m) => {
  const { engine } = m.useModule(EngineModule);
  const { marginVault } = m.useModule(MarginVaultModule);
  const { marginFund } = m.useModule(MarginFundModule);
  const { dilution } = m.useModule(DilutionModule);
  const marginUnderwriters = m.contract("UnderwriterBook", [
    marginVault,
    dilution,
    m.getParameter<bigint[]>("prices"),
    m.getParameter("noticePeriod"),
    m.getParameter("noticeWindow"),
  ]);

  const registered = m.call(engine, "registerVault", [
    marginVault,
    [
      { tranche: marginFund, gasStipend: m.getParameter("fundStipend"), kind: KIND.insurance },
      { tranche: dilution, gasStipend: m.getParameter("dilutionStipend"), kind: KIND.dilution },
    ],
  ]);
  const after = [registered];
  m.call(dilution, "setLimits", [marginVault, m.getParameter("mintLimits")], { after });
  m.call(dilution, "setSaleTerms", [marginVault, m.getParameter("saleTerms")], { after });
  m.call(dilution, "setBuybackTerms", [marginVault, m.getParameter("buybackTerms")], { after });
  m.call(dilution, "setUnderwriters", [marginVault, marginUnderwriters], { after });
  m.call(dilution, "setClaimWindow", [marginVault, m.getParameter("claimWindow", CLAIM_WINDOW)], {
    after: [registered, DilutionModule],
  });
  m.call(marginVault, "setMinProvision", [m.getParameter("minProvision")]);
  m.call(marginVault, "setReservePolicy", [m.getParameter("reserveTarget"), marginFund]);
  m.call(marginVault, "setPremiumShare", [marginUnderwriters, m.getParameter("underwriterBps")]);
  return { engine, marginVault, marginFund, marginUnderwriters, dilution };
});
