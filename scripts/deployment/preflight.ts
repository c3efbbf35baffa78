/** What is asked of the chain before anything is sent: the right chain, tokens and feeds that are there and alive. */
import { Contract, type Provider } from "ethers";

import { type FeedEntry, hasSequencerFeed, type NetworkFile, type TokenEntry } from "../lib/network-file.ts";
import { type Finding, rangeFindings } from "./ranges.ts";

const TOKEN_ABI = ["function decimals() view returns (uint8)", "function symbol() view returns (string)"];
const FEED_ABI = [
  "function decimals() view returns (uint8)",
  "function description() view returns (string)",
  "function latestRoundData() view returns (uint80, int256 answer, uint256 startedAt, uint256 updatedAt, uint80)",
];

/** A deployment that must not begin; says everything that speaks against it at once. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(["the deployment is refused:", ...findings.map(({ name, message }) => `  ${name}: ${message}`)].join("\n"));
    this.findings = findings;
  }
}

/** Throws if something was found. */
export function refuseIf(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new PreflightError(findings);
}

/** Refuses another chain than the file is for, before anything else is asked. */
export async function requireChain(provider: Provider, { network }: NetworkFile): Promise<void> {
  const { chainId } = await provider.getNetwork();
  if (chainId === BigInt(network.chainId)) return;
  refuseIf([
    { name: "WrongChain", message: `the RPC answers for chain ${chainId}, ${network.title} is ${network.chainId}` },
  ]);
}

/** Parameters outside their ranges; tokens and feeds that are missing, stale or not what the file says. */
export async function marketFindings(
  provider: Provider,
  file: NetworkFile,
  made: { asset: string; collateral: string; assetFeed: string; collateralFeed: string },
): Promise<Finding[]> {
  const { asset, collateral } = file.market;
  const now = (await provider.getBlock("latest"))?.timestamp ?? 0;
  const checks = await Promise.all([
    tokenFindings(provider, asset, made.asset),
    tokenFindings(provider, collateral, made.collateral),
    feedFindings(provider, asset.feed, made.assetFeed, now),
    feedFindings(provider, collateral.feed, made.collateralFeed, now),
    sequencerFindings(provider, file, now),
  ]);
  const findings = [...rangeFindings(file), ...checks.flat()];
  if (asset.feed.description.split(" / ")[1] !== collateral.feed.description.split(" / ")[1]) {
    findings.push({ name: "DifferentUnits", message: "the two feeds do not price in the same unit" });
  }
  return findings;
}

async function tokenFindings(provider: Provider, token: TokenEntry, address: string): Promise<Finding[]> {
  const what = `${token.symbol} at ${address}`;
  if ((await provider.getCode(address)) === "0x") return [{ name: "TokenWithoutCode", message: `${what} has no code` }];
  const contract = new Contract(address, TOKEN_ABI, provider);
  const decimals = await ask<bigint>(contract, "decimals");
  const symbol = await ask<string>(contract, "symbol");
  const findings: Finding[] = [];
  if (decimals !== BigInt(token.decimals)) {
    findings.push({ name: "WrongTokenDecimals", message: `${what} has ${decimals} decimals, not ${token.decimals}` });
  }
  if (symbol !== token.symbol) findings.push({ name: "WrongTokenSymbol", message: `${what} calls itself ${symbol}` });
  return findings;
}

async function feedFindings(provider: Provider, feed: FeedEntry, address: string, now: number): Promise<Finding[]> {
  const what = `${feed.description} at ${address}`;
  if ((await provider.getCode(address)) === "0x") return [{ name: "FeedWithoutCode", message: `${what} has no code` }];
  const contract = new Contract(address, FEED_ABI, provider);
  const decimals = await ask<bigint>(contract, "decimals");
  const description = await ask<string>(contract, "description");
  const round = await ask<{ answer: bigint; updatedAt: bigint }>(contract, "latestRoundData");
  if (decimals === undefined || description === undefined || round === undefined) {
    return [{ name: "FeedUnreadable", message: `${what} does not answer as a feed does` }];
  }
  const findings: Finding[] = [];
  if (decimals !== BigInt(feed.decimals)) {
    findings.push({ name: "WrongFeedDecimals", message: `${what} has ${decimals} decimals, not ${feed.decimals}` });
  }
  if (description !== feed.description) {
    findings.push({ name: "WrongFeed", message: `${what} describes itself as "${description}"` });
  }
  const age = BigInt(now) - round.updatedAt;
  if (age > BigInt(feed.maxStaleness)) {
    findings.push({
      name: "FeedStale",
      message: `${what} last answered ${age} s ago, allowed are ${feed.maxStaleness}`,
    });
  }
  if (round.answer < feed.minAnswer || round.answer > feed.maxAnswer) {
    findings.push({
      name: "FeedOutOfBand",
      message: `${what} answers ${round.answer}, the band is ${feed.minAnswer} to ${feed.maxAnswer}`,
    });
  }
  return findings;
}

async function sequencerFindings(provider: Provider, file: NetworkFile, now: number): Promise<Finding[]> {
  const { feed, gracePeriod } = file.market.sequencer;
  if (!hasSequencerFeed(file)) {
    if (gracePeriod === 0) return [];
    return [{ name: "SequencerFeedMissing", message: `a grace period of ${gracePeriod} s, but no sequencer feed` }];
  }
  const what = `the sequencer feed at ${feed}`;
  if ((await provider.getCode(feed)) === "0x") {
    return [{ name: "SequencerFeedWithoutCode", message: `${what} has no code` }];
  }
  const round = await ask<{ answer: bigint; startedAt: bigint }>(
    new Contract(feed, FEED_ABI, provider),
    "latestRoundData",
  );
  if (round === undefined) return [{ name: "FeedUnreadable", message: `${what} does not answer` }];
  if (round.answer !== 0n) return [{ name: "SequencerDown", message: `${what} says that the sequencer is down` }];
  const since = BigInt(now) - round.startedAt;
  if (since >= BigInt(gracePeriod)) return [];
  return [
    { name: "SequencerJustBack", message: `the sequencer is back for ${since} s, the grace period is ${gracePeriod}` },
  ];
}

/** An answer, or undefined where the call fails or returns something else. */
async function ask<T>(contract: Contract, name: string): Promise<T | undefined> {
  try {
    return (await contract.getFunction(name).staticCall()) as T;
  } catch {
    return undefined;
  }
}
