import { expect } from "chai";
import { network } from "hardhat";

import { TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();

const CAP = 1_000n * TOKEN;
const INITIAL = 400n * TOKEN;

describe("BackstopToken", () => {
  async function deployed() {
    const [minter, holder, other] = await ethers.getSigners();
    const token = await ethers.deployContract("BackstopToken", ["Backstop", "BKS", CAP, INITIAL, holder]);
    return { token, minter: minter!, holder: holder!, other: other! };
  }

  it("belongs to its creator as the only minter, and the initial holder has the initial supply", async () => {
    const { token, minter, holder } = await networkHelpers.loadFixture(deployed);
    expect(await token.minter()).to.equal(minter.address);
    expect(await token.balanceOf(holder)).to.equal(INITIAL);
    expect(await token.totalSupply()).to.equal(INITIAL);
    expect(await token.cap()).to.equal(CAP);
    expect(await token.decimals()).to.equal(18n);
  });

  it("DI1: lets nobody but the minter mint", async () => {
    const { token, holder } = await networkHelpers.loadFixture(deployed);
    await expect(token.connect(holder).mint(holder, 1n))
      .to.be.revertedWithCustomError(token, "OnlyMinter")
      .withArgs(holder.address);
  });

  it("DI1: mints to the cap exactly", async () => {
    const { token, other } = await networkHelpers.loadFixture(deployed);
    await token.mint(other, CAP - INITIAL);
    expect(await token.totalSupply()).to.equal(CAP);
  });

  it("DI1: refuses one unit above the cap", async () => {
    const { token, other } = await networkHelpers.loadFixture(deployed);
    await expect(token.mint(other, CAP - INITIAL + 1n))
      .to.be.revertedWithCustomError(token, "ERC20ExceededSafeSupply")
      .withArgs(CAP + 1n, CAP);
  });

  it("DI1: cannot be created with more than its cap", async () => {
    const { token, holder } = await networkHelpers.loadFixture(deployed);
    await expect(ethers.deployContract("BackstopToken", ["Backstop", "BKS", CAP, CAP + 1n, holder]))
      .to.be.revertedWithCustomError(token, "ERC20ExceededSafeSupply")
      .withArgs(CAP + 1n, CAP);
  });

  it("lets a holder burn its own tokens", async () => {
    const { token, holder } = await networkHelpers.loadFixture(deployed);
    await token.connect(holder).burn(100n * TOKEN);
    expect(await token.balanceOf(holder)).to.equal(300n * TOKEN);
    expect(await token.totalSupply()).to.equal(300n * TOKEN);
  });

  it("burns somebody else's tokens only out of an allowance, which it uses up", async () => {
    const { token, holder, other } = await networkHelpers.loadFixture(deployed);
    await expect(token.connect(other).burnFrom(holder, 1n))
      .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
      .withArgs(other.address, 0n, 1n);
    await token.connect(holder).approve(other, 10n * TOKEN);
    await token.connect(other).burnFrom(holder, 4n * TOKEN);
    expect(await token.balanceOf(holder)).to.equal(396n * TOKEN);
    expect(await token.allowance(holder, other)).to.equal(6n * TOKEN);
  });

  it("counts the votes of minted and burnt tokens for whom their holder has named, and nobody for address zero", async () => {
    const { token, holder, other } = await networkHelpers.loadFixture(deployed);
    await token.connect(other).delegate(holder);
    await token.mint(other, 7n);
    expect(await token.getVotes(holder)).to.equal(7n);
    expect(await token.delegates(ethers.ZeroAddress)).to.equal(ethers.ZeroAddress);
    await token.connect(other).burn(3n);
    expect(await token.getVotes(holder)).to.equal(4n);
    await networkHelpers.mine();
    const before = (await networkHelpers.time.latest()) - 1;
    expect(await token.getPastTotalSupply(before)).to.equal(INITIAL + 4n);
  });

  it("keeps the largest balance and any delegate, each untouched by the other", async () => {
    const { holder, other } = await networkHelpers.loadFixture(deployed);
    const most = 2n ** 96n - 1n;
    const token = await ethers.deployContract("BackstopToken", ["Backstop", "BKS", most, most, holder]);
    const delegatee = "0xFFfFfFffFFfffFFfFFfFFFFFffFFFffffFfFFFfF";
    await expect(token.connect(holder).delegate(delegatee))
      .to.emit(token, "DelegateChanged")
      .withArgs(holder.address, ethers.ZeroAddress, delegatee);
    expect(await token.balanceOf(holder)).to.equal(most);
    expect(await token.getVotes(delegatee)).to.equal(most);
    await token.connect(holder).transfer(holder, most);
    expect(await token.balanceOf(holder)).to.equal(most);
    await expect(token.connect(holder).transfer(other, most)).to.emit(token, "Transfer");
    expect(await token.balanceOf(holder)).to.equal(0n);
    expect(await token.delegates(holder)).to.equal(delegatee);
    expect(await token.getVotes(delegatee)).to.equal(0n);
    await expect(token.connect(holder).transfer(other, 1n))
      .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
      .withArgs(holder.address, 0n, 1n);
    await token.connect(holder).delegate(ethers.ZeroAddress);
    expect(await token.delegates(holder)).to.equal(ethers.ZeroAddress);
    expect(await token.balanceOf(other)).to.equal(most);
  });

  it("counts votes by time, and past votes are unmoved by later mints and burns", async () => {
    const { token, holder } = await networkHelpers.loadFixture(deployed);
    expect(await token.CLOCK_MODE()).to.equal("mode=timestamp");
    await token.connect(holder).delegate(holder);
    const before = await token.clock();
    expect(before).to.equal(BigInt(await networkHelpers.time.latest()));
    await token.mint(holder, 50n * TOKEN);
    await token.connect(holder).burn(20n * TOKEN);
    expect(await token.getVotes(holder)).to.equal(430n * TOKEN);
    expect(await token.getPastVotes(holder, before)).to.equal(400n * TOKEN);
    expect(await token.getPastTotalSupply(before)).to.equal(400n * TOKEN);
  });

  it("remembers the supply at every second of a long history", async () => {
    const { token, minter, holder } = await networkHelpers.loadFixture(deployed);
    const start = BigInt(await networkHelpers.time.latest());
    // Seconds after the start, and the change: an odd number of them, then an even one.
    const changes = [
      [10n, 5n],
      [20n, -2n],
      [21n, 4n],
      [40n, -1n],
      [41n, 9n],
      [60n, -3n],
    ] as const;
    const past = [{ at: start, supply: INITIAL }];
    for (const [after, change] of changes) {
      await networkHelpers.time.setNextBlockTimestamp(start + after);
      if (change > 0n) await token.connect(minter).mint(holder, change);
      else await token.connect(holder).burn(-change);
      past.push({ at: start + after, supply: past.at(-1)!.supply + change });
    }
    await networkHelpers.time.increaseTo(start + 100n);
    for (const [i, { at, supply }] of past.entries()) {
      expect(await token.getPastTotalSupply(at)).to.equal(supply);
      expect(await token.getPastTotalSupply(at - 1n)).to.equal(i === 0 ? 0n : past[i - 1]!.supply);
    }
    expect(await token.getPastTotalSupply(start + 99n)).to.equal(INITIAL + 12n);
    await expect(token.getPastTotalSupply(start + 1_000n)).to.be.revertedWithCustomError(token, "ERC5805FutureLookup");
  });

  it("says the same of the past where slots were prepared, by anybody, and writing them costs 17,100 less", async () => {
    const { token, minter, holder, other } = await networkHelpers.loadFixture(deployed);
    const start = BigInt(await networkHelpers.time.latest());
    /** Four mints of 1; gas of the third and the fifth change, which note two entries each. */
    const mintFour = async () => {
      const gas: bigint[] = [];
      for (const after of [10n, 20n, 30n, 40n]) {
        await networkHelpers.time.setNextBlockTimestamp(start + after);
        const receipt = await (await token.connect(minter).mint(holder, 1n)).wait();
        gas.push(receipt!.gasUsed);
      }
      await networkHelpers.time.increaseTo(start + 100n);
      const said = [1n, 5n, 10n, 15n, 20n, 25n, 30n, 35n, 40n, 45n].map((after) =>
        token.getPastTotalSupply(start + after),
      );
      return { gas, said: await Promise.all(said) };
    };
    const untouched = await networkHelpers.takeSnapshot();
    const bare = await mintFour();
    await untouched.restore();
    expect(await token.preparedSupplyHistory()).to.equal(0n);
    expect(await token.connect(other).prepareSupplyHistory.staticCall(3n)).to.equal(3n);
    await token.connect(other).prepareSupplyHistory(2n);
    expect(await token.connect(other).prepareSupplyHistory.staticCall(3n)).to.equal(1n);
    expect(await token.preparedSupplyHistory()).to.equal(2n);
    const prepared = await mintFour();
    expect(prepared.said).to.deep.equal(bare.said);
    expect(prepared.said.at(-1)).to.equal(INITIAL + 4n);
    expect(prepared.gas.map((gas, i) => bare.gas[i]! - gas)).to.deep.equal([0n, 17_100n, 0n, 17_100n]);
    expect(await token.preparedSupplyHistory()).to.equal(0n);
    const errors = await ethers.getContractAt("ILossShares", await token.getAddress());
    for (const count of [0n, 129n]) {
      await expect(token.prepareSupplyHistory(count))
        .to.be.revertedWithCustomError(errors, "PreparedCountOutOfRange")
        .withArgs(count, 128n);
    }
  });

  it("takes an allowance by signature once", async () => {
    const { token, holder, other } = await networkHelpers.loadFixture(deployed);
    const { chainId } = await ethers.provider.getNetwork();
    const domain = { name: "Backstop", version: "1", chainId, verifyingContract: await token.getAddress() };
    const fields = { owner: "address", spender: "address", value: "uint256", nonce: "uint256", deadline: "uint256" };
    const Permit = Object.entries(fields).map(([name, type]) => ({ name, type }));
    const deadline = BigInt(await networkHelpers.time.latest()) + 100n;
    const message = { owner: holder.address, spender: other.address, value: 7n, nonce: 0n, deadline };
    const { v, r, s } = ethers.Signature.from(await holder.signTypedData(domain, { Permit }, message));
    await token.permit(holder, other, 7n, deadline, v, r, s);
    expect(await token.allowance(holder, other)).to.equal(7n);
    expect(await token.nonces(holder)).to.equal(1n);
    await expect(token.permit(holder, other, 7n, deadline, v, r, s)).to.be.revertedWithCustomError(
      token,
      "ERC2612InvalidSigner",
    );
  });
});
