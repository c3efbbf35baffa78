import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create();

const VIRTUAL = 1_000_000n;
const LIMIT = 2n ** 128n - 1n - VIRTUAL;

describe("LossShares balances by epoch", () => {
  async function shares() {
    const [, alice, bob, carol] = await ethers.getSigners();
    const token = await ethers.deployContract("LossSharesHarness");
    /** What `account` held at the close of epochs 1, 2, ... `last`. */
    const history = async (account: { address: string }, last: number) =>
      Promise.all(Array.from({ length: last }, (_, i) => token.balanceAtEpoch(account.address, BigInt(i + 1))));
    return { token, alice: alice!, bob: bob!, carol: carol!, history };
  }

  it("begin with epoch one, open", async () => {
    const { token, alice } = await networkHelpers.loadFixture(shares);
    expect(await token.openEpoch()).to.equal(1n);
    await token.mint(alice, 70n);
    expect(await token.balanceAtEpoch(alice, 1n)).to.equal(70n);
    expect([...(await token.lossEpoch(1n))]).to.deep.equal([0n, 0n, false, false]);
  });

  it("are the present one in the open epoch and in any later", async () => {
    const { token, alice } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 70n);
    await token.charge(1n);
    await token.mint(alice, 5n);
    expect(await token.balanceAtEpoch(alice, 2n)).to.equal(75n);
    expect(await token.balanceAtEpoch(alice, 2n ** 200n)).to.equal(75n);
  });

  it("stay as they were when a loss closed the epoch, whatever is transferred before and after", async () => {
    const { token, alice, bob, history } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 100n);
    await token.connect(alice).transfer(bob, 30n); // before the first loss
    await token.charge(10n);
    await token.connect(alice).transfer(bob, 20n); // between the losses
    await token.connect(bob).transfer(alice, 1n);
    await token.charge(10n);
    await token.connect(bob).transfer(alice, 49n); // after them
    expect(await history(alice, 3)).to.deep.equal([70n, 51n, 100n]);
    expect(await history(bob, 3)).to.deep.equal([30n, 49n, 0n]);
  });

  it("of an account that never moves hold for every epoch", async () => {
    const { token, alice, history } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 100n);
    for (let i = 0; i < 5; ++i) await token.charge(1n);
    expect(await history(alice, 6)).to.deep.equal([100n, 100n, 100n, 100n, 100n, 100n]);
  });

  it("of an account that moves after several losses hold for all of them", async () => {
    const { token, alice, bob, history } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 100n);
    for (let i = 0; i < 3; ++i) await token.charge(1n);
    await token.connect(alice).transfer(bob, 100n);
    await token.charge(1n);
    expect(await history(alice, 5)).to.deep.equal([100n, 100n, 100n, 0n, 0n]);
    expect(await history(bob, 5)).to.deep.equal([0n, 0n, 0n, 100n, 100n]);
  });

  it("of a newcomer are zero for the losses before it", async () => {
    const { token, alice, history } = await networkHelpers.loadFixture(shares);
    await token.charge(1n);
    await token.charge(1n);
    await token.mint(alice, 100n);
    await token.charge(1n);
    expect(await history(alice, 4)).to.deep.equal([0n, 0n, 100n, 100n]);
  });

  it("are zero while an account is empty, and come back when it re-enters", async () => {
    const { token, alice, history } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 100n);
    await token.charge(1n);
    await token.burn(alice, 100n);
    await token.charge(1n);
    await token.charge(1n);
    await token.mint(alice, 40n);
    await token.charge(1n);
    await token.burn(alice, 15n);
    expect(await history(alice, 5)).to.deep.equal([100n, 0n, 0n, 40n, 25n]);
  });

  it("of an account that enters and leaves within an epoch are what it ends with", async () => {
    const { token, alice, bob, history } = await networkHelpers.loadFixture(shares);
    await token.charge(1n);
    await token.mint(alice, 100n);
    await token.connect(alice).transfer(bob, 100n);
    await token.charge(1n);
    expect(await history(alice, 3)).to.deep.equal([0n, 0n, 0n]);
    expect(await history(bob, 3)).to.deep.equal([0n, 100n, 100n]);
  });

  for (const part of [0n, 40n, 100n]) {
    it(`are not changed by a transfer of ${part} of 100 to oneself`, async () => {
      const { token, alice, history } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, 100n);
      await token.charge(1n);
      await expect(token.connect(alice).transfer(alice, part))
        .to.emit(token, "Transfer")
        .withArgs(alice.address, alice.address, part);
      await token.charge(1n);
      await token.connect(alice).transfer(alice, part);
      expect(await history(alice, 3)).to.deep.equal([100n, 100n, 100n]);
      expect(await token.totalSupply()).to.equal(100n);
    });
  }

  it("are not changed by a stranger who moves zero of them", async () => {
    const { token, alice, bob, carol, history } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 100n);
    await token.charge(1n);
    await token.connect(carol).transferFrom(alice, bob, 0n);
    expect(await history(alice, 2)).to.deep.equal([100n, 100n]);
    expect(await history(bob, 2)).to.deep.equal([0n, 0n]);
  });

  it("are found among many epochs", async () => {
    const { token, alice, history } = await networkHelpers.loadFixture(shares);
    const want: bigint[] = [];
    let balance = 0n;
    for (let epoch = 1n; epoch <= 60n; ++epoch) {
      // Changes in two of three epochs, so that some balances hold for several.
      if (epoch % 3n !== 0n) {
        await token.mint(alice, epoch);
        balance += epoch;
      }
      want.push(balance);
      await token.charge(1n);
    }
    expect(await history(alice, 60)).to.deep.equal(want);
  });

  it("cost a transfer one write more the first time after a loss, and nothing again after", async () => {
    const { token, alice, bob } = await networkHelpers.loadFixture(shares);
    await token.mint(alice, 1_000n);
    await token.mint(bob, 1_000n);
    const transfer = async () => {
      const receipt = await (await token.connect(alice).transfer(bob, 1n)).wait();
      return receipt!.gasUsed;
    };
    const usual = await transfer();
    await token.charge(1n);
    expect(await transfer()).to.be.greaterThan(usual + 40_000n);
    expect(await transfer()).to.equal(usual);
  });

  describe("with numbers that are skipped", () => {
    it("hold for the epochs in between, in which nothing was charged", async () => {
      const { token, alice, bob, history } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, 100n);
      await token.chargeAt(3, 50n);
      expect(await token.openEpoch()).to.equal(4n);
      await token.connect(alice).transfer(bob, 100n);
      await token.chargeAt(7, 50n);
      expect(await history(alice, 8)).to.deep.equal([100n, 100n, 100n, 0n, 0n, 0n, 0n, 0n]);
      expect(await history(bob, 8)).to.deep.equal([0n, 0n, 0n, 100n, 100n, 100n, 100n, 100n]);
      for (const [epoch, charged] of [
        [1n, 0n],
        [2n, 0n],
        [3n, 50n],
        [5n, 0n],
        [7n, 50n],
      ] as const) {
        expect((await token.lossEpoch(epoch)).chargedAssets).to.equal(charged);
      }
    });

    it("RE1: give no claim on what nobody was charged", async () => {
      const { token, alice } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, 100n);
      await token.chargeAt(3, 50n);
      await expect(token.credit(2n, 1n))
        .to.be.revertedWithCustomError(token, "RecoveryExceedsCharge")
        .withArgs(2n, 1n, 0n);
      expect(await token.claimableRecovery(alice, 2n)).to.equal(0n);
    });
  });

  describe("and supply", () => {
    it("RE1: a loss is borne by all shares and the virtual ones", async () => {
      const { token, alice, bob } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, 100n);
      await token.mint(bob, 50n);
      await expect(token.charge(33n))
        .to.emit(token, "LossCharged")
        .withArgs(1n, 33n, 150n + VIRTUAL);
      expect([...(await token.lossEpoch(1n))]).to.deep.equal([33n, 150n + VIRTUAL, false, false]);
    });

    it("go up to the limit of 2^128 - 1 with the virtual shares, not beyond", async () => {
      const { token, alice, bob } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, LIMIT);
      expect(await token.totalSupply()).to.equal(LIMIT);
      await token.charge(1n);
      expect((await token.lossEpoch(1n)).shares).to.equal(2n ** 128n - 1n);
      await expect(token.mint(bob, 1n))
        .to.be.revertedWithCustomError(token, "ExceedsShareLimit")
        .withArgs(LIMIT + 1n);
    });

    it("fall with a burn", async () => {
      const { token, alice } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, 100n);
      await token.burn(alice, 60n);
      expect(await token.totalSupply()).to.equal(40n);
    });

    it("cannot be moved beyond a balance", async () => {
      const { token, alice, bob } = await networkHelpers.loadFixture(shares);
      await token.mint(alice, 100n);
      await expect(token.connect(alice).transfer(bob, 101n))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(alice.address, 100n, 101n);
      await expect(token.burn(alice, 101n)).to.be.revertedWithCustomError(token, "ERC20InsufficientBalance");
    });

    it("cannot be charged more than 112 bits", async () => {
      const { token } = await networkHelpers.loadFixture(shares);
      await expect(token.charge(2n ** 128n))
        .to.be.revertedWithCustomError(token, "SafeCastOverflowedUintDowncast")
        .withArgs(112, 2n ** 128n);
    });
  });
});
