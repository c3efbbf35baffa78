/** The ordered lists of a configuration: what the keeper does, and where it sells. */
import { isHexString } from "ethers";

import { type Reader } from "./reader.ts";
import { type KeeperConfig, type StrategyConfig, type VenueConfig } from "./types.ts";

const STRATEGIES = [
  "liquidate",
  "liquidateMargin",
  "orders",
  "impair",
  "writeOff",
  "auctions",
  "sweep",
  "prepare",
  "claim",
] as const;
const VENUES = ["hold", "uniswapV3", "desk"] as const;
/** A token, then at least one pair of fee and token: 20 + 23 n bytes. */
const isPath = (value: unknown): value is string =>
  isHexString(value) && value.length > 42 && ((value.length - 2) / 2 - 20) % 23 === 0;

/** @param preparer `LossPreparer` of the chain's address file, for those who do not name one */
export function parseActions(
  reader: Reader,
  preparer: string | undefined,
): Pick<KeeperConfig, "strategies" | "venues"> {
  return {
    strategies: reader.list("strategies").map((item) => {
      const strategy = parseStrategy(item, preparer);
      item.done();
      return strategy;
    }),
    venues: reader.list("venues").map((item) => {
      const venue = parseVenue(item);
      item.done();
      return venue;
    }),
  };
}

function parseStrategy(item: Reader, preparer: string | undefined): StrategyConfig {
  const use = item.oneOf("use", STRATEGIES);
  const batch = () => item.whole("batch", { min: 1, max: 50, fallback: 10 });
  const everyBlocks = () => item.whole("everyBlocks", { min: 1, max: 1_000_000, fallback: 300 });
  switch (use) {
    case "orders":
      return {
        ...{ use, minProfitWad: item.amount("minProfit", "0"), cancel: item.flag("cancel", true) },
        perBlock: item.whole("perBlock", { min: 1, max: 500, fallback: 50 }),
      };
    case "liquidate":
    case "liquidateMargin":
      return {
        ...{ use, minProfitWad: item.amount("minProfit", "0") },
        perBlock: item.whole("perBlock", { min: 1, max: 500, fallback: 20 }),
      };
    case "impair":
      return {
        ...{ use, maxCostWad: item.amount("maxCost") },
        ...{ refreshBps: item.whole("refreshBps", { min: 1, max: 10_000, fallback: 2_500 }), batch: batch() },
      };
    case "writeOff":
      return {
        ...{ use, alwaysWriteOff: item.flag("alwaysWriteOff", false) },
        ...{ maxCostWad: item.amount("maxCost", "0"), batch: batch() },
        perBlock: item.whole("perBlock", { min: 1, max: 500, fallback: 100 }),
      };
    case "auctions":
      return {
        ...{ use, settle: item.flag("settle", true), maxCostWad: item.amount("maxCost", "0") },
        ...{ buyAtWad: item.amount("buyAt", "0"), maxSpendWad: item.amount("maxSpend", "0") },
        sellAtWad: item.amount("sellAt", "0"),
      };
    case "sweep":
      return {
        ...{ use, everyBlocks: everyBlocks() },
        ...{ minAssetsWad: item.amount("minAssets", "0"), maxCostWad: item.amount("maxCost") },
      };
    case "prepare":
      return {
        ...{ use, preparer: item.has("preparer") ? item.address("preparer") : (preparer ?? item.address("preparer")) },
        ...{ losses: item.whole("losses", { min: 1, max: 128 }), maxBaseFee: item.gwei("maxBaseFeeGwei") },
        ...{ everyBlocks: everyBlocks(), maxCostWad: item.amount("maxCost") },
      };
    case "claim":
      return {
        ...{ use, everyBlocks: everyBlocks() },
        ...{ minAssetsWad: item.amount("minAssets", "0"), maxCostWad: item.amount("maxCost", "0") },
        accounts: item.list("accounts").map((entry) => {
          const account = {
            ...{ account: entry.address("account"), receiver: entry.address("receiver") },
            shares: entry.address("shares"),
          };
          entry.done();
          return account;
        }),
      };
  }
}

function parseVenue(item: Reader): VenueConfig {
  const use = item.oneOf("use", VENUES);
  switch (use) {
    case "hold":
      return { use, haircutBps: item.whole("haircutBps", { min: 0, max: 10_000, fallback: 0 }) };
    case "desk":
      return { use, desk: item.address("desk") };
    case "uniswapV3":
      return {
        ...{ use, router: item.address("router") },
        version: item.oneOf("version", ["SwapRouter", "SwapRouter02"], "SwapRouter02"),
        paths: parsePaths(item),
      };
  }
}

function parsePaths(item: Reader): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [index, path] of item.list("paths").entries()) {
    const encoded = path.raw("path");
    if (!isPath(encoded)) {
      path.complain("path", encoded, "an encoded Uniswap V3 path: token, 3 bytes of fee, token, …");
      continue;
    }
    path.done();
    const collateral = `0x${encoded.slice(2, 42).toLowerCase()}`;
    if (paths.has(collateral)) item.complain(`paths[${index}]`, collateral, "one path for each collateral");
    paths.set(collateral, encoded);
  }
  return paths;
}
