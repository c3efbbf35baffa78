import { expect } from "chai";
import { network } from "hardhat";

import { DAY, deployDilution, HOUR, lose, NEVER, TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const LOSS = 60_000n * 10n ** 6n;
const REENTRANCY_REFUSED = ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10);

describe("DebtAuction with difficult assets", () => {
  const withFee = async () => {
    const coin = await ethers.deployContract("FeeToken", ["Asset", "AST", 6, 0]);
    const setup = await deployDilution(ethers, coin);
    return { ...setup, openedAt: await lose(ethers, setup.vault, LOSS) };
  };

  const withoutReturn = async () => {
    const coin = await ethers.deployContract("NoReturnToken", ["Asset", "AST", 6]);
    const setup = await deployDilution(ethers, coin);
    return { ...setup, openedAt: await lose(ethers, setup.vault, LOSS) };
  };

  const withBlocklist = async () => {
    const coin = await ethers.deployContract("BlocklistToken", ["Asset", "AST", 6]);
    const setup = await deployDilution(ethers, coin);
    return { ...setup, openedAt: await lose(ethers, setup.vault, LOSS) };
  };

  /** The buyer is a contract that is called in the middle of its own payment. */
  const withHook = async () => {
    const coin = await ethers.deployContract("HookToken", ["Asset", "AST", 6]);
    const setup = await deployDilution(ethers, coin);
    const openedAt = await lose(ethers, setup.vault, LOSS);
    const hook = await ethers.deployContract("DilutionHook");
    await coin.mint(hook, LOSS);
    for (const spender of [setup.debtAuction, setup.engine]) {
      const approval = coin.interface.encodeFunctionData("approve", [await spender.getAddress(), ethers.MaxUint256]);
      await hook.execute(coin, approval);
    }
    await coin.setHook(hook, hook);
    const purchase = setup.debtAuction.interface.encodeFunctionData("buy", [
      setup.address,
      1n,
      10n * TOKEN,
      ethers.MaxUint256,
      await hook.getAddress(),
      NEVER,
    ]);
    return { ...setup, openedAt, hook, purchase };
  };

  it("RE1: an asset that keeps a fee is refused by name and nothing is sold", async () => {
    const { asset, debtAuction, address, buyer, openedAt } = await networkHelpers.loadFixture(withFee);
    await asset.setFeeBps(100n);
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    const library = await ethers.getContractFactory("Dilution"); // declares the library's error
    await expect(debtAuction.connect(buyer).buy(address, 1n, 10n * TOKEN, ethers.MaxUint256, buyer, NEVER))
      .to.be.revertedWithCustomError(library, "InexactTransfer")
      .withArgs(await asset.getAddress(), 2_000_000_000n, 1_980_000_000n);
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(300n * TOKEN);
  });

  it("an asset that returns nothing is sold against like any other", async () => {
    const { asset, token, debtAuction, vault, address, buyer, openedAt } =
      await networkHelpers.loadFixture(withoutReturn);
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    await debtAuction.connect(buyer).buy(address, 1n, 10n * TOKEN, ethers.MaxUint256, buyer, NEVER);
    expect(await asset.balanceOf(vault)).to.equal(2_000_000_000n);
    expect(await token.balanceOf(buyer)).to.equal(10n * TOKEN);
  });

  it("LI1: a blocklisted buyer stops nobody but itself", async () => {
    const { asset, token, debtAuction, address, buyer, other, openedAt } =
      await networkHelpers.loadFixture(withBlocklist);
    await asset.setBlocked(buyer, true);
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    await expect(debtAuction.connect(buyer).buy(address, 1n, TOKEN, ethers.MaxUint256, buyer, NEVER))
      .to.be.revertedWithCustomError(asset, "Blocked")
      .withArgs(buyer.address);
    // A blocklisted receiver of tokens receives them: the backstop token knows no list.
    await debtAuction.connect(other).buy(address, 1n, TOKEN, ethers.MaxUint256, buyer, NEVER);
    expect(await token.balanceOf(buyer)).to.equal(TOKEN);
  });

  it("WO4: a buyer called in the middle of its payment cannot buy again inside it", async () => {
    const { dilution, debtAuction, token, address, hook, purchase, openedAt } =
      await networkHelpers.loadFixture(withHook);
    await hook.arm(debtAuction, purchase);
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    await hook.execute(debtAuction, purchase);
    expect([await hook.called(), await hook.succeeded()]).to.deep.equal([true, false]);
    expect(await hook.returned()).to.equal(REENTRANCY_REFUSED);
    expect(await token.balanceOf(hook)).to.equal(10n * TOKEN);
    expect(await dilution.issueOf(address, 1n)).to.deep.equal([2_000_000_000n, 10n * TOKEN]);
  });

  it("WO4: nor close the lot inside it", async () => {
    const { debtAuction, address, hook, purchase, openedAt } = await networkHelpers.loadFixture(withHook);
    await hook.arm(debtAuction, debtAuction.interface.encodeFunctionData("settle", [address, 1n]));
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    await hook.execute(debtAuction, purchase);
    expect([await hook.called(), await hook.succeeded()]).to.deep.equal([true, false]);
    expect(await hook.returned()).to.equal(REENTRANCY_REFUSED);
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(290n * TOKEN);
  });

  it("WO4: nor have a recovery that it pays inside it counted as its payment", async () => {
    const { engine, debtAuction, dilution, address, hook, purchase } = await networkHelpers.loadFixture(withHook);
    await hook.arm(engine, engine.interface.encodeFunctionData("recover", [address, 1n, LOSS / 2n]));
    await expect(hook.execute(debtAuction, purchase)).to.be.revertedWithCustomError(dilution, "InexactTransfer");
    expect(await engine.lendersOutstanding(address, 1n)).to.equal(LOSS);
  });

  it("WO4: a loss that strikes inside a purchase opens its lot all the same", async () => {
    const { debtAuction, vault, address, hook, purchase } = await networkHelpers.loadFixture(withHook);
    await hook.arm(vault, vault.interface.encodeFunctionData("lose", [LOSS / 2n, 0n]));
    // With an estimate, the gas would do for the purchase alone.
    await hook.execute(debtAuction, purchase, { gasLimit: 3_000_000n });
    expect(await hook.succeeded()).to.be.true;
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(290n * TOKEN);
    expect(await debtAuction.remainingTokens(address, 2n)).to.equal(150n * TOKEN);
  });

  it("DI1: says no average price inside a purchase, when its tokens are counted and their proceeds are not", async () => {
    const { dilution, debtAuction, address, hook, purchase, openedAt } = await networkHelpers.loadFixture(withHook);
    await hook.arm(dilution, dilution.interface.encodeFunctionData("averageIssuePrice", [address, 1n]));
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    await hook.execute(debtAuction, purchase);
    expect([await hook.called(), await hook.succeeded()]).to.deep.equal([true, false]);
    expect(await hook.returned()).to.equal(REENTRANCY_REFUSED);
    expect(await dilution.averageIssuePrice(address, 1n)).to.equal(200n * 10n ** 6n);
  });

  it("DI1: nor can bids be filled inside it, which would note that price for the next lot", async () => {
    const t = await networkHelpers.loadFixture(withHook);
    const { dilution, debtAuction, vault, address, hook, purchase, openedAt, unit } = t;
    const prices = Array.from({ length: 16 }, (_, i) => (215n - BigInt(i)) * unit);
    const book = await ethers.deployContract("UnderwriterBook", [address, dilution, prices, 7n * DAY, 2n * DAY]);
    await dilution.connect(t.governor).setUnderwriters(address, book);
    await t.asset.connect(t.buyer).approve(book, 3_000n * unit);
    await book.connect(t.buyer).commit(15n, 3_000n * unit, t.buyer);
    await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
    // The bids pay 3,000 of what is lost more; the buyer's own 2,000 cannot be told from it, so there is no purchase.
    await hook.arm(vault, vault.interface.encodeFunctionData("loseMore", [1n, 30_000n * unit]));
    await expect(hook.execute(debtAuction, purchase, { gasLimit: 6_000_000n }))
      .to.be.revertedWithCustomError(dilution, "InexactTransfer")
      .withArgs(await t.asset.getAddress(), 2_000n * unit, 5_000n * unit);
    expect(await dilution.lastClearing(address)).to.deep.equal([0n, 0n]);
  });
});
