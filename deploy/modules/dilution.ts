import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";
import EngineModule from "./engine.ts";

/** The dilution layer. It creates the backstop token and the buyback auction itself; they have no owner. */
export default buildModule("Dilution", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { engine } = m.useModule(EngineModule);
  const token = {
    name: m.getParameter("name"),
    symbol: m.getParameter("symbol"),
    cap: m.getParameter("cap"),
    initialSupply: m.getParameter("initialSupply"),
    initialHolder: m.getParameter<string>("treasury"),
  };
  const dilution = m.contract("Dilution", [accessManager, engine, token, m.getParameter("globalCap")]);
  const inKindClaims = m.contract("InKindClaims", [dilution]);
  m.call(dilution, "setInKindClaims", [inKindClaims]);
  return { dilution, inKindClaims };
});
