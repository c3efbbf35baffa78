/** Measures what only mainnet itself can tell, on a fork of it (MAINNET_RPC_URL, FORK_BLOCK, or the slice). */
import { NO_MAINNET, openMainnet } from "./mainnet-source.ts";
import { run } from "./process.ts";

const mainnet = await openMainnet();
if (mainnet === undefined) {
  console.error(NO_MAINNET.replace("Fork tests are skipped", "Nothing to measure"));
  process.exitCode = 1;
} else {
  try {
    const { exitCode } = await run("hardhat", ["run", "--no-compile", "scripts/bench/feeds/write.ts"], mainnet.env);
    process.exitCode = exitCode;
  } finally {
    await mainnet.close();
  }
}
