import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import EngineModule from "./engine.ts";
import OracleModule from "./oracle.ts";

/** The lending vault, its modules and its rules. */
export default buildModule("Vault", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { oracle } = m.useModule(OracleModule);
  const { engine } = m.useModule(EngineModule);
  const asset = m.getParameter<string>("asset");

  const builtFor = [asset, engine, oracle];
  const liquidationModule = m.contract("LiquidationModule", builtFor);
  const impairmentModule = m.contract("ImpairmentModule", builtFor);
  const restructuringModule = m.contract("RestructuringModule", builtFor);
  const configModule = m.contract("ConfigModule", builtFor);
  const viewModule = m.contract("ViewModule", builtFor);
  const vault = m.contract("LendingVault", [
    {
      asset,
      engine,
      oracle,
      liquidationModule,
      impairmentModule,
      restructuringModule,
      configModule,
      viewModule,
      authority: accessManager,
    },
    m.getParameter("name"),
    m.getParameter("symbol"),
  ]);

  m.call(vault, "setRateModel", [m.getParameter("rateModel")]);
  m.call(vault, "setRiskConfig", [m.getParameter("riskConfig")]);
  return {
    vault,
    liquidationModule,
    impairmentModule,
    restructuringModule,
    configModule,
    viewModule,
  };
});
