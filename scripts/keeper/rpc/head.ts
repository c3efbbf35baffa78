/**
 * Which block is the newest. An endpoint's word is not enough: the block must be there when asked for by hash and by
 * number, must not be further ahead than time allows, and most of the endpoints that answer must have it, or be behind
 * on the same chain.
 */
import { type Endpoint, type Header } from "./endpoint.ts";
import { NoCredibleHead } from "./errors.ts";

export interface HeadRules {
  /** How many endpoints must agree; most of those that answer if it is not set. */
  readonly quorum: number | undefined;
  /** Blocks that may come in a second, for telling a lie from a fast chain. */
  readonly maxBlocksPerSecond: number;
  /** Blocks beyond that which are believed all the same. */
  readonly slackBlocks: number;
}

/** The head believed last, and when. */
export interface Believed {
  readonly header: Header;
  readonly atMs: number;
}

/** Told of each endpoint that did not answer, and of each whose claim was found wrong. */
export interface HeadObserver {
  silent(endpoint: Endpoint): void;
  lied(endpoint: Endpoint, reason: string): void;
}

interface Claim {
  readonly endpoint: Endpoint;
  readonly header: Header;
}

/** The highest head that can be believed. */
export async function credibleHead(
  endpoints: readonly Endpoint[],
  rules: HeadRules,
  last: Believed | undefined,
  observer: HeadObserver,
): Promise<Header> {
  const reasons: string[] = [];
  const claims = await latestOf(endpoints, reasons, observer);
  const quorum = rules.quorum ?? Math.floor(claims.length / 2) + 1;
  const sorted = [...claims].sort((left, right) => right.header.number - left.header.number);
  for (const claim of sorted) {
    const wrong = await findFault(claim, rules, last);
    if (wrong !== undefined) {
      observer.lied(claim.endpoint, wrong);
      reasons.push(`${claim.endpoint.name}: ${wrong}`);
      continue;
    }
    const supporters = 1 + (await countSupport(claim, claims));
    if (supporters >= quorum) return claim.header;
    reasons.push(`${claim.endpoint.name}: block ${claim.header.number} has ${supporters} of ${quorum} endpoints`);
  }
  // Two endpoints that contradict each other: the one that continues the chain known so far is believed.
  const continuing = await continuationsOf(sorted, rules, last);
  if (rules.quorum === undefined && continuing.length === 1 && continuing[0] !== undefined) {
    const [honest] = continuing;
    for (const { endpoint } of sorted) {
      if (endpoint !== honest.endpoint) observer.lied(endpoint, "its chain is not the one known so far");
    }
    return honest.header;
  }
  throw new NoCredibleHead(reasons.length === 0 ? ["no endpoint answered"] : reasons);
}

async function latestOf(endpoints: readonly Endpoint[], reasons: string[], observer: HeadObserver): Promise<Claim[]> {
  const answers = await Promise.allSettled(endpoints.map(async (endpoint) => endpoint.header("latest")));
  const claims: Claim[] = [];
  for (const [index, answer] of answers.entries()) {
    const endpoint = endpoints[index];
    if (endpoint === undefined) continue;
    if (answer.status === "rejected") {
      observer.silent(endpoint);
      reasons.push(String(answer.reason));
    } else if (answer.value === undefined) reasons.push(`${endpoint.name} has no latest block`);
    else claims.push({ endpoint, header: answer.value });
  }
  return claims;
}

/** Why a claim cannot be true, judged by itself. */
async function findFault(
  { endpoint, header }: Claim,
  rules: HeadRules,
  last: Believed | undefined,
): Promise<string | undefined> {
  if (last?.header.hash === header.hash) return undefined;
  if (last !== undefined) {
    const seconds = (performance.now() - last.atMs) / 1000;
    const most = last.header.number + Math.ceil(seconds * rules.maxBlocksPerSecond) + rules.slackBlocks;
    if (header.number > most) return `block ${header.number} is ahead of its time: ${most} at most`;
  }
  const [byHash, byNumber] = await Promise.all([
    attempt(async () => endpoint.header(header.hash)),
    attempt(async () => endpoint.header(header.number)),
  ]);
  if (byHash?.number !== header.number) return `it does not have its own block ${header.number}`;
  // A reorganisation between the questions looks the same for a moment; the next look sees it settled.
  if (byNumber?.hash !== header.hash) return `it has another block ${header.number} than it says`;
  return undefined;
}

/** How many of the others have this block, or are behind on its chain. */
async function countSupport(claim: Claim, claims: readonly Claim[]): Promise<number> {
  const votes = await Promise.all(
    claims
      .filter((other) => other !== claim)
      .map(async (other) => {
        if (other.header.hash === claim.header.hash) return true;
        const behind = other.header.number < claim.header.number;
        const [asked, about] = behind ? [claim.endpoint, other.header] : [other.endpoint, claim.header];
        return (await attempt(async () => asked.header(about.number)))?.hash === about.hash;
      }),
  );
  return votes.filter(Boolean).length;
}

async function continuationsOf(
  claims: readonly Claim[],
  rules: HeadRules,
  last: Believed | undefined,
): Promise<Claim[]> {
  if (last === undefined) return [];
  const judged = await Promise.all(
    claims.map(async (claim) => {
      if ((await findFault(claim, rules, last)) !== undefined) return undefined;
      const same = await attempt(async () => claim.endpoint.header(last.header.number));
      return same?.hash === last.header.hash ? claim : undefined;
    }),
  );
  return judged.filter((claim) => claim !== undefined);
}

async function attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
