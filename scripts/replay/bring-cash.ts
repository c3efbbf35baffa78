/**
 * Claims on what was set apart and given back are paid out of the vault's cash, like a withdrawal. Where nearly everything
 * is lent out they would have to wait, so sound borrowers pay back first, the largest debts first, until there is enough.
 */
import { sum } from "../lib/units.ts";
import { type LossEpochs } from "../lib/loss-epochs.ts";
import { type Holder } from "./holders.ts";
import { type Positions } from "./positions.ts";
import { fundedActor, type World } from "./world.ts";
import { type WriteOffAudit } from "./write-off-audit.ts";

/** Interest until it is mined, basis points of the debt. */
const ROOM_BPS = 10n;

export async function bringCash(
  world: World,
  { positions, audit }: { readonly positions: Positions; readonly audit: WriteOffAudit },
  holders: readonly Holder[],
  books: LossEpochs,
): Promise<void> {
  const { chain, vault, collateral } = world;
  const claims = sum(holders, ({ epochs }) =>
    sum([...epochs], ([epoch, { shares, epochShares, claimed }]) => {
      return (books.recoveredIn(epoch) * shares) / epochShares - claimed;
    }),
  );
  await positions.readAll();
  const sound = positions.judge().filter(({ shortfall }) => shortfall === 0n);
  for (const { position, debt } of sound.sort((left, right) => (left.debt < right.debt ? 1 : -1))) {
    if ((await vault.cash()) >= claims) return;
    const { account, borrower } = position;
    const most = debt + (debt * ROOM_BPS) / 10_000n;
    await fundedActor(world, `borrower ${borrower.index + 1}`, most, await vault.getAddress());
    const call = vault.repay.populateTransaction(collateral, most, account);
    await audit.watch(account, () => chain.send(account, call), { kind: "other" });
  }
}
