/**
 * The production build on its own: what is deployed, and the tokens and prices that are measured with it. No tests and
 * no other stand-ins, which take longer to compile than the rest; and artifacts of its own, so that the daily build
 * stays as it is.
 *
 *   hardhat --config hardhat.production.config.ts --build-profile production build
 */
import { readdirSync } from "node:fs";

import { defineConfig } from "hardhat/config";

import config from "./hardhat.config.ts";

const STAND_INS = "testing";
const MEASURED_WITH = ["contracts/testing/tokens", "contracts/testing/oracle"];
const rooms = readdirSync("contracts").filter((room) => room !== STAND_INS);

export default defineConfig({
  ...config,
  paths: {
    ...config.paths,
    sources: [...rooms.map((room) => `contracts/${room}`), ...MEASURED_WITH],
    tests: { mocha: "./test", solidity: "./cache/production/none" },
    artifacts: "./cache/production/artifacts",
    cache: "./cache/production",
  },
  typechain: { outDir: "./cache/production/types" },
});
