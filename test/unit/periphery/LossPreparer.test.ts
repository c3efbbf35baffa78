import { expect } from "chai";
import { network } from "hardhat";

import { borrow, deployWaterfallScene, lend, liquidate, stake } from "../../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

describe("LossPreparer", () => {
  /** A vault with a fund and a dilution layer, two loans, and whoever likes to prepare. */
  async function scene() {
    const t = await deployWaterfallScene(ethers);
    const preparer = await ethers.deployContract("LossPreparer", [t.engine]);
    await lend(t, t.ann, 10_000n);
    await stake(t, t.sam, 1_000n);
    for (const owner of [t.borrower, t.debtors[0]!]) await borrow(t, 10n, 1_400n, owner);
    return { ...t, preparer: preparer.connect(t.cleo) };
  }

  it("prepares entry, proceeds, epochs, recoveries, lot and supply of each coming loss in one call", async () => {
    const { preparer, engine, vault, fund, dilution, sale, address } = await networkHelpers.loadFixture(scene);
    const token = await ethers.getContractAt("BackstopToken", await dilution.token());
    expect(await preparer.prepared(address)).to.equal(0n);
    expect(await preparer.prepare.staticCall(address, 3n)).to.equal(3n * 8n);
    await preparer.prepare(address, 3n);
    expect(await preparer.prepared(address)).to.equal(3n);
    expect(await engine.preparedEntries(address)).to.deep.equal([3n, 3n]);
    expect(await vault.preparedEpochs()).to.deep.equal([3n, 3n]);
    expect(await fund.preparedEpochs()).to.deep.equal([3n, 0n]);
    expect(await sale.preparedLots(address)).to.equal(3n);
    expect(await token.preparedSupplyHistory()).to.equal(3n);
  });

  it("adds only what losses have used up", async () => {
    const t = await networkHelpers.loadFixture(scene);
    await t.preparer.prepare(t.address, 3n);
    await t.setPrice(100n);
    await liquidate(t);
    expect(await t.preparer.prepared(t.address)).to.equal(2n);
    expect(await t.preparer.prepare.staticCall(t.address, 3n)).to.equal(7n);
    await t.preparer.prepare(t.address, 3n);
    expect(await t.preparer.prepared(t.address)).to.equal(3n);
  });

  it("prepares for a vault without tranches what such a loss writes", async () => {
    const { preparer, engine, vault, fund, sale, address } = await networkHelpers.loadFixture(scene);
    await engine.setStack(address, []);
    expect(await preparer.prepare.staticCall(address, 2n)).to.equal(2n * 3n);
    await preparer.prepare(address, 2n);
    expect(await preparer.prepared(address)).to.equal(2n);
    expect(await engine.preparedEntries(address)).to.deep.equal([2n, 0n]);
    expect(await vault.preparedEpochs()).to.deep.equal([2n, 0n]);
    expect(await fund.preparedEpochs()).to.deep.equal([0n, 0n]);
    expect(await sale.preparedLots(address)).to.equal(0n);
  });

  it("passes over tranches that are neither a fund nor a dilution layer", async () => {
    const { preparer, engine, asset, fund, address, at } = await networkHelpers.loadFixture(scene);
    const strangers = [
      await ethers.deployContract("SilentContract"),
      await ethers.deployContract("HostileTranche", [await at(asset)]),
    ];
    await engine.setStack(address, [
      { tranche: await at(strangers[0]!), gasStipend: 250_000n, kind: 0n },
      { tranche: await at(fund), gasStipend: 250_000n, kind: 0n },
      { tranche: await at(strangers[1]!), gasStipend: 250_000n, kind: 1n },
    ]);
    await preparer.prepare(address, 2n);
    expect(await preparer.prepared(address)).to.equal(2n);
    expect(await fund.preparedEpochs()).to.deep.equal([2n, 0n]);
    expect(await engine.preparedEntries(address)).to.deep.equal([2n, 0n]);
  });

  it("refuses a vault that is not registered, and counts out of range, by name", async () => {
    const { preparer, engine, address, ann } = await networkHelpers.loadFixture(scene);
    await expect(preparer.prepare(ann.address, 1n))
      .to.be.revertedWithCustomError(engine, "UnknownVault")
      .withArgs(ann.address);
    for (const count of [0n, 129n]) {
      await expect(preparer.prepare(address, count))
        .to.be.revertedWithCustomError(engine, "PreparedCountOutOfRange")
        .withArgs(count, 128n);
    }
  });

  it("never passes a layer over because the gas is short", async () => {
    const { preparer, fund, sale, address } = await networkHelpers.loadFixture(scene);
    const needed = await preparer.prepare.estimateGas(address, 2n);
    let done = 0;
    for (let gasLimit = 60_000n; gasLimit <= needed + 60_000n; gasLimit += 10_000n) {
      const before = await networkHelpers.takeSnapshot();
      const sent = await preparer.prepare(address, 2n, { gasLimit }).then(
        (response) => response.wait(),
        () => null,
      );
      if (sent !== null) {
        done += 1;
        expect(await fund.preparedEpochs(), `with ${gasLimit} gas`).to.deep.equal([2n, 0n]);
        expect(await sale.preparedLots(address), `with ${gasLimit} gas`).to.equal(2n);
      }
      await before.restore();
    }
    expect(done, "limits that were enough").to.be.greaterThan(0);
  });
});
