/**
 * What if the feed had died at the worst moment? A branch of the chain, left again afterwards: at the first round that
 * makes loans insolvent, keepers record them, and then the collateral's feed says nothing more. First it is merely
 * silent: its last answer is still within its limit, but nothing newer confirms the records. Then it is stale.
 * Everything that could book a loss is tried in both states; so is a repayment, which must always work.
 */
import { MaxUint256 } from "ethers";

import { WAD } from "../lib/units.ts";
import { type Attempts } from "./attempts.ts";
import { type Judged } from "./positions.ts";
import { ONE_USD } from "./prices.ts";
import { approve, fundedActor, type World } from "./world.ts";

const HOUR = 3_600;
/** Beyond the records' confirmation delay of six hours, well within the feed's limit of 25 hours. */
const SILENT_HOURS = 7;
/** Beyond the limit. */
const STALE_HOURS = 26;

export async function silentFeed(
  world: World,
  judged: readonly Judged[],
  keeper: string,
  attempts: Attempts,
): Promise<void> {
  const { chain, engine, vault, collateral } = world;
  // Sent past the audit: what happens in the branch is forgotten again.
  const impair = (borrower: string) => chain.attempt(keeper, vault.impair.populateTransaction(borrower, collateral));
  const writeOff = (borrower: string) =>
    chain.attempt(keeper, vault.writeOff.populateTransaction(borrower, collateral, MaxUint256));
  const goBack = await chain.branch();
  const feeds = [world.assetFeed.remember(), world.collateralFeed.remember()];
  const silentFrom = world.collateralFeed.updatedAt;
  const insolvent = judged.filter((item) => item.insolvent);
  const endangered = judged.filter(({ healthWad }) => healthWad < WAD);

  for (const { position } of insolvent) {
    attempts.add("the last round before the silence", "impair", await impair(position.account));
  }
  await keepAssetFeedAlive(world, silentFrom, SILENT_HOURS);
  const silent = `${SILENT_HOURS} h of silence`;
  for (const { position } of insolvent) attempts.add(silent, "writeOff", await writeOff(position.account));

  await keepAssetFeedAlive(world, silentFrom, STALE_HOURS);
  const stale = `${STALE_HOURS} h of silence: stale`;
  for (const { position } of insolvent) {
    attempts.add(stale, "writeOff", await writeOff(position.account));
    attempts.add(stale, "impair", await impair(position.account));
  }
  await tryWithMoney(world, endangered, stale, attempts);

  for (let id = await engine.writeOffCount(vault); id > 0n; id--) {
    const { badDebt } = await engine.ledger(vault, id);
    if (badDebt > 0n) throw new Error("a silent feed has written a loan off");
  }
  await goBack();
  for (const putBack of feeds) putBack();
}

/** Calls that bring cash: a liquidation of every endangered loan, and a repayment of one. */
async function tryWithMoney(
  world: World,
  endangered: readonly Judged[],
  when: string,
  attempts: Attempts,
): Promise<void> {
  const { chain, vault, collateral } = world;
  const rich = await fundedActor(world, "liquidator of the branch", 10n ** 27n, await vault.getAddress());
  for (const { position } of endangered) {
    const call = vault.liquidate.populateTransaction(
      position.account,
      collateral,
      MaxUint256 / 2n,
      0n,
      MaxUint256,
      "0x",
    );
    attempts.add(when, "liquidate", await chain.attempt(rich, call));
  }
  const [first] = endangered;
  if (first === undefined) return;
  const { account } = first.position;
  attempts.add(
    when,
    "borrow more",
    await chain.attempt(account, vault.borrow.populateTransaction(collateral, 1n, account, account)),
  );
  await approve(chain, world.asset, account, await vault.getAddress());
  const repayment = vault.repay.populateTransaction(collateral, first.debt / 10n, account);
  attempts.add(when, "repay a tenth", await chain.attempt(account, repayment));
}

/** The other feed goes on with its hourly heartbeats until `hours` after `from`. */
async function keepAssetFeedAlive({ assetFeed, chain }: World, from: number, hours: number): Promise<void> {
  const until = from + hours * HOUR;
  while (assetFeed.updatedAt + HOUR < until) {
    await assetFeed.publish({ updatedAt: assetFeed.updatedAt + HOUR, answer: ONE_USD }, true);
  }
  chain.advanceTo(until);
}
