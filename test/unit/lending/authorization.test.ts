import { expect } from "chai";
import { network } from "hardhat";

import { WAD } from "../../helpers/lending.js";
import { deployScene, expectRefused, openPosition, type LendingScene } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const TYPES = {
  Authorization: [
    { name: "owner", type: "address" },
    { name: "operator", type: "address" },
    { name: "authorized", type: "bool" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

describe("LendingVault: acting for a borrower", () => {
  /** The borrower owes 100 against 10 at 200. */
  async function indebted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 100n * WAD);
    const deadline = BigInt(await networkHelpers.time.latest()) + 3_600n;
    return { ...scene, deadline };
  }

  /** Calls that move what belongs to the borrower, made by `other`. */
  const calls = ({ vault, collateralAddress, borrower, other }: LendingScene) => ({
    borrow: () => vault.connect(other).borrow(collateralAddress, WAD, borrower.address, other.address),
    withdrawCollateral: () =>
      vault.connect(other).withdrawCollateral(collateralAddress, WAD, borrower.address, other.address),
  });

  async function sign(
    { vaultAddress, vault, borrower, other }: LendingScene,
    deadline: bigint,
    { owner = borrower, authorized = true } = {},
  ) {
    const { chainId } = await ethers.provider.getNetwork();
    const domain = { name: "Plimsoll Test Dollar", version: "1", chainId, verifyingContract: vaultAddress };
    const nonce = await vault.nonces(borrower.address);
    const message = { owner: borrower.address, operator: other.address, authorized, nonce, deadline };
    return owner.signTypedData(domain, TYPES, message);
  }

  for (const call of ["borrow", "withdrawCollateral"] as const) {
    it(`AC1: ${call} is refused to whom the borrower has not authorized`, async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await expectRefused(scene, calls(scene)[call], "NotAuthorized", [scene.borrower.address, scene.other.address]);
    });

    it(`${call} is open to whom the borrower has authorized, until it is revoked`, async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, borrower, other } = scene;
      const token = call === "borrow" ? scene.asset : scene.collateral;
      await vault.connect(borrower).setAuthorization(other.address, true);
      await expect(calls(scene)[call]()).to.changeTokenBalance(ethers, token, other, WAD);
      await vault.connect(borrower).setAuthorization(other.address, false);
      await expectRefused(scene, calls(scene)[call], "NotAuthorized", [borrower.address, other.address]);
    });
  }

  it("AC1: an authorization goes one way only", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, collateralAddress, borrower, other } = scene;
    await vault.connect(other).setAuthorization(borrower.address, true);
    await expectRefused(scene, calls(scene).borrow, "NotAuthorized", [borrower.address, other.address]);
    await vault.connect(other).supplyCollateral(collateralAddress, WAD, other.address);
    await vault.connect(borrower).withdrawCollateral(collateralAddress, WAD, other.address, borrower.address);
    expect((await vault.positionOf(other.address, collateralAddress)).collateralAssets).to.equal(0n);
  });

  it("AC1: who may not act may still supply and repay", async () => {
    const { vault, collateralAddress, borrower, other } = await networkHelpers.loadFixture(indebted);
    await vault.connect(other).supplyCollateral(collateralAddress, WAD, borrower.address);
    await vault.connect(other).repay(collateralAddress, 50n * WAD, borrower.address);
    const position = await vault.positionOf(borrower.address, collateralAddress);
    expect([position.collateralAssets, position.debtAssets]).to.deep.equal([11n * WAD, 50n * WAD]);
  });

  it("a signature authorizes as a call does, and says so", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, borrower, other, stranger, deadline } = scene;
    const signature = await sign(scene, deadline);
    await expect(
      vault.connect(stranger).setAuthorizationWithSig(borrower.address, other.address, true, deadline, signature),
    )
      .to.emit(vault, "AuthorizationSet")
      .withArgs(borrower.address, other.address, true);
    await expect(calls(scene).borrow()).to.changeTokenBalance(ethers, scene.asset, other, WAD);
  });

  it("a signature revokes as well", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, borrower, other, deadline } = scene;
    await vault.connect(borrower).setAuthorization(other.address, true);
    const signature = await sign(scene, deadline, { authorized: false });
    await vault.setAuthorizationWithSig(borrower.address, other.address, false, deadline, signature);
    await expectRefused(scene, calls(scene).borrow, "NotAuthorized", [borrower.address, other.address]);
  });

  it("AC1: a signature of somebody else is refused", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, borrower, other, deadline } = scene;
    const signature = await sign(scene, deadline, { owner: other });
    const send = () =>
      vault.connect(other).setAuthorizationWithSig(borrower.address, other.address, true, deadline, signature);
    await expectRefused(scene, send, "InvalidAuthorization", [borrower.address, other.address]);
    expect(await vault.isAuthorized(borrower.address, other.address)).to.equal(false);
  });

  it("AC1: a signature is good once", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, borrower, other, deadline } = scene;
    const signature = await sign(scene, deadline);
    const send = () =>
      vault.connect(other).setAuthorizationWithSig(borrower.address, other.address, true, deadline, signature);
    await send();
    await vault.connect(borrower).setAuthorization(other.address, false);
    await expectRefused(scene, send, "InvalidAuthorization", [borrower.address, other.address]);
  });

  it("AC1: a signature is good until its deadline, that second included", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, borrower, other, deadline } = scene;
    const signature = await sign(scene, deadline);
    const send = () =>
      vault.connect(other).setAuthorizationWithSig(borrower.address, other.address, true, deadline, signature);
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await send();
    expect(await vault.isAuthorized(borrower.address, other.address)).to.equal(true);
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1n);
    await expect(send())
      .to.be.revertedWithCustomError(vault, "AuthorizationExpired")
      .withArgs(deadline, deadline + 1n);
  });
});
