import { expect } from "chai";
import { network } from "hardhat";

import { layoutsOf } from "../../helpers/storageLayout.js";
import { Cause, deployWaterfall, figures, fillReserves, give, lose, report } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

/** Reserves of the vault. */
const RESERVES = 100n;

describe("WriteOffEngine: how an entry is kept", () => {
  /** A vault without tranches that may also be spoken for directly. */
  async function room() {
    const deployed = await deployWaterfall(ethers);
    await fillReserves(ethers, deployed, RESERVES);
    const address = await deployed.vault.getAddress();
    await networkHelpers.impersonateAccount(address);
    await networkHelpers.setBalance(address, 10n ** 18n);
    const caller = await ethers.getSigner(address);
    const told = await report({ reserves: () => Promise.resolve(0n) }, 0n);
    const absorb = (id: bigint, badDebtAssets: bigint, reserveAssets: bigint) =>
      deployed.engine.connect(caller).absorb({ ...told, id, badDebtAssets, reserveAssets });
    return { ...deployed, address, absorb };
  }

  it("packs a header by hand as the compiler reads it", async () => {
    const layout = (await layoutsOf("writeoff", ["WriteOffEngine"])).get("WriteOffEngine");
    const members = [
      "0+0 uint112 borne",
      "0+14 bool wasImpaired",
      "0+15 bool byReserves",
      "0+16 uint32 epoch",
      "0+20 uint32 timestamp",
      "0+24 uint32 previousId",
      "0+28 uint24 stackVersion",
      "0+31 enum IWriteOffEngine.Cause cause",
    ];
    expect(layout).to.include(`struct WriteOffRegistry.Header: ${members.join("; ")}`);
  });

  it("WO1: tells apart what reserves alone have paid and what lenders alone have borne", async () => {
    const deployed = await networkHelpers.loadFixture(room);
    await lose(ethers, deployed, 60n);
    await lose(ethers, deployed, 70n);
    await lose(ethers, deployed, 80n);
    const none = { insurance: 0n, dilutionCash: 0n };
    expect(await figures(deployed, 1n)).to.deep.equal({ badDebt: 60n, reserves: 60n, socialized: 0n, ...none });
    expect(await figures(deployed, 2n)).to.deep.equal({ badDebt: 70n, reserves: 40n, socialized: 30n, ...none });
    expect(await figures(deployed, 3n)).to.deep.equal({ badDebt: 80n, reserves: 0n, socialized: 80n, ...none });
    const { engine, vault } = deployed;
    for (const [id, badDebt, socialized] of [
      [1n, 60n, 0n] as const,
      [2n, 70n, 30n] as const,
      [3n, 80n, 80n] as const,
    ]) {
      expect(await engine.outstanding(vault, id)).to.equal(badDebt);
      expect(await engine.owedByDebtor(vault, id)).to.equal(badDebt);
      expect(await engine.lendersOutstanding(vault, id)).to.equal(socialized);
    }
  });

  it("RE2: gives what reserves alone have paid back to reserves", async () => {
    const deployed = await networkHelpers.loadFixture(room);
    const { engine, asset, vault } = deployed;
    const [payer] = await ethers.getSigners();
    await lose(ethers, deployed, 60n);
    await give(asset, payer!, engine, 100n);
    for (const [assets, owed] of [[25n, 35n] as const, [35n, 0n] as const]) {
      await expect(engine.recover(vault, 1n, assets))
        .to.emit(engine, "Recovered")
        .withArgs(vault, 1n, payer!.address, 0n, 0n, 0n, assets);
      expect(await engine.outstanding(vault, 1n)).to.equal(owed);
    }
    expect(await vault.reserves()).to.equal(RESERVES);
    await expect(engine.recover(vault, 1n, 1n)).to.be.revertedWithCustomError(engine, "NothingOutstanding");
  });

  it("WO1: adds later reports to what reserves have paid alone, each layer for itself", async () => {
    const deployed = await networkHelpers.loadFixture(room);
    const { engine, address, absorb } = deployed;
    const expectEntry = async (reserves: bigint, socialized: bigint) => {
      const badDebt = reserves + socialized;
      const entry = { badDebt, reserves, socialized, insurance: 0n, dilutionCash: 0n };
      expect(await figures(deployed)).to.deep.equal(entry);
      expect(await engine.outstanding(address, 1n)).to.equal(badDebt);
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(socialized);
    };
    await absorb(0n, 10n, 10n);
    await expectEntry(10n, 0n);
    await absorb(1n, 4n, 4n);
    await expectEntry(14n, 0n);
    await absorb(1n, 7n, 2n);
    await expectEntry(16n, 5n);
    await absorb(1n, 3n, 3n);
    await expectEntry(19n, 5n);
    expect((await engine.ledger(address, 1n)).cause).to.equal(Cause.WriteOff);
    expect(await engine.writeOffCount(address)).to.equal(1n);
  });

  it("takes a loss of 112 bits and refuses a larger one", async () => {
    const { engine, address, absorb } = await networkHelpers.loadFixture(room);
    const most = 2n ** 112n - 1n;
    for (const [id, reserves] of [[1n, 0n] as const, [2n, most] as const]) {
      await absorb(0n, most, reserves);
      expect((await engine.ledger(address, id)).badDebt).to.equal(most);
      const next = most + 1n;
      await expect(absorb(0n, next, reserves === 0n ? 0n : next))
        .to.be.revertedWithCustomError(engine, "SafeCastOverflowedUintDowncast")
        .withArgs(112, next);
    }
  });
});
