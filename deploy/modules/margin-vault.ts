import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import EngineModule from "./engine.ts";
import OracleModule from "./oracle.ts";

/** The margin vault, its modules, its rules and its first market, priced by the oracle's feed of `collateral`. */
export default buildModule("MarginVault", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { oracle } = m.useModule(OracleModule);
  const { engine } = m.useModule(EngineModule);
  const asset = m.getParameter<string>("asset");

  const builtFor = [asset, engine, oracle];
  const orderModule = m.contract("OrderModule", builtFor);
  const resolveModule = m.contract("ResolveModule", builtFor);
  const lossModule = m.contract("MarginLossModule", builtFor);
  const configModule = m.contract("MarginConfigModule", builtFor);
  const viewModule = m.contract("MarginViewModule", builtFor);
  const marginVault = m.contract("MarginVault", [
    {
      asset,
      engine,
      oracle,
      orderModule,
      resolveModule,
      lossModule,
      configModule,
      viewModule,
      authority: accessManager,
    },
    m.getParameter("name"),
    m.getParameter("symbol"),
  ]);

  const ruled = m.call(marginVault, "setRiskConfig", [m.getParameter("riskConfig")]);
  // A market is listed at a price, so the oracle must have its feed; and rules of the vault come first.
  m.call(marginVault, "listMarket", [m.getParameter<string>("collateral"), m.getParameter("marketConfig")], {
    after: [ruled, OracleModule],
  });
  return { marginVault, orderModule, resolveModule, lossModule, configModule, viewModule };
});
