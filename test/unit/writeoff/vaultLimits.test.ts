import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { network } from "hardhat";

import type { LendingVault, PlainVault, TestToken } from "../../../types/ethers-contracts/index.js";
import { borrow, deployWaterfallScene, impair, lend, stake, UNIT } from "../../helpers/waterfallScene.js";
import { deposit, deployWaterfall, DEPOSITED, give, LENT, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const DAY = 86_400;
const VIRTUAL_SHARES = 10n ** 6n;
const MOST_SHARES = 2n ** 128n - 1n - VIRTUAL_SHARES;
const CASH = DEPOSITED - LENT;
/** What Alice has put in. */
const STAKE = 10_000n;
const SHARES = STAKE * 10n ** 6n;

/** A vault in some state, and somebody who holds shares of it and more of the asset than it can take. */
interface Situation {
  vault: PlainVault | LendingVault;
  asset: TestToken;
  alice: HardhatEthersSigner;
}

/** What a state is expected to allow, worked out by hand; `deposits` says whether any may come in. */
interface Expected {
  deposits: boolean;
  withdraw: (situation: Situation) => Promise<bigint> | bigint;
  redeem: (situation: Situation) => Promise<bigint> | bigint;
}

const divUp = (a: bigint, b: bigint) => (a + b - 1n) / b;

describe("ERC-4626 limits and previews", () => {
  async function room() {
    const waterfall = await deployWaterfall(ethers);
    const [admin, lender, debtor, alice, bob] = await ethers.getSigners();
    await deposit(waterfall, alice!, STAKE);
    await waterfall.asset.mint(alice!.address, 2n ** 130n);
    return { ...waterfall, admin: admin!, lender: lender!, debtor: debtor!, alice: alice!, bob: bob! };
  }

  /** All the world's cash is lent out but `left`. */
  const lentOut = (left: bigint) =>
    async function lent() {
      const situation = await room();
      await situation.vault.lend(CASH + STAKE - left, situation.debtor);
      return situation;
    };

  const noticed = (shares: bigint, seconds: number) =>
    async function noticeGiven() {
      const situation = await room();
      await situation.vault.setExitNotice(3 * DAY, DAY);
      if (shares !== 0n) await situation.vault.connect(situation.alice).requestExit(shares, situation.alice);
      await time.increase(seconds);
      return situation;
    };

  async function paused() {
    const situation = await room();
    await situation.vault.pause(true, true);
    return situation;
  }

  async function windingUp() {
    const situation = await noticed(0n, 1)();
    await situation.vault.windUp();
    return situation;
  }

  async function afterLoss() {
    const situation = await room();
    await lose(ethers, situation, 333_333n);
    return situation;
  }

  /** A recovery waits for those who were charged: it is no cash of the vault's. */
  async function claimsOwed() {
    const situation = await afterLoss();
    await give(situation.asset, situation.admin, situation.engine, 100_000n);
    await situation.engine.recover(situation.vault, 1n, 100_000n);
    return situation;
  }

  async function wipedOut() {
    const situation = await room();
    await situation.vault.lend(CASH + STAKE, situation.debtor);
    await lose(ethers, situation, DEPOSITED + STAKE);
    return situation;
  }

  /** All shares but a thousand asset units' worth are out. */
  async function full() {
    const situation = await room();
    await situation.vault
      .connect(situation.alice)
      .mint(MOST_SHARES - (await situation.vault.totalSupply()) - 10n ** 9n, situation.bob);
    return situation;
  }

  /** Income has made shares so dear that cash reaches its 112 bits first. */
  async function dear() {
    const situation = await room();
    const { vault, asset, admin } = situation;
    await give(asset, admin, vault, 2n ** 112n);
    await vault.setIncome(2n ** 111n, 0n);
    await vault.setIncome(0n, 0n);
    const lent = (await vault.totalAssets()) - (await vault.cash());
    await vault.payBack(lent < 2n ** 111n ? lent : 2n ** 111n);
    return situation;
  }

  async function lendingRoom() {
    const scene = await deployWaterfallScene(ethers);
    await lend(scene, scene.ben, 6_000n);
    await lend(scene, scene.ann, 4_000n);
    await stake(scene, scene.sam, 500n);
    await borrow(scene, 50n, 7_000n);
    await scene.asset.mint(scene.ann.address, 2n ** 130n);
    return { ...scene, alice: scene.ann };
  }

  /** 7,000 are owed against 50 worth 100 each, of which 4,950.495… count: the fund's 499.5 and the lenders bear it. */
  async function impaired() {
    const situation = await lendingRoom();
    await situation.setPrice(100n);
    await impair(situation);
    return situation;
  }

  /** The alarm was false: what the lenders were charged is owed to them out of cash. */
  async function reversed() {
    const situation = await impaired();
    await situation.setPrice(200n);
    await impair(situation);
    return situation;
  }

  const worth = async ({ vault, alice }: Situation) => {
    const [total, supply, held] = await Promise.all([vault.totalAssets(), vault.totalSupply(), vault.balanceOf(alice)]);
    return (held * (total + 1n)) / (supply + VIRTUAL_SHARES);
  };
  const held = ({ vault, alice }: Situation) => vault.balanceOf(alice);
  /** 3,000 of cash, which is less than Alice's shares are worth. */
  const sharesForCash = async ({ vault }: Situation) =>
    (3_000n * UNIT * ((await vault.totalSupply()) + VIRTUAL_SHARES)) / ((await vault.totalAssets()) + 1n);

  const STATES: [name: string, make: () => Promise<Situation>, expected: Expected][] = [
    ["open", room, { deposits: true, withdraw: () => STAKE, redeem: () => SHARES }],
    ["paused", paused, { deposits: false, withdraw: () => STAKE, redeem: () => SHARES }],
    ["winding up", windingUp, { deposits: false, withdraw: () => STAKE, redeem: () => SHARES }],
    ["wiped out", wipedOut, { deposits: false, withdraw: () => 0n, redeem: () => 0n }],
    ["after a loss", afterLoss, { deposits: true, withdraw: worth, redeem: held }],
    ["with claims owed", claimsOwed, { deposits: true, withdraw: worth, redeem: held }],
    ["without cash", lentOut(0n), { deposits: true, withdraw: () => 0n, redeem: () => 0n }],
    ["with little cash", lentOut(77n), { deposits: true, withdraw: () => 77n, redeem: () => 77n * 10n ** 6n }],
    ["full of shares", full, { deposits: true, withdraw: () => STAKE, redeem: () => SHARES }],
    ["full of cash", dear, { deposits: true, withdraw: worth, redeem: held }],
    ["that wants notice", noticed(0n, 1), { deposits: true, withdraw: () => 0n, redeem: () => 0n }],
    ["with a young notice", noticed(SHARES, DAY), { deposits: true, withdraw: () => 0n, redeem: () => 0n }],
    [
      "with a matured notice",
      noticed(3n * 10n ** 9n, 3 * DAY),
      { deposits: true, withdraw: () => 3_000n, redeem: () => 3n * 10n ** 9n },
    ],
    ["with an expired notice", noticed(SHARES, 4 * DAY), { deposits: true, withdraw: () => 0n, redeem: () => 0n }],
    ["impaired", impaired, { deposits: true, withdraw: () => 3_000n * UNIT, redeem: sharesForCash }],
    [
      "that owes what was provisioned for nothing",
      reversed,
      { deposits: true, withdraw: () => 3_000n * UNIT, redeem: sharesForCash },
    ],
  ];

  for (const [name, make, expected] of STATES) {
    describe(`of a vault ${name}`, () => {
      it("allow what is said to come in, and no unit more", async () => {
        const { vault, alice } = await networkHelpers.loadFixture(make);
        const own = vault.connect(alice);
        const [assets, shares] = [await vault.maxDeposit(alice), await vault.maxMint(alice)];
        expect(assets !== 0n).to.equal(expected.deposits);
        expect(shares !== 0n).to.equal(expected.deposits);
        if (expected.deposits) {
          expect(await own.deposit.staticCall(assets, alice)).to.equal(await vault.previewDeposit(assets));
          expect(await own.mint.staticCall(shares, alice)).to.equal(await vault.previewMint(shares));
        }
        // An amount that is worth at least one share, and one share that costs at least one unit.
        await expect(own.deposit.staticCall(assets + 1n, alice)).to.revert(ethers);
        await expect(own.mint.staticCall(shares + 1n, alice)).to.revert(ethers);
      });

      it("allow what is said to go out, and no unit more", async () => {
        const situation = await networkHelpers.loadFixture(make);
        const { vault, alice } = situation;
        const own = vault.connect(alice);
        const [assets, shares] = [await vault.maxWithdraw(alice), await vault.maxRedeem(alice)];
        expect(assets).to.equal(await expected.withdraw(situation));
        expect(shares).to.equal(await expected.redeem(situation));
        if (assets !== 0n) {
          expect(await own.withdraw.staticCall(assets, alice, alice)).to.equal(await vault.previewWithdraw(assets));
        }
        if (shares !== 0n) {
          expect(await own.redeem.staticCall(shares, alice, alice)).to.equal(await vault.previewRedeem(shares));
        }
        await expect(own.withdraw.staticCall(assets + 1n, alice, alice)).to.revert(ethers);
        // As many shares more as are worth one unit.
        const unit = divUp((await vault.totalSupply()) + VIRTUAL_SHARES, (await vault.totalAssets()) + 1n);
        await expect(own.redeem.staticCall(shares + unit, alice, alice)).to.revert(ethers);
      });

      it("LV3: preview by the present price, rounded for the vault", async () => {
        const { vault } = await networkHelpers.loadFixture(make);
        const [total, supply] = [(await vault.totalAssets()) + 1n, (await vault.totalSupply()) + VIRTUAL_SHARES];
        for (const amount of [1n, 999n, 123_456_789n]) {
          expect(await vault.previewDeposit(amount)).to.equal((amount * supply) / total);
          expect(await vault.previewMint(amount)).to.equal(divUp(amount * total, supply));
          expect(await vault.previewWithdraw(amount)).to.equal(divUp(amount * supply, total));
          expect(await vault.previewRedeem(amount)).to.equal((amount * total) / supply);
        }
      });
    });
  }

  it("LV1: name the limit that binds: shares in a young vault, cash in one whose shares are dear", async () => {
    const young = await networkHelpers.loadFixture(room);
    const supply = await young.vault.totalSupply();
    expect(await young.vault.maxMint(young.alice)).to.equal(MOST_SHARES - supply);
    expect(await young.vault.maxDeposit(young.alice)).to.equal((MOST_SHARES - supply) / 10n ** 6n);
    const rich = await networkHelpers.loadFixture(dear);
    const cash = await rich.vault.cash();
    expect(cash).to.be.greaterThan(2n ** 110n);
    expect(await rich.vault.maxDeposit(rich.alice)).to.equal(2n ** 112n - 1n - cash);
  });
});
