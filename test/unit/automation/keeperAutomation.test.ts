import { expect } from "chai";
import { AbiCoder } from "ethers";
import { network } from "hardhat";

import { deployScene, openPosition, setValue } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();
const coder = AbiCoder.defaultAbiCoder();
const IMPAIR = 0n;
const WRITE_OFF = 1n;
const DELAY = 3_600;
const PERFORM_GAS = 5_000_000n;
const ITEMS = "tuple(uint8 act, address borrower, address collateral)[]";

async function fixture() {
  const scene = await deployScene(ethers, { lltvBps: 8_000n, minIncentiveBps: 100n, confirmationDelay: BigInt(DELAY) });
  const lens = await ethers.deployContract("KeeperLens");
  const automation = await ethers.deployContract("KeeperAutomation", [
    ...[scene.engineAddress, await lens.getAddress(), scene.stranger.address],
  ]);
  const key = (who: { address: string }) => ({ borrower: who.address, collateral: scene.collateralAddress });
  await openPosition(scene, 10n * scene.oneCollateral, 1_400n * scene.one);
  await openPosition(scene, 10n * scene.oneCollateral, 1_300n * scene.one, scene.other);
  await openPosition(scene, 10n * scene.oneCollateral, 500n * scene.one, scene.liquidator);
  const keys = [scene.borrower, scene.other, scene.liquidator].map(key);
  const checkData = coder.encode(["address", "uint256", "uint256"], [scene.vaultAddress, 0n, 100n]);
  const check = async () => {
    const [needed, data] = await automation.checkUpkeep(checkData);
    if (!needed) return [];
    const [vault, items] = coder.decode(["address", ITEMS], data) as unknown as [string, [bigint, string, string][]];
    expect(vault).to.equal(scene.vaultAddress);
    return items.map(([act, borrower]) => [act, borrower]);
  };
  // A node's estimate would be the least gas with which something is done; Automation gives a fixed amount.
  const perform = async () =>
    automation.performUpkeep((await automation.checkUpkeep(checkData)).performData, { gasLimit: PERFORM_GAS });
  const dataOf = (items: [bigint, string][]) =>
    coder.encode(
      ["address", ITEMS],
      [...[scene.vaultAddress, items.map(([act, borrower]) => [act, borrower, scene.collateralAddress])]],
    );
  return { scene, automation, key, keys, check, perform, dataOf };
}

describe("KeeperAutomation: the list", () => {
  it("takes positions that owe something, once each, from anybody", async () => {
    const { scene, automation, key, keys } = await networkHelpers.loadFixture(fixture);
    await automation.connect(scene.stranger).list(scene.vaultAddress, [...keys, keys[0]!, key(scene.stranger)]);
    expect(await automation.listed(scene.vaultAddress)).to.equal(3n);
    const page = await automation.page(scene.vaultAddress, 1n, 5n);
    expect(page.map(({ borrower }) => borrower)).to.deep.equal([scene.other.address, scene.liquidator.address]);
  });

  it("lets go of positions that owe nothing any more, and of no others", async () => {
    const { scene, automation, keys } = await networkHelpers.loadFixture(fixture);
    await automation.list(scene.vaultAddress, keys);
    await scene.vault.connect(scene.borrower).repay(scene.collateralAddress, 2n ** 256n - 1n, scene.borrower.address);
    await automation.connect(scene.stranger).delist(scene.vaultAddress, keys);
    const page = await automation.page(scene.vaultAddress, 0n, 5n);
    expect(page.map(({ borrower }) => borrower)).to.deep.equal([scene.liquidator.address, scene.other.address]);
    await automation.list(scene.vaultAddress, keys);
    expect(await automation.listed(scene.vaultAddress)).to.equal(2n);
  });

  it("knows only vaults of its engine", async () => {
    const { scene, automation, keys } = await networkHelpers.loadFixture(fixture);
    await expect(automation.list(scene.stranger.address, keys))
      .to.be.revertedWithCustomError(automation, "UnknownVault")
      .withArgs(scene.stranger.address);
  });
});

describe("KeeperAutomation: an upkeep", () => {
  it("needs nothing while all is sound", async () => {
    const { scene, automation, keys, check } = await networkHelpers.loadFixture(fixture);
    await automation.list(scene.vaultAddress, keys);
    expect(await check()).to.deep.equal([]);
  });

  it("records insolvencies, writes them off when that is due, and ends the records of what has healed", async () => {
    const { scene, automation, keys, check, perform } = await networkHelpers.loadFixture(fixture);
    const { vault, borrower, other, collateralAddress } = scene;
    await automation.list(scene.vaultAddress, keys);
    await setValue(scene, 1_010n * scene.one);
    expect(await check()).to.deep.equal([
      [IMPAIR, borrower.address],
      [IMPAIR, other.address],
    ]);
    await perform();
    expect((await vault.positionOf(other.address, collateralAddress)).impairedAt).to.not.equal(0n);
    expect(await check()).to.deep.equal([]);

    await networkHelpers.time.increase(DELAY);
    expect(await check()).to.deep.equal([]);
    // A newer round, at which one has healed: 1,313 cover 1,300.
    await setValue(scene, 1_313n * scene.one);
    expect(await check()).to.deep.equal([[IMPAIR, other.address]]);
    await setValue(scene, 1_010n * scene.one);
    expect(await check()).to.deep.equal([
      [WRITE_OFF, borrower.address],
      [WRITE_OFF, other.address],
    ]);
    await perform();
    expect((await vault.positionOf(borrower.address, collateralAddress)).debtAssets).to.equal(1_000n * scene.one);
    expect((await vault.positionOf(other.address, collateralAddress)).debtAssets).to.equal(1_000n * scene.one);
  });

  it("does what can be done when one item cannot, and says why", async () => {
    const { scene, automation, dataOf } = await networkHelpers.loadFixture(fixture);
    const { borrower, liquidator } = scene;
    await setValue(scene, 1_010n * scene.one);
    const performing = automation.connect(scene.stranger).performUpkeep(
      dataOf([
        [WRITE_OFF, borrower.address],
        [IMPAIR, liquidator.address],
        [IMPAIR, borrower.address],
      ]),
      { gasLimit: PERFORM_GAS },
    );
    await expect(performing)
      .to.emit(automation, "Performed")
      .withArgs(scene.vaultAddress, IMPAIR, borrower.address, scene.collateralAddress, 400n * scene.one);
    await expect(performing).to.emit(automation, "Failed");
    const receipt = await (await performing).wait();
    const failed = receipt!.logs.filter(
      ({ topics }) => topics[0] === automation.interface.getEvent("Failed").topicHash,
    );
    const names = failed.map((log) => {
      const { failure } = automation.interface.parseLog(log)!.args as unknown as { failure: string };
      return scene.vault.interface.parseError(failure)!.name;
    });
    expect(names).to.deep.equal(["NotConfirmed", "PositionSolvent"]);
  });

  it("reverts when nothing could be done, so that nobody pays for it", async () => {
    const { scene, automation, dataOf } = await networkHelpers.loadFixture(fixture);
    await expect(automation.performUpkeep(dataOf([[IMPAIR, scene.liquidator.address]]))).to.be.revertedWithCustomError(
      automation,
      "NothingDone",
    );
  });

  it("stops in time when gas runs out, keeps what it has done, and says how much is left", async () => {
    const { scene, automation, dataOf } = await networkHelpers.loadFixture(fixture);
    await setValue(scene, 1_010n * scene.one);
    const data = dataOf([
      [IMPAIR, scene.borrower.address],
      [IMPAIR, scene.other.address],
    ]);
    await expect(automation.performUpkeep(data, { gasLimit: 570_000n }))
      .to.emit(automation, "LeftOver")
      .withArgs(scene.vaultAddress, 1n);
    const { impairedAt } = await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress);
    expect(impairedAt).to.not.equal(0n);
  });

  it("refuses a batch that is too long, a page that is too long, and a vault nobody knows", async () => {
    const { scene, automation, dataOf } = await networkHelpers.loadFixture(fixture);
    const many = Array.from({ length: 11 }, (): [bigint, string] => [IMPAIR, scene.borrower.address]);
    await expect(automation.performUpkeep(dataOf(many)))
      .to.be.revertedWithCustomError(automation, "TooManyItems")
      .withArgs(11n, 10n);
    const pageOf = (vault: string, count: bigint) =>
      coder.encode(["address", "uint256", "uint256"], [vault, 0n, count]);
    await expect(automation.checkUpkeep(pageOf(scene.vaultAddress, 501n)))
      .to.be.revertedWithCustomError(automation, "PageTooLong")
      .withArgs(501n, 500n);
    await expect(automation.checkUpkeep(pageOf(scene.stranger.address, 1n))).to.be.revertedWithCustomError(
      automation,
      "UnknownVault",
    );
  });

  it("sends rewards to its beneficiary, whoever asks", async () => {
    const { scene, automation } = await networkHelpers.loadFixture(fixture);
    await scene.asset.mint(await automation.getAddress(), 9n);
    await expect(automation.connect(scene.lender).collect(scene.assetAddress)).to.changeTokenBalance(
      ethers,
      scene.asset,
      scene.stranger,
      9n,
    );
  });
});
