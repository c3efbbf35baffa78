import { readdirSync } from "node:fs";
import { createRequire } from "node:module";

import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import quietDependencies from "./scripts/tooling/quiet-dependencies.ts";

// The compilers come from npm as WebAssembly, so a build downloads nothing and is the same on every machine.
const require = createRequire(import.meta.url);

/** How often each opcode is expected to run. More than this and the largest contracts are over the limit of 24,576 bytes. */
const OPTIMIZER_RUNS = 200;
/** The lending vault has room for more, which is worth 100 to 200 gas to each of its everyday calls. */
const VAULT_RUNS = 700;

/** For the code of this project. */
const solc = (profile: "default" | "production", runs = OPTIMIZER_RUNS) => ({
  version: "0.8.30",
  path: require.resolve("solc/soljson.js"),
  settings: {
    evmVersion: "cancun",
    viaIR: profile === "production",
    optimizer: { enabled: true, runs },
  },
});

/** Files of the margin vault: via IR their functions need more of the stack than can be reached. */
const MARGIN = "contracts/margin";
const WITHOUT_IR = Object.fromEntries(
  readdirSync(new URL(MARGIN, import.meta.url))
    .filter((name) => name.endsWith(".sol"))
    .map((name) => [`${MARGIN}/${name}`, solc("default")]),
);

/** Larger than a chain takes without IR: lenders' and borrowers' everyday paths are in the vault itself. */
const VAULT = { "contracts/lending/LendingVault.sol": solc("production", VAULT_RUNS) };
/** So is this one, in which liquidations with a loss and without have a way each. */
const LIQUIDATION = { "contracts/lending/LiquidationModule.sol": solc("production") };

/**
 * Dilution sells lots itself and carries the code of the token and of the buyback auction: without IR, more than a chain
 * takes (24,576 bytes, and 49,152 in creation). Those are compiled in the same way by themselves, so that what is on a
 * chain can be told from them.
 */
const DILUTION = Object.fromEntries(
  ["BackstopToken", "BuybackAuction", "Dilution"].map((name) => [`contracts/tranches/${name}.sol`, solc("production")]),
);

/** For the real Chainlink proxy and aggregator that the oracle is tested against, as deployed on mainnet. */
const solcClassic = {
  version: "0.6.6",
  path: require.resolve("solc066/soljson.js"),
  settings: { optimizer: { enabled: true, runs: 200 } },
};

/** Effort of the Solidity tests. `make invariants` sets CAMPAIGN=deep; FUZZ_SEED replays another seed. */
const CAMPAIGNS = {
  quick: { fuzzRuns: 256, invariantRuns: 64, invariantDepth: 64 },
  deep: { fuzzRuns: 10_000, invariantRuns: 512, invariantDepth: 256 },
};
const campaign = CAMPAIGNS[process.env.CAMPAIGN === "deep" ? "deep" : "quick"];

/** A live network. Its RPC and the deployer's key come from Hardhat's encrypted keystore, never from a file. */
const live = (name: string, chainType: "l1" | "op" | "generic") => ({
  type: "http" as const,
  chainType,
  url: configVariable(`${name}_RPC_URL`),
  accounts: [configVariable(`${name}_DEPLOYER_KEY`)],
});

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, quietDependencies],

  solidity: {
    profiles: {
      // `default` is for the daily loop; `production` for gas figures and deployment.
      default: { compilers: [solc("default"), solcClassic], overrides: { ...VAULT, ...LIQUIDATION, ...DILUTION } },
      // One job for all: in isolation each file would be compiled again for each one that imports it.
      production: {
        isolated: false,
        compilers: [solc("production"), solcClassic],
        overrides: { ...WITHOUT_IR, ...VAULT },
      },
    },
    npmFilesToBuild: [
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
      "chainlink-classic/src/v0.6/EACAggregatorProxy.sol",
      "chainlink-classic/src/v0.6/FluxAggregator.sol",
    ],
  },

  paths: {
    tests: { mocha: "./test", solidity: "./test" },
    ignition: "./deploy",
  },

  networks: {
    default: {
      type: "edr-simulated",
      chainType: "l1",
      hardfork: "osaka",
      // Mainnet's limits are the defaults: 60M gas per block, 2^24 gas per transaction. They are not written here because
      // Hardhat lifts them for coverage, and only where they are left alone.
      // The limit of 24,576 bytes is kept by test/gas for every contract that is ever deployed to a real chain; test doubles
      // that carry a whole vault without modules may exceed it.
      allowUnlimitedContractSize: true,
    },
    // As in deploy/parameters: the file there says which chain a name stands for, and a deployment checks it.
    localhost: { type: "http", chainType: "l1", url: process.env.LOCAL_RPC_URL ?? "http://127.0.0.1:8545" },
    sepolia: live("SEPOLIA", "l1"),
    "base-sepolia": live("BASE_SEPOLIA", "op"),
    "arbitrum-sepolia": live("ARBITRUM_SEPOLIA", "generic"),
    "op-sepolia": live("OP_SEPOLIA", "op"),
    mainnet: live("MAINNET", "l1"),
  },

  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      fuzz: { runs: campaign.fuzzRuns, seed: process.env.FUZZ_SEED ?? "0x706c696d736f6c6c" },
      invariant: { runs: campaign.invariantRuns, depth: campaign.invariantDepth, failOnRevert: false },
    },
  },

  // Mocks and harnesses are not what coverage is about.
  coverage: { skipFiles: ["contracts/testing/**"] },
});
