import { expect } from "chai";
import { AbiCoder } from "ethers";
import { network } from "hardhat";

import { addInsurance, commit, deployMargin, ETH, Outcome, publish, RISK, trade, USD } from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();
const coder = AbiCoder.defaultAbiCoder();
const RESOLVE = 0n;
const LIQUIDATE = 1n;
const IMPAIR = 2n;
const NOWHERE = ethers.ZeroAddress;
/** What an upkeep may use. */
const PERFORM_GAS = 5_000_000n;
const ITEMS = "tuple(uint8 act, address trader, uint256 marketId, uint80 roundId)[]";
type Item = [bigint, string, bigint, bigint];

/** Alice is long 10 ETH with 1,500 of margin, Bob 5 with 789, Carol has an order on its way; all are listed. */
async function fixture() {
  const room = await deployMargin(ethers);
  const { vault, alice, bob, carol, engine, provider } = room;
  await addInsurance(ethers, room, 100_000n * USD);
  const lens = await ethers.deployContract("MarginLens");
  const automation = await ethers.deployContract("MarginAutomation", [engine, lens, provider]);
  await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 1_521n * USD, acceptable: 2_000n });
  await trade(networkHelpers, room, bob, { size: 5n * ETH, deposit: 800n * USD, acceptable: 2_000n });
  await commit(room, carol, { size: 3n * ETH, deposit: 1_000n * USD });
  const keys = [alice, bob, carol].map(({ address }) => ({ borrower: address, collateral: NOWHERE }));
  const checkData = coder.encode(["address", "uint256", "uint256"], [await vault.getAddress(), 0n, 100n]);
  const check = async (): Promise<Item[]> => {
    const [needed, data] = await automation.checkUpkeep(checkData);
    if (!needed) return [];
    const [, items] = coder.decode(["address", ITEMS], data) as unknown as [string, Item[]];
    return items.map(([act, trader, marketId, roundId]) => [act, trader, marketId, roundId]);
  };
  const dataOf = async (items: Item[]) => coder.encode(["address", ITEMS], [await vault.getAddress(), items]);
  const perform = async (items: Item[]) =>
    automation.connect(room.keeper).performUpkeep(await dataOf(items), { gasLimit: PERFORM_GAS });
  await automation.connect(room.keeper).list(vault, keys);
  return { ...room, lens, automation, keys, check, perform, dataOf };
}

describe("MarginAutomation: the list", () => {
  it("takes traders with something open, once each, from anybody, and lets go of those with nothing", async () => {
    const { automation, vault, keys, provider, alice, bob, carol } = await networkHelpers.loadFixture(fixture);
    const nobody = { borrower: provider.address, collateral: NOWHERE };
    const twice = { borrower: alice.address, collateral: bob.address };
    await automation.list(vault, [...keys, nobody, twice]);
    expect(await automation.listed(vault)).to.equal(3n);
    await automation.delist(vault, keys);
    expect(await automation.listed(vault)).to.equal(3n);
    await networkHelpers.time.increase(RISK.expiry + 1n);
    await vault.resolveOrder(carol, 0, (await vault.orderOf(carol, 0)).knownRoundId);
    await automation.connect(bob).delist(vault, keys);
    const page = await automation.page(vault, 0n, 9n);
    expect(page.map(({ borrower }) => borrower)).to.deep.equal([alice.address, bob.address]);
  });

  it("knows only vaults of its engine", async () => {
    const { automation, keys, alice } = await networkHelpers.loadFixture(fixture);
    await expect(automation.list(alice, keys))
      .to.be.revertedWithCustomError(automation, "UnknownVault")
      .withArgs(alice.address);
  });
});

describe("MarginAutomation: an upkeep", () => {
  it("needs nothing while all is sound and no round has come", async () => {
    const { check } = await networkHelpers.loadFixture(fixture);
    expect(await check()).to.deep.equal([]);
  });

  it("ends an order once its round has come, and its beneficiary gets the fee", async () => {
    const { check, perform, automation, asset, provider, vault, carol, ...room } =
      await networkHelpers.loadFixture(fixture);
    await networkHelpers.time.increase(RISK.minDelay);
    const round = await publish({ ...room, vault, carol, asset, provider }, 2_000n);
    const due = await check();
    expect(due).to.deep.equal([[RESOLVE, carol.address, 0n, round]]);
    await expect(perform(due))
      .to.emit(automation, "Performed")
      .withArgs(await vault.getAddress(), RESOLVE, carol.address, 0n, Outcome.Executed);
    expect((await vault.positionOf(carol, 0)).sizeWad).to.equal(3n * ETH);
    expect(await check()).to.deep.equal([]);
    await expect(automation.connect(carol).collect(asset)).to.changeTokenBalance(ethers, asset, provider, 1n * USD);
  });

  it("closes in part what has sunk and whole what is lost, and earns the rewards", async () => {
    const { check, perform, automation, asset, vault, alice, bob, ...room } = await networkHelpers.loadFixture(fixture);
    const scene = { ...room, vault, asset, alice, bob };
    await publish(scene, 1_900n);
    // Alice has 490 of a maintenance of 571.9, Bob 276.5 of 285.5.
    expect(await check()).to.deep.equal([
      [LIQUIDATE, alice.address, 0n, 0n],
      [LIQUIDATE, bob.address, 0n, 0n],
    ]);
    await perform([[LIQUIDATE, alice.address, 0n, 0n]]);
    const left = (await vault.positionOf(alice, 0)).sizeWad;
    expect(left > 0n && left < 10n * ETH).to.equal(true);
    // 1 % of what was closed, half of it the keeper's.
    const fee = ((10n * ETH - left) * 1_900n * USD) / 100n / ETH + 1n;
    expect(await asset.balanceOf(automation)).to.equal(fee / 2n);

    await publish(scene, 1_800n);
    // Bob: 789 + 9,000 - 10,012.5; closing 5 of a skew of what is left of Alice's and 5 gives back a part of 9,000.
    const { shortfallAssets } = await vault.shortfallOf(bob, NOWHERE);
    const premium = (9_000n * USD * (2n * left + 5n * ETH)) / (2n * 10_000n * ETH);
    expect(shortfallAssets).to.be.closeTo(223_500_000n - premium, 1n);
    await expect(perform([[LIQUIDATE, bob.address, 0n, 0n]]))
      .to.emit(automation, "Performed")
      .withArgs(await vault.getAddress(), LIQUIDATE, bob.address, 0n, shortfallAssets);
    expect((await vault.accountOf(bob)).writeOffId).to.equal(1n);
  });

  it("touches nothing while a loss is disputed, and ends records that are none any more", async () => {
    const { check, perform, vault, oracle, eth, alice, bob, ...room } = await networkHelpers.loadFixture(fixture);
    const scene = { ...room, vault, oracle, eth, alice, bob };
    await vault.setMinProvision(10n * USD);
    const second = await ethers.deployContract("MockAggregator", [8, 2_000n * 10n ** 8n]);
    const params = { feed: second, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n };
    await oracle.setSecondSource(eth, params);
    await publish(scene, 1_800n);
    expect(await check()).to.deep.equal([]);
    await second.setAnswer(1_800n * 10n ** 8n);
    await vault.impair(alice);
    await publish(scene, 2_000n);
    await second.setAnswer(2_000n * 10n ** 8n);
    const healed = (await check()).filter(([act]) => act === IMPAIR);
    expect(healed).to.deep.equal([[IMPAIR, alice.address, 0n, 0n]]);
    await perform(healed);
    expect((await vault.accountOf(alice)).impairedAt).to.equal(0n);
  });

  it("does what can be done when one item cannot, says why, and reverts when nothing can", async () => {
    const { perform, automation, vault, alice, bob, carol, ...room } = await networkHelpers.loadFixture(fixture);
    const known = (await vault.orderOf(carol, 0)).knownRoundId;
    await publish({ ...room, vault, alice, bob, carol }, 1_800n);
    const performing = perform([
      [RESOLVE, carol.address, 0n, known],
      [IMPAIR, carol.address, 0n, 0n],
      [LIQUIDATE, carol.address, 0n, 0n],
      [LIQUIDATE, alice.address, 0n, 0n],
    ]);
    await expect(performing).to.emit(automation, "Performed");
    const receipt = await (await performing).wait();
    const names = receipt!.logs
      .filter(({ topics }) => topics[0] === automation.interface.getEvent("Failed").topicHash)
      .map((log) => vault.interface.parseError(automation.interface.parseLog(log)!.args.failure as string)!.name);
    expect(names).to.deep.equal(["OrderUndecided", "AccountSolvent", "AccountHealthy"]);
    expect((await vault.accountOf(alice)).openMarkets).to.equal(0n);
    await expect(perform([[IMPAIR, carol.address, 0n, 0n]])).to.be.revertedWithCustomError(automation, "NothingDone");
  });

  it("stops in time when gas runs out, keeps what it has done, and says how much is left", async () => {
    const { automation, dataOf, vault, alice, bob, ...room } = await networkHelpers.loadFixture(fixture);
    await publish({ ...room, vault, alice, bob }, 1_900n);
    const data = await dataOf([
      [LIQUIDATE, alice.address, 0n, 0n],
      [LIQUIDATE, bob.address, 0n, 0n],
    ]);
    await expect(automation.performUpkeep(data, { gasLimit: 900_000n }))
      .to.emit(automation, "LeftOver")
      .withArgs(await vault.getAddress(), 1n);
    expect((await vault.positionOf(alice, 0)).sizeWad < 10n * ETH).to.equal(true);
    expect((await vault.positionOf(bob, 0)).sizeWad).to.equal(5n * ETH);
  });

  it("refuses a batch that is too long, a page that is too long, and a vault nobody knows", async () => {
    const { automation, perform, vault, alice } = await networkHelpers.loadFixture(fixture);
    const many = Array.from({ length: 11 }, (): Item => [IMPAIR, alice.address, 0n, 0n]);
    await expect(perform(many)).to.be.revertedWithCustomError(automation, "TooManyItems").withArgs(11n, 10n);
    const pageOf = (of: string, count: bigint) => coder.encode(["address", "uint256", "uint256"], [of, 0n, count]);
    await expect(automation.checkUpkeep(pageOf(await vault.getAddress(), 501n)))
      .to.be.revertedWithCustomError(automation, "PageTooLong")
      .withArgs(501n, 500n);
    await expect(automation.checkUpkeep(pageOf(alice.address, 1n))).to.be.revertedWithCustomError(
      automation,
      "UnknownVault",
    );
  });

  it("finds at most ten acts, accounts before orders", async () => {
    const { check, automation, vault, alice, bob, provider, keeper, admin, ...room } =
      await networkHelpers.loadFixture(fixture);
    const scene = { ...room, vault, alice, bob, provider, keeper, admin };
    const others = (await ethers.getSigners()).slice(6, 16);
    for (const trader of others) {
      await scene.asset.mint(trader, 1_000n * USD);
      await scene.asset.connect(trader).approve(vault, 1_000n * USD);
      await commit(scene, trader, { size: ETH / 10n, deposit: 200n * USD });
    }
    await automation.list(
      vault,
      others.map(({ address }) => ({ borrower: address, collateral: NOWHERE })),
    );
    await networkHelpers.time.increase(RISK.minDelay);
    await publish(scene, 1_800n);
    const acts = (await check()).map(([act]) => act);
    expect(acts).to.deep.equal([LIQUIDATE, LIQUIDATE, ...Array.from({ length: 8 }, () => RESOLVE)]);
  });
});
