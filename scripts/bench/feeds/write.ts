/** `make bench-fork`: writes the figures of mainnet's own feed. Where mainnet is, scripts/tooling/bench-fork.ts says. */
import { writeFileSync } from "node:fs";

import { forkMainnet, mainnetIn } from "../../lib/mainnet-fork.ts";
import { measureMainnet } from "./mainnet.ts";
import { MAINNET_FIGURES } from "./reads.ts";

const fork = await forkMainnet(mainnetIn(process.env));
try {
  const figures = await measureMainnet(fork, await fork.ethers.provider.getBlockNumber());
  writeFileSync(MAINNET_FIGURES, `${JSON.stringify(figures, undefined, 2)}\n`);
  const { description, block, firstRead, secondRead } = figures;
  console.log(
    `${description} at block ${block}: first read of a transaction ${firstRead} gas, second ${secondRead} gas`,
  );
  console.log("Written to scripts/bench/feeds/mainnet.json; docs/performance.md has it after the next `make bench`.");
} finally {
  await fork.close();
}
