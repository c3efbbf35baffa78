/**
 * What comes after the crash: debtors pay back what was written off, lots are closed, money turns up, tokens are
 * bought back, and everybody claims what is theirs.
 */
import { bringCash } from "./bring-cash.ts";
import { type CrashCast } from "./crash.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { payBackDebts } from "./paid-back.ts";
import { Restructuring } from "./restructuring.ts";
import { returnFunds } from "./returned-funds.ts";
import { type CrashScenario } from "./scenarios/black-thursday.ts";
import { type LossWorld, type World } from "./world.ts";

/** More charges than any debt of a replay has. */
const MANY_STEPS = 1_000;

export async function aftermath(world: World, scenario: CrashScenario, cast: CrashCast) {
  const { buybacks, buyer, lenders, stakers, underwriters, mirror } = cast;
  await settleReleases(world, mirror);
  await underwriters.collectAll();
  const paidBack = await payBackDebts(world, cast, scenario.recovery.borrowsAgain);
  const restructuring = new Restructuring(world, scenario.restructuring, cast);
  await restructuring.propose();
  await buybacks.finish();
  await restructuring.announce();
  world.chain.advanceTo(scenario.recovery.at);
  await returnFunds(world, scenario.recovery, mirror, buybacks);
  await buybacks.finish();
  const restructured = await restructuring.execute();
  // By now the windows in which charged lenders might have taken unsold tokens are over too.
  const unsoldTokens = await buyer.settleAll();
  await bringCash(world, cast, lenders.all, mirror.books.vaultEpochs);
  await lenders.claimAll(mirror.books.vaultEpochs);
  await stakers.claimAll(mirror.books.fundEpochs);
  await underwriters.collectAll();
  await underwriters.leave();
  return { unsoldTokens, paidBack, restructured };
}

/** Releases of the fund that were too long for one call are settled by anybody. */
export async function settleReleases({ chain, fund }: LossWorld, mirror: LedgerMirror): Promise<void> {
  const anybody = await chain.actor("keeper");
  for (const id of mirror.entries.keys()) {
    if (mirror.books.unsettledOf(id) === 0n) continue;
    mirror.books.settle(id, MANY_STEPS);
    mirror.follow(await chain.send(anybody, fund.settleRelease.populateTransaction(id, MANY_STEPS)));
  }
}
