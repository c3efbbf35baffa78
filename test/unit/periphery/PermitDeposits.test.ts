import { expect } from "chai";
import { Signature, ZeroAddress } from "ethers";
import { network } from "hardhat";

import { deployLending, SHARES_PER_ASSET } from "../../helpers/lending.js";

const { ethers, networkHelpers } = await network.create();

const ASSETS = 1_000n * 10n ** 18n;
const SHARES = ASSETS * SHARES_PER_ASSET;
const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** Permit2 has no part in these tests; the fork suite uses the real one. */
describe("PermitDeposits", () => {
  async function room() {
    const lending = await deployLending(ethers);
    const deposits = await ethers.deployContract("PermitDeposits", [ZeroAddress]);
    const [, lender, stranger] = await ethers.getSigners();
    await lending.asset.mint(lender!.address, ASSETS);
    const deadline = BigInt(await networkHelpers.time.latest()) + 3_600n;
    const { asset } = lending;
    const domain = {
      name: "Test Dollar",
      version: "1",
      chainId: (await ethers.provider.getNetwork()).chainId,
      verifyingContract: await asset.getAddress(),
    };
    const permit = Signature.from(
      await lender!.signTypedData(domain, PERMIT, {
        owner: lender!.address,
        spender: await deposits.getAddress(),
        value: ASSETS,
        nonce: 0n,
        deadline,
      }),
    );
    const deposit = (minShares = SHARES, sender = lender!) =>
      deposits
        .connect(sender)
        .depositWithPermit(lending.vault, ASSETS, minShares, stranger!.address, deadline, permit.v, permit.r, permit.s);
    return { ...lending, deposits, lender: lender!, stranger: stranger!, deadline, permit, deposit };
  }

  it("deposits the caller's assets for the receiver and keeps nothing", async () => {
    const { vault, asset, deposits, lender, stranger, deposit } = await networkHelpers.loadFixture(room);
    await deposit();
    expect(await vault.balanceOf(stranger.address)).to.equal(SHARES);
    expect(await asset.balanceOf(lender.address)).to.equal(0n);
    expect(await asset.balanceOf(deposits)).to.equal(0n);
    expect(await asset.allowance(deposits, vault)).to.equal(0n);
    expect(await asset.allowance(lender.address, deposits)).to.equal(0n);
  });

  it("works when somebody has used the permit first", async () => {
    const { vault, asset, deposits, lender, stranger, deadline, permit, deposit } =
      await networkHelpers.loadFixture(room);
    const { v, r, s } = permit;
    await asset.connect(stranger).permit(lender.address, await deposits.getAddress(), ASSETS, deadline, v, r, s);
    await deposit();
    expect(await vault.balanceOf(stranger.address)).to.equal(SHARES);
  });

  it("takes nothing of somebody whose permit another one shows", async () => {
    const { asset, lender, stranger, deposit } = await networkHelpers.loadFixture(room);
    await expect(deposit(SHARES, stranger)).to.be.revertedWithCustomError(asset, "ERC20InsufficientAllowance");
    expect(await asset.balanceOf(lender.address)).to.equal(ASSETS);
  });

  it("refuses fewer shares than asked for", async () => {
    const { asset, deposits, lender, deposit } = await networkHelpers.loadFixture(room);
    await expect(deposit(SHARES + 1n))
      .to.be.revertedWithCustomError(deposits, "TooFewShares")
      .withArgs(SHARES, SHARES + 1n);
    expect(await asset.balanceOf(lender.address)).to.equal(ASSETS);
  });

  it("passes on the vault's refusal", async () => {
    const { vault, deposit } = await networkHelpers.loadFixture(room);
    await vault.pause(true, false);
    await expect(deposit()).to.be.revertedWithCustomError(vault, "DepositsPaused");
  });

  it("refuses a vault that leaves the assets where they are", async () => {
    const { asset, deposits, lender, deadline, permit } = await networkHelpers.loadFixture(room);
    const lazy = await ethers.deployContract("LazyVault", [asset]);
    const { v, r, s } = permit;
    await expect(deposits.connect(lender).depositWithPermit(lazy, ASSETS, 0n, lender.address, deadline, v, r, s))
      .to.be.revertedWithCustomError(deposits, "DepositIncomplete")
      .withArgs(await lazy.getAddress(), ASSETS);
  });
});
