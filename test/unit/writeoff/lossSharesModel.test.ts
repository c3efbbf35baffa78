import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, dice, give } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const VIRTUAL = 1_000_000n;

describe("LossShares against a plain model", () => {
  async function holders() {
    const room = await deployWaterfall(ethers);
    const [payer, lender, debtor, ...others] = await ethers.getSigners();
    const accounts = [lender!, ...others.slice(0, 4)];
    await give(room.asset, debtor!, room.vault, 0n);
    await give(room.asset, payer!, room.engine, 10n ** 12n);
    return { ...room, accounts, debtor: debtor! };
  }

  for (const seed of [1n, 20_200_312n, 0xdeadbeefn]) {
    it(`RE1: 150 moves of five holders give the balances and claims of a full copy per loss (seed ${seed})`, async () => {
      const room = await networkHelpers.loadFixture(holders);
      const { vault, asset, engine, accounts, debtor } = room;
      const roll = dice(seed);
      const pick = () => accounts[Number(roll(BigInt(accounts.length)))]!;

      // The model: present balances, a copy of all of them per loss, and what has come back for each.
      const balances = new Map<string, bigint>();
      for (const account of accounts) balances.set(account.address, await vault.balanceOf(account));
      const copies: { balances: Map<string, bigint>; supply: bigint; charged: bigint; recovered: bigint }[] = [];
      const paid = new Map<string, bigint>();
      const supply = () => [...balances.values()].reduce((sum, each) => sum + each, 0n);
      const add = (map: Map<string, bigint>, key: string, value: bigint) => map.set(key, (map.get(key) ?? 0n) + value);

      for (let move = 0; move < 150; ++move) {
        const [from, to] = [pick(), pick()];
        const held = balances.get(from.address)!;
        switch (roll(6n)) {
          case 0n: {
            const before = await vault.balanceOf(from);
            await deposit(room, from, 1n + roll(50_000n));
            add(balances, from.address, (await vault.balanceOf(from)) - before);
            break;
          }
          case 1n: {
            const shares = roll(held + 1n);
            const worth = await vault.convertToAssets(shares);
            if (worth === 0n || worth > (await vault.cash())) break;
            await vault.connect(from).redeem(shares, debtor, from);
            add(balances, from.address, -shares);
            break;
          }
          case 2n: {
            const shares = roll(held + 1n);
            await vault.connect(from).transfer(to, shares);
            add(balances, from.address, -shares);
            add(balances, to.address, shares);
            break;
          }
          case 3n: {
            const charged = 1n + roll(10_000n);
            await vault.lose(debtor, 0, 0, charged, 0n);
            copies.push({ balances: new Map(balances), supply: supply(), charged, recovered: 0n });
            break;
          }
          case 4n: {
            if (copies.length === 0) break;
            const index = Number(roll(BigInt(copies.length)));
            const copy = copies[index]!;
            const assets = roll(copy.charged - copy.recovered + 1n);
            if (assets === 0n) break;
            await engine.recover(vault, BigInt(index + 1), assets);
            copy.recovered += assets;
            break;
          }
          default: {
            const epochs = copies.map((_, index) => BigInt(index + 1)).filter(() => roll(2n) === 0n);
            const before = await asset.balanceOf(from);
            await vault.connect(from).claimRecovery(from, epochs, from);
            const got = (await asset.balanceOf(from)) - before;
            let due = 0n;
            for (const epoch of epochs) {
              const copy = copies[Number(epoch) - 1]!;
              const all = (copy.recovered * copy.balances.get(from.address)!) / (copy.supply + VIRTUAL);
              const key = `${from.address} ${epoch}`;
              due += all - (paid.get(key) ?? 0n);
              paid.set(key, all);
            }
            expect(got, `move ${move}`).to.equal(due);
          }
        }
      }

      expect(copies.length).to.be.greaterThan(10);
      for (const [index, copy] of copies.entries()) {
        for (const { address } of accounts) {
          const at = `epoch ${index + 1} of ${address}`;
          expect(await vault.balanceAtEpoch(address, index + 1), at).to.equal(copy.balances.get(address));
        }
      }

      // RE1: all take what is theirs; it is at most what came in, and short of it by rounding only.
      const everything = copies.map((_, index) => BigInt(index + 1));
      for (const account of accounts) await vault.connect(account).claimRecovery(account, everything, account);
      const owed = await vault.claimsOwed();
      expect(owed).to.be.lessThanOrEqual(BigInt(copies.length * (accounts.length + 1)));
      expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + owed);
      for (const account of accounts) {
        const left = await Promise.all(everything.map((epoch) => vault.claimableRecovery(account, epoch)));
        expect(left.every((each) => each === 0n)).to.equal(true);
      }
    });
  }
});
