import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";

/** Answers of the simulated feeds have 8 decimals, as Chainlink's dollar feeds do. */
const FEED_DECIMALS = 8;
/** Bounds of what the aggregator lets an oracle submit: a ten-millionth of a dollar to a hundred million dollars. */
const MIN_SUBMISSION = 10n;
const MAX_SUBMISSION = 10n ** 16n;

/**
 * What a live network has and the in-process chain lacks: the two tokens, and for each a real Chainlink FluxAggregator
 * behind a real EACAggregatorProxy. One oracle account submits the rounds; it is paid nothing, so there is no LINK.
 */
export default buildModule("LocalMarket", (m) => {
  const oracleAccount = m.getParameter<string>("oracleAccount");

  const token = (id: "Asset" | "Collateral") =>
    m.contract(
      "TestToken",
      [m.getParameter(`name${id}`), m.getParameter(`symbol${id}`), m.getParameter(`decimals${id}`)],
      { id },
    );

  const feed = (id: "Asset" | "Collateral") => {
    const aggregator = m.contract(
      "FluxAggregator",
      [ZeroAddress, 0, 0, ZeroAddress, MIN_SUBMISSION, MAX_SUBMISSION, FEED_DECIMALS, m.getParameter(`feed${id}`)],
      { id: `${id}Aggregator` },
    );
    m.call(aggregator, "changeOracles", [[], [oracleAccount], [oracleAccount], 1, 1, 0], { id: `${id}Oracles` });
    const proxy = m.contract("EACAggregatorProxy", [aggregator, ZeroAddress], { id: `${id}Feed` });
    return { aggregator, proxy };
  };

  const assetFeed = feed("Asset");
  const collateralFeed = feed("Collateral");
  return {
    asset: token("Asset"),
    collateral: token("Collateral"),
    assetAggregator: assetFeed.aggregator,
    assetFeed: assetFeed.proxy,
    collateralAggregator: collateralFeed.aggregator,
    collateralFeed: collateralFeed.proxy,
  };
});
