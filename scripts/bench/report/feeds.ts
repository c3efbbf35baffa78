import type { FeedReads, MainnetReads } from "../feeds/reads.ts";
import { exact, thousands } from "./figures.ts";

/** What stands below the tables with real feeds. */
export function feedReads(own: FeedReads, mainnet: MainnetReads): { text: string; rows: string[][] } {
  const { description, feed, block, phase } = mainnet;
  return {
    text:
      `What reading a price costs the contract that asks, the call included. Mainnet's is the ${description} proxy ` +
      `\`${feed}\` with aggregator ${phase} behind it, on a fork of block ${exact(block)} (\`make bench-fork\` measures it ` +
      "again); putting the question together and taking the answer apart is some 500 gas more in Solidity.",
    rows: [
      [`mainnet, ${description}`, exact(mainnet.firstRead), exact(mainnet.secondRead)],
      ["this benchmark's proxy and aggregator", exact(own.firstRead), exact(own.secondRead)],
    ],
  };
}

/** The same in a line, for a terminal. */
export function feedReadsLine(own: FeedReads, { description, block, firstRead, secondRead }: MainnetReads): string {
  const both = (first: number, second: number) => `${thousands(first)}, then ${thousands(second)}`;
  return [
    `\nReading a feed, first and again in a transaction: ${both(own.firstRead, own.secondRead)} here;`,
    `mainnet's ${description} at block ${block}: ${both(firstRead, secondRead)}`,
  ].join("\n");
}
