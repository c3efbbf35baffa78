import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/**
 * A margin vault with a fund and a book of bids of its own, for a system that stands already: asset, oracle, engine,
 * dilution and AccessManager are parameters. Nobody can use it until governance has registered it with the engine and
 * set its rules (scripts/lib/add-margin.ts); the deployer has no right in it at any time.
 */
export default buildModule("MarginAddition", (m) => {
  const asset = m.getParameter<string>("asset");
  const engine = m.getParameter<string>("engine");
  const oracle = m.getParameter<string>("oracle");
  const authority = m.getParameter<string>("accessManager");

  const builtFor = [asset, engine, oracle];
  const wiring = {
    asset,
    engine,
    oracle,
    orderModule: m.contract("OrderModule", builtFor),
    resolveModule: m.contract("ResolveModule", builtFor),
    lossModule: m.contract("MarginLossModule", builtFor),
    configModule: m.contract("MarginConfigModule", builtFor),
    viewModule: m.contract("MarginViewModule", builtFor),
    authority,
  };
  const vault = m.contract("MarginVault", [wiring, m.getParameter("name"), m.getParameter("symbol")]);
  const fund = m.contract("InsuranceFund", [
    vault,
    m.getParameter("fundName"),
    m.getParameter("fundSymbol"),
    authority,
    m.getParameter("fundTerms"),
  ]);
  const underwriters = m.contract("UnderwriterBook", [
    vault,
    m.getParameter<string>("dilution"),
    m.getParameter<bigint[]>("prices"),
    m.getParameter("noticePeriod"),
    m.getParameter("noticeWindow"),
  ]);
  return { vault, fund, underwriters };
});
