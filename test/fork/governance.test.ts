import { expect } from "chai";
import { Contract } from "ethers";

import { describeFork } from "../helpers/mainnet/fork.js";
import { TOKENS } from "../helpers/mainnet/addresses.js";
import { deployFeed, DOLLAR } from "../helpers/mainnet/feeds.js";
import { endow, MAX } from "../helpers/mainnet/market.js";
import { BTC_PRICE, deployOnMainnet, type MainnetSystem } from "../helpers/mainnet/system.js";
import { deal, tokenAt } from "../helpers/mainnet/tokens.js";

const GOVERNOR_DELAY = 172_800n;
const WBTC = TOKENS.WBTC.address;
const ONE_BITCOIN = 10n ** 8n;

describeFork("mainnet: governed by real Safes", () => {
  let system: MainnetSystem;

  before(async () => {
    system = await deployOnMainnet("USDC");
  });
  after(async () => {
    await system.fork.close();
  });

  it("the deployer holds no role; governor and guardian are Safes with two of three signatures (AC1)", async () => {
    const { accessManager, people, governor, guardian } = system;
    for (const role of [0n, 1n, 2n]) {
      expect((await accessManager.hasRole(role, people.deployer.address))[0]).to.equal(false);
    }
    expect([...(await accessManager.hasRole(1n, governor.address))]).to.deep.equal([true, GOVERNOR_DELAY]);
    expect([...(await accessManager.hasRole(2n, guardian.address))]).to.deep.equal([true, 0n]);
    const safe = new Contract(
      governor.address,
      ["function getThreshold() view returns (uint256)", "function getOwners() view returns (address[])"],
      system.fork.ethers.provider,
    );
    expect(await safe.getFunction("getThreshold").staticCall()).to.equal(2n);
    expect(await safe.getFunction("getOwners").staticCall()).to.have.lengthOf(3);
  });

  it("WBTC becomes a collateral: scheduled, waited for and executed by two of three, then borrowed against and liquidated", async () => {
    const { accessManager, oracle, vault, governor, fork, assetFeed, people, one } = system;
    const feed = await deployFeed(fork, "BTC / USD", BTC_PRICE);
    const source = {
      feed: feed.proxy,
      maxStaleness: 4_500n,
      minAnswer: 1_000n * DOLLAR,
      maxAnswer: 10n ** 6n * DOLLAR,
    };
    const rules = {
      ...{ ltvBps: 7_000n, lltvBps: 7_700n, liquidationIncentiveBps: 800n, minIncentiveBps: 200n },
      ...{ targetHealthBps: 10_500n, principalCap: 10_000_000n * one },
    };
    const calls = [
      [await oracle.getAddress(), oracle.interface.encodeFunctionData("setFeed", [WBTC, source])],
      [await vault.getAddress(), vault.interface.encodeFunctionData("setCollateral", [WBTC, rules])],
    ] as const;
    const manager = await accessManager.getAddress();
    const schedule = (target: string, data: string) =>
      accessManager.interface.encodeFunctionData("schedule", [target, data, 0n]);
    const execute = (target: string, data: string) =>
      accessManager.interface.encodeFunctionData("execute", [target, data]);

    // One signature is not enough for a Safe of two: GS020, "signatures data too short".
    const [target, data] = calls[0];
    await expect(governor.execute(manager, schedule(target, data), governor.owners.slice(0, 1))).to.be.revertedWith(
      "GS020",
    );
    for (const call of calls) await governor.execute(manager, schedule(...call), governor.owners.slice(1));
    // Not before its time: the Safe's call fails as a whole.
    await expect(governor.execute(manager, execute(target, data))).to.be.revertedWith("GS013");

    await fork.networkHelpers.time.increase(GOVERNOR_DELAY);
    await feed.publish(BTC_PRICE);
    await assetFeed.publish(DOLLAR);
    for (const call of calls) await governor.execute(manager, execute(...call));
    expect(await vault.collaterals()).to.deep.equal([TOKENS.WETH.address, WBTC]);

    const { ann, borrower, liquidator } = people;
    await endow(system, ann, 100_000n);
    await vault.connect(ann).deposit(100_000n * one, ann.address);
    await deal(fork, "WBTC", borrower.address, ONE_BITCOIN);
    const wbtc = tokenAt(fork, "WBTC", borrower);
    await wbtc.approve(await vault.getAddress(), MAX);
    await vault.connect(borrower).supplyCollateral(WBTC, ONE_BITCOIN, borrower.address);
    // 70 % of 60,000 dollars and no more.
    const borrow = (assets: bigint) => vault.connect(borrower).borrow(WBTC, assets, borrower.address, borrower.address);
    await expect(borrow(42_000n * one + 1n)).to.be.revertedWithCustomError(vault, "ExceedsLtv");
    await borrow(42_000n * one);

    await endow(system, liquidator, 100_000n);
    await feed.publish((BTC_PRICE * 6n) / 10n);
    await vault.connect(liquidator).liquidate(borrower.address, WBTC, MAX, 0n, MAX, "0x");
    const seized = await wbtc.balanceOf(liquidator.address);
    expect(seized).to.equal(ONE_BITCOIN);
    // 36,000 / 1.02 were paid for it.
    const { badDebt } = await system.engine.ledger(vault, 1n);
    expect(badDebt - (42_000n * one - (36_000n * one * 100n) / 102n)).to.be.within(-1n, one / 100n);
  });

  it("the guardian pauses at once and can lift nothing", async () => {
    const { vault, guardian, governor, people, one } = system;
    const address = await vault.getAddress();
    await guardian.execute(address, vault.interface.encodeFunctionData("pause", [true, true]));
    expect([...(await vault.paused())]).to.deep.equal([true, true]);
    await endow(system, people.ben, 10n);
    await expect(vault.connect(people.ben).deposit(one, people.ben.address)).to.be.revertedWithCustomError(
      vault,
      "DepositsPaused",
    );
    const unpause = vault.interface.encodeFunctionData("unpause");
    await expect(guardian.execute(address, unpause)).to.be.revertedWith("GS013");
    // Nor can the governor without its delay.
    await expect(governor.execute(address, unpause)).to.be.revertedWith("GS013");
  });
});
