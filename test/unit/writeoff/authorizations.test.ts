import { expect } from "chai";
import type { TypedDataDomain } from "ethers";
import { network } from "hardhat";

import { deposit, deployWaterfall, give, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const MAX = 2n ** 256n - 1n;

const AUTHORIZATION = {
  Authorization: [
    { name: "owner", type: "address" },
    { name: "operator", type: "address" },
    { name: "authorized", type: "bool" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

describe("Authorizations", () => {
  async function vaultWithClaim() {
    const room = await deployWaterfall(ethers);
    const [payer, , , owner, operator, relayer] = await ethers.getSigners();
    await deposit(room, owner!, 1_000n);
    await lose(ethers, room, 50_000n);
    await give(room.asset, payer!, room.engine, 50_000n);
    await room.engine.recover(room.vault, 1n, 50_000n);
    const { chainId } = await ethers.provider.getNetwork();
    const domain: TypedDataDomain = {
      name: "Plain Vault",
      version: "1",
      chainId,
      verifyingContract: await room.vault.getAddress(),
    };
    const [ownerAddress, operatorAddress] = [owner!.address, operator!.address];
    const permission = { owner: ownerAddress, operator: operatorAddress, authorized: true, nonce: 0n, deadline: MAX };
    const submit = ({ owner, operator, authorized, deadline }: typeof permission, signature: string) =>
      room.vault.connect(relayer).setAuthorizationWithSig(owner, operator, authorized, deadline, signature);
    const sign = (message: typeof permission, signer = owner!, over = domain) =>
      signer.signTypedData(over, AUTHORIZATION, message);
    return {
      ...room,
      owner: owner!,
      operator: operator!,
      relayer: relayer!,
      domain,
      permission,
      sign,
      submit,
    };
  }

  type Room = Awaited<ReturnType<typeof vaultWithClaim>>;

  const expectInvalid = async (room: Room, message: Room["permission"], signature: string) => {
    await expect(room.submit(message, signature))
      .to.be.revertedWithCustomError(room.vault, "InvalidAuthorization")
      .withArgs(message.owner, message.operator);
    expect(await room.vault.isAuthorized(message.owner, message.operator)).to.equal(false);
    expect(await room.vault.nonces(message.owner)).to.equal(0n);
  };

  it("are given by nobody at the start", async () => {
    const { vault, owner, operator } = await networkHelpers.loadFixture(vaultWithClaim);
    expect(await vault.isAuthorized(owner, operator)).to.equal(false);
    expect(await vault.isAuthorized(owner, owner)).to.equal(false);
  });

  it("are for one owner and one operator, one way", async () => {
    const { vault, owner, operator, relayer } = await networkHelpers.loadFixture(vaultWithClaim);
    await vault.connect(owner).setAuthorization(operator, true);
    expect(await vault.isAuthorized(owner, operator)).to.equal(true);
    expect(await vault.isAuthorized(operator, owner)).to.equal(false);
    expect(await vault.isAuthorized(relayer, operator)).to.equal(false);
  });

  describe("by signature", () => {
    it("let an operator claim, whoever submits them", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      await expect(room.submit(room.permission, await room.sign(room.permission)))
        .to.emit(room.vault, "AuthorizationSet")
        .withArgs(room.owner.address, room.operator.address, true);
      await room.vault.connect(room.operator).claimRecovery(room.owner, [1n], room.operator);
      // 50,000 lost on 1,001,000 assets and the virtual one: 49 for 1,000.
      expect(await room.asset.balanceOf(room.operator)).to.equal(49n);
    });

    it("can take a permission back", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      await room.vault.connect(room.owner).setAuthorization(room.operator, true);
      const withdrawal = { ...room.permission, authorized: false };
      await room.submit(withdrawal, await room.sign(withdrawal));
      expect(await room.vault.isAuthorized(room.owner, room.operator)).to.equal(false);
    });

    it("are accepted to the last second, not after it", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const deadline = BigInt(await networkHelpers.time.latest()) + 100n;
      const message = { ...room.permission, deadline };
      const signature = await room.sign(message);
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.time.setNextBlockTimestamp(deadline + 1n);
      await expect(room.submit(message, signature))
        .to.be.revertedWithCustomError(room.vault, "AuthorizationExpired")
        .withArgs(deadline, deadline + 1n);
      await snapshot.restore();
      await networkHelpers.time.setNextBlockTimestamp(deadline);
      await room.submit(message, signature);
      expect(await room.vault.isAuthorized(room.owner, room.operator)).to.equal(true);
    });

    it("are used once", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const signature = await room.sign(room.permission);
      await room.submit(room.permission, signature);
      expect(await room.vault.nonces(room.owner)).to.equal(1n);
      await room.vault.connect(room.owner).setAuthorization(room.operator, false);
      await expect(room.submit(room.permission, signature))
        .to.be.revertedWithCustomError(room.vault, "InvalidAuthorization")
        .withArgs(room.owner.address, room.operator.address);
    });

    it("are refused with a nonce that is not the next", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      await expectInvalid(room, room.permission, await room.sign({ ...room.permission, nonce: 1n }));
    });

    it("are refused when another signed", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      await expectInvalid(room, room.permission, await room.sign(room.permission, room.relayer));
    });

    it("are refused for another operator, deadline or direction than was signed", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const signature = await room.sign(room.permission);
      await expectInvalid(room, { ...room.permission, operator: room.relayer.address }, signature);
      await expectInvalid(room, { ...room.permission, deadline: MAX - 1n }, signature);
      await expectInvalid(room, { ...room.permission, authorized: false }, signature);
    });

    it("are refused when signed for another vault or chain", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const elsewhere = { ...room.domain, verifyingContract: await room.engine.getAddress() };
      await expectInvalid(room, room.permission, await room.sign(room.permission, room.owner, elsewhere));
      const otherChain = { ...room.domain, chainId: 1n };
      await expectInvalid(room, room.permission, await room.sign(room.permission, room.owner, otherChain));
    });

    it("are refused when they are no signatures", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const signature = await room.sign(room.permission);
      for (const broken of ["0x", "0x00", signature.slice(0, -2), `0x${"00".repeat(65)}`]) {
        await expectInvalid(room, room.permission, broken);
      }
      // Nobody signs for the zero address, though a broken signature recovers to it.
      await expectInvalid(room, { ...room.permission, owner: ethers.ZeroAddress }, `0x${"00".repeat(65)}`);
    });

    it("are refused in the other of the two forms that fit the same key", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const { r, s, yParity } = ethers.Signature.from(await room.sign(room.permission));
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const twin = ethers.concat([r, ethers.toBeHex(order - BigInt(s), 32), yParity === 0 ? "0x1c" : "0x1b"]);
      await expectInvalid(room, room.permission, twin);
    });

    describe("of a contract wallet", () => {
      async function withWallet() {
        const room = await vaultWithClaim();
        const wallet = await ethers.deployContract("ContractWallet", [room.owner]);
        const permission = { ...room.permission, owner: await wallet.getAddress() };
        return { ...room, wallet, permission };
      }

      it("are accepted when the wallet accepts them", async () => {
        const room = await networkHelpers.loadFixture(withWallet);
        await room.submit(room.permission, await room.sign(room.permission));
        expect(await room.vault.isAuthorized(room.wallet, room.operator)).to.equal(true);
      });

      it("are refused when it does not", async () => {
        const room = await networkHelpers.loadFixture(withWallet);
        await expectInvalid(room, room.permission, await room.sign(room.permission, room.relayer));
      });

      it("are refused for code that answers nothing", async () => {
        const room = await networkHelpers.loadFixture(withWallet);
        const silent = await ethers.deployContract("SilentContract");
        const message = { ...room.permission, owner: await silent.getAddress() };
        await expectInvalid(room, message, await room.sign(message));
      });
    });
  });

  describe("and ERC-2612 permits", () => {
    it("give an allowance of shares by signature", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const { vault, owner, operator } = room;
      const message = { owner: owner.address, spender: operator.address, value: 5n, nonce: 0n, deadline: MAX };
      const { v, r, s } = ethers.Signature.from(await owner.signTypedData(room.domain, PERMIT, message));
      await vault.connect(room.relayer).permit(owner, operator, 5n, MAX, v, r, s);
      expect(await vault.allowance(owner, operator)).to.equal(5n);
      await vault.connect(operator).transferFrom(owner, operator, 5n);
      expect(await vault.balanceOf(operator)).to.equal(5n);
      await expect(vault.permit(owner, operator, 5n, MAX, v, r, s)).to.be.revertedWithCustomError(
        vault,
        "ERC2612InvalidSigner",
      );
    });

    it("expire", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const { vault, owner, operator } = room;
      const message = { owner: owner.address, spender: operator.address, value: 5n, nonce: 0n, deadline: 1n };
      const { v, r, s } = ethers.Signature.from(await owner.signTypedData(room.domain, PERMIT, message));
      await expect(vault.permit(owner, operator, 5n, 1n, v, r, s))
        .to.be.revertedWithCustomError(vault, "ERC2612ExpiredSignature")
        .withArgs(1n);
    });

    it("share one nonce with authorizations, so that either spends the other", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const { vault, owner, operator } = room;
      const authorization = await room.sign(room.permission);
      const message = { owner: owner.address, spender: operator.address, value: 5n, nonce: 0n, deadline: MAX };
      const { v, r, s } = ethers.Signature.from(await owner.signTypedData(room.domain, PERMIT, message));
      await vault.permit(owner, operator, 5n, MAX, v, r, s);
      await expect(room.submit(room.permission, authorization)).to.be.revertedWithCustomError(
        vault,
        "InvalidAuthorization",
      );
    });

    it("never give a right to claims", async () => {
      const room = await networkHelpers.loadFixture(vaultWithClaim);
      const { vault, owner, operator } = room;
      const message = { owner: owner.address, spender: operator.address, value: MAX, nonce: 0n, deadline: MAX };
      const { v, r, s } = ethers.Signature.from(await owner.signTypedData(room.domain, PERMIT, message));
      await vault.permit(owner, operator, MAX, MAX, v, r, s);
      await expect(vault.connect(operator).claimRecovery(owner, [1n], operator))
        .to.be.revertedWithCustomError(vault, "NotAuthorized")
        .withArgs(owner.address, operator.address);
    });
  });
});
