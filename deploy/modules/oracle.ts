import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import AccessModule from "./access.ts";

/** The price oracle with one feed for the lent asset and one for the collateral. */
export default buildModule("Oracle", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const oracle = m.contract("ChainlinkOracle", [
    accessManager,
    m.getParameter("sequencerUptimeFeed"),
    m.getParameter("gracePeriod"),
  ]);

  const setFeed = (id: "Asset" | "Collateral", token: "asset" | "collateral") =>
    m.call(
      oracle,
      "setFeed",
      [
        m.getParameter<string>(token),
        {
          feed: m.getParameter<string>(`${token}Feed`),
          maxStaleness: m.getParameter(`maxStaleness${id}`),
          minAnswer: m.getParameter(`minAnswer${id}`),
          maxAnswer: m.getParameter(`maxAnswer${id}`),
        },
      ],
      { id: `set${id}Feed` },
    );
  setFeed("Asset", "asset");
  setFeed("Collateral", "collateral");
  return { oracle };
});
