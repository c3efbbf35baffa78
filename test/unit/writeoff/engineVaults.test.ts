import { expect } from "chai";
import { network } from "hardhat";

import {
  addDilution,
  addInsurance,
  addVault,
  Cause,
  deposit,
  deployWaterfall,
  expectedFigures,
  figures,
  fillReserves,
  give,
  lose,
  quote,
  setStack,
  type WaterfallRoom,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

describe("WriteOffEngine with several vaults and write-offs", () => {
  /** Two vaults of one engine, each with reserves of 100, insurance of 200 and dilution of 300. */
  async function twoVaults() {
    const room = await deployWaterfall(ethers);
    const [, , debtor, lender] = await ethers.getSigners();
    const equip = async (each: WaterfallRoom) => {
      const insurance = await addInsurance(ethers, each, 200n);
      const dilution = await addDilution(ethers, each, 300n);
      await setStack(each, [insurance], dilution);
      await fillReserves(ethers, each, 100n);
      return { ...each, insurance, dilution };
    };
    const first = await equip(room);
    const second = await equip({ ...room, vault: await addVault(ethers, room) });
    await deposit(second, lender!, 50_000n);
    await second.vault.lend(40_000n, debtor!.address);
    return { first, second, debtor: debtor!, engine: room.engine };
  }

  type Equipped = Awaited<ReturnType<typeof twoVaults>>["first"];

  /** Everything that a loss of another vault must leave alone. */
  const state = async ({ vault, asset, insurance, dilution, engine }: Equipped) => ({
    total: await vault.totalAssets(),
    cash: await vault.cash(),
    reserves: await vault.reserves(),
    claims: await vault.claimsOwed(),
    epoch: await vault.openEpoch(),
    insurance: await asset.balanceOf(insurance),
    dilution: await asset.balanceOf(dilution),
    writeOffs: await engine.writeOffCount(vault),
  });

  it("IN2: the loss of one vault takes nothing from another's reserves, insurance, dilution and lenders", async () => {
    const { first, second } = await networkHelpers.loadFixture(twoVaults);
    const before = await state(second);
    await lose(ethers, first, 5_000n);
    expect(await state(second)).to.deep.equal(before);
    expect((await figures(first)).socialized).to.equal(5_000n - 600n);
  });

  it("IN2: money that comes back to one vault does not reach another", async () => {
    const { first, second } = await networkHelpers.loadFixture(twoVaults);
    await lose(ethers, first, 5_000n);
    await lose(ethers, second, 700n);
    const before = await state(second);
    const [payer] = await ethers.getSigners();
    await give(first.asset, payer!, first.engine, 5_000n);
    await first.engine.recover(first.vault, 1n, 5_000n);
    expect(await state(second)).to.deep.equal(before);
    expect(await state(first)).to.deep.include({ insurance: 200n, dilution: 300n, reserves: 100n });
  });

  it("numbers the write-offs of each vault from one", async () => {
    const { first, second, engine } = await networkHelpers.loadFixture(twoVaults);
    await lose(ethers, first, 10n);
    await lose(ethers, first, 20n);
    await lose(ethers, second, 30n);
    expect((await engine.ledger(first.vault, 2n)).badDebt).to.equal(20n);
    expect((await engine.ledger(second.vault, 1n)).badDebt).to.equal(30n);
    await expect(engine.ledger(second.vault, 2n)).to.be.revertedWithCustomError(engine, "UnknownWriteOff");
  });

  describe("with a real insurance fund", () => {
    async function insured() {
      const { first, second, engine } = await twoVaults();
      const [staker] = await ethers.getSigners();
      const fund = await ethers.deployContract("InsuranceFund", [
        first.vault,
        "Fund",
        "FUND",
        first.manager,
        { cooldown: 86_400n, withdrawalWindow: 86_400n, hourCap: 150n, monthCap: 400n },
      ]);
      await give(first.asset, staker!, fund, 1_000n);
      await fund.deposit(1_000n, staker!);
      return { first, second, engine, fund };
    }

    it("IN2, WO4: a fund of another vault pays nothing, and the write-off goes on", async () => {
      const { second, engine, fund } = await networkHelpers.loadFixture(insured);
      await setStack(second, [fund], second.dilution);
      await expect(lose(ethers, second, 1_000n))
        .to.emit(engine, "TrancheFailed")
        .withArgs(second.vault, 1n, fund);
      expect(await fund.totalAssets()).to.equal(1_000n);
      expect(await figures(second)).to.deep.equal(
        expectedFigures(1_000n, { reserves: 100n, insurance: [], dilution: 300n }),
      );
    });

    it("IN2, WO3: and is quoted as paying nothing", async () => {
      const { second, fund } = await networkHelpers.loadFixture(insured);
      await setStack(second, [fund], second.dilution);
      expect((await quote(second, 1_000n)).insurance).to.equal(0n);
    });

    it("WO1, WO2, WO3: what its caps do not let it pay goes on to the next layer, as quoted", async () => {
      const { first, fund } = await networkHelpers.loadFixture(insured);
      await setStack(first, [fund, first.insurance], first.dilution);
      // The hourly bucket allows 150 at first, and a part of what has leaked since for the second loss.
      const held = { reserves: 100n, insurance: [150n, 200n], dilution: 300n };
      expect(await quote(first, 900n)).to.deep.equal(expectedFigures(900n, held));
      await lose(ethers, first, 900n);
      expect(await figures(first)).to.deep.equal(expectedFigures(900n, held));

      await networkHelpers.time.setNextBlockTimestamp((await networkHelpers.time.latest()) + 1_800);
      await lose(ethers, first, 900n);
      // Half an hour has given 75 back; everybody else is empty.
      const emptied = { reserves: 0n, insurance: [75n, 0n], dilution: 0n };
      expect(await figures(first, 2n)).to.deep.equal(expectedFigures(900n, emptied));
    });

    it("RE2: its stakers at the time get back what it paid", async () => {
      const { first, engine, fund } = await networkHelpers.loadFixture(insured);
      await setStack(first, [fund]);
      await lose(ethers, first, 300n);
      const [payer] = await ethers.getSigners();
      await give(first.asset, payer!, engine, 300n);
      await expect(engine.recover(first.vault, 1n, 300n))
        .to.emit(engine, "Recovered")
        .withArgs(first.vault, 1n, payer!.address, 50n, 0n, 150n, 100n);
      expect(await fund.recoveredOf(1n)).to.equal(150n);
      expect(await fund.claimsOwed()).to.equal(150n);
    });
  });

  describe("a position that was written off more than once", () => {
    async function thrice() {
      const { first, debtor, engine } = await twoVaults();
      const again = (previousId: bigint, badDebt: bigint) =>
        first.vault.lose(debtor.address, Cause.WriteOff, previousId, badDebt, 0n);
      await again(0n, 1_000n);
      await again(1n, 200n);
      await again(2n, 30n);
      await give(first.asset, debtor, engine, 5_000n);
      const recover = (id: bigint, assets: bigint) => engine.connect(debtor).recover(first.vault, id, assets);
      const owed = async (id: bigint) => [...(await engine.defaultOf(first.vault, id))];
      return { recover, owed };
    }

    it("owes the sum, and the newest that is not repaid is named", async () => {
      const { owed } = await networkHelpers.loadFixture(thrice);
      expect(await owed(3n)).to.deep.equal([1_230n, 3n]);
      expect(await owed(2n)).to.deep.equal([1_200n, 2n]);
      expect(await owed(1n)).to.deep.equal([1_000n, 1n]);
      expect(await owed(0n)).to.deep.equal([0n, 0n]);
    });

    it("owes what is left when some are repaid, in whatever order", async () => {
      const { owed, recover } = await networkHelpers.loadFixture(thrice);
      await recover(2n, 200n);
      expect(await owed(3n)).to.deep.equal([1_030n, 3n]);
      await recover(3n, 30n);
      expect(await owed(3n)).to.deep.equal([1_000n, 1n]);
      await recover(1n, 999n);
      expect(await owed(3n)).to.deep.equal([1n, 1n]);
      await recover(1n, 1n);
      expect(await owed(3n)).to.deep.equal([0n, 0n]);
    });
  });

  it("WO1: cannot be told that reserves paid more than the bad debt", async () => {
    const { engine } = await networkHelpers.loadFixture(twoVaults);
    const vault = await ethers.deployContract("StandInVault", [await engine.getAddress(), await engine.getAddress()]);
    await engine.registerVault(vault, []);
    await networkHelpers.impersonateAccount(await vault.getAddress());
    await networkHelpers.setBalance(await vault.getAddress(), 10n ** 18n);
    const badDebt = {
      debtor: ethers.ZeroAddress,
      cause: Cause.Liquidation,
      previousId: 0,
      id: 0,
      epoch: 1,
      badDebtAssets: 10n,
      reserveAssets: 11n,
      coverableAssets: 10n,
      insurableAssets: 0n,
    };
    const caller = await ethers.getSigner(await vault.getAddress());
    await expect(engine.connect(caller).absorb(badDebt)).to.be.revertedWithPanic(0x11);
  });
});
