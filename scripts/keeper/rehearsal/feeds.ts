/** Takes over the price feeds of a copy of a chain: their code is replaced, so that their answers can be chosen. */
import { type Interface } from "ethers";

import { ChainlinkOracle__factory, MockAggregator__factory } from "../../../types/ethers-contracts/index.ts";
import { type Copy } from "./copy.ts";

/** One feed of an oracle, taken over. */
export interface Feed {
  readonly address: string;
  readonly answer: bigint;
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
}

const MOCK: Interface = MockAggregator__factory.createInterface();
const ORACLE = ChainlinkOracle__factory.createInterface();
const NO_ADDRESS = `0x${"0".repeat(40)}`;
const NORMAL = 0;

interface Source {
  readonly feed: string;
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
}

/** Replaces primary and second feed of a token by ones that go on answering what they answer now. */
export async function takeOver(copy: Copy, oracle: string, token: string): Promise<Feed[]> {
  const [config] = ORACLE.decodeFunctionResult(
    "feedConfig",
    await copy.call(oracle, ORACLE.encodeFunctionData("feedConfig", [token])),
  ) as unknown as [{ primary: Source; second: Source }];
  const feeds: Feed[] = [];
  for (const { feed, minAnswer, maxAnswer } of [config.primary, config.second]) {
    if (feed === NO_ADDRESS) continue;
    const latest = await copy.call(feed, MOCK.encodeFunctionData("latestRoundData"));
    const [, answer] = MOCK.decodeFunctionResult("latestRoundData", latest) as unknown as [bigint, bigint];
    await copy.replaceCode(feed, MockAggregator__factory.bytecode, [8, answer]);
    await copy.send(feed, MOCK.encodeFunctionData("setBehavior", [NORMAL]));
    feeds.push({ address: feed, answer, minAnswer, maxAnswer });
  }
  return feeds;
}

/** New rounds, now. */
export async function publish(copy: Copy, feeds: readonly Feed[]): Promise<void> {
  for (const [index, { address, answer }] of feeds.entries()) {
    const now = (await copy.now()) + 1;
    const round = BigInt(now) * 100n + BigInt(index);
    await copy.send(address, MOCK.encodeFunctionData("setRound", [round, answer, now, now, round]));
  }
}
