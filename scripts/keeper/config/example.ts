/**
 * A keeper's configuration. Copy it to config/keeper/NETWORK.ts, put your addresses in, and run `make keeper
 * NETWORK=...`. Secrets are never written here: only where they are. Amounts are texts in whole tokens.
 */
export default {
  chainId: 11155111,
  rpc: {
    // In the order of preference. With two or more, most of those that answer must agree on the newest block.
    urls: [{ env: "KEEPER_RPC_1" }, { env: "KEEPER_RPC_2" }],
  },
  // Urgent transactions go only here, unseen until they are mined. Leave out to use the nodes above.
  // privateRelay: { env: "KEEPER_RELAY" },
  // Engine, lens and first block may be left out where deploy/addresses has a file for this chain.
  contracts: {
    engine: "0x0000000000000000000000000000000000000001",
    lens: "0x0000000000000000000000000000000000000002",
    // Of margin vaults; leave out if the engine has none, or if you do not keep them.
    marginLens: "0x0000000000000000000000000000000000000007",
    // Needed by the venues "uniswapV3" and "desk"; deploy your own, see docs/runbooks/keeper.md.
    flashLiquidator: "0x0000000000000000000000000000000000000003",
    fromBlock: 0,
  },
  database: { kind: "sqlite", path: "data/keeper.sqlite" },
  // database: { kind: "postgres", url: { env: "KEEPER_DATABASE_URL" } },
  accounts: {
    urgent: { keystore: "secrets/urgent.json", password: { env: "KEEPER_URGENT_PASSWORD" } },
    housekeeping: { env: "KEEPER_HOUSEKEEPING_KEY" },
  },
  // What a whole coin of gas money is worth: asked of the vault's oracle for wrapped ether.
  native: { token: "0x0000000000000000000000000000000000000004" },
  gas: { maxFeeGwei: "300", priorityFeeGwei: "2" },
  // Tried in this order at every block.
  strategies: [
    { use: "liquidate", minProfit: "5" },
    { use: "liquidateMargin", minProfit: "1" },
    { use: "orders", minProfit: "0", cancel: true },
    // Before "impair": a margin account can be written off at once, and then needs no record.
    { use: "writeOff", alwaysWriteOff: true, maxCost: "100" },
    { use: "impair", maxCost: "50" },
    { use: "auctions", settle: true, maxCost: "20" },
    // Of LossPreparer; may be left out where deploy/addresses has a file for this chain. Nobody pays for it.
    {
      use: "prepare",
      preparer: "0x0000000000000000000000000000000000000008",
      losses: 16,
      maxBaseFeeGwei: "3",
      maxCost: "20",
    },
    { use: "sweep", everyBlocks: 7200, minAssets: "1000", maxCost: "20" },
  ],
  venues: [
    {
      use: "uniswapV3",
      router: "0x0000000000000000000000000000000000000005",
      version: "SwapRouter02",
      // Collateral, fee, asset, as Uniswap encodes a path.
      paths: [{ path: "0x00000000000000000000000000000000000000040001f40000000000000000000000000000000000000006" }],
    },
    { use: "hold", haircutBps: 100 },
  ],
  operations: { port: 9464, maxInsolvencyBlocks: 25, webhook: { env: "KEEPER_WEBHOOK" } },
};
