import { expect } from "chai";
import { network } from "hardhat";

import {
  addHostile,
  addVault,
  Behavior,
  Cause,
  deposit,
  deployWaterfall,
  DEPOSITED,
  figures,
  Kind,
  layer,
  lose,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const LOSS = 1_000n;
const SHARES = 5_000n * 1_000_000n;

describe("WriteOffEngine re-entered from inside a tranche", () => {
  async function reactingStack() {
    const room = await deployWaterfall(ethers);
    const tranche = await addHostile(ethers, room, 10_000n);
    // As dilution it may call everything that a tranche may ever call.
    await room.engine.setStack(room.vault, [await layer(tranche, Kind.Dilution, 1_000_000n)]);
    await tranche.behave(Behavior.PayNothing, Behavior.Pay, Behavior.Pay);
    const [admin, , debtor, buyer] = await ethers.getSigners();
    // An earlier loss, with something recovered, so that there is something to claim, to recover and to credit.
    await lose(ethers, room, 500n);
    await room.asset.mint(admin!.address, 1_000n);
    await room.asset.approve(room.engine, 1_000n);
    await room.engine.recover(room.vault, 1n, 50n);
    // The tranche is itself a shareholder.
    await deposit(room, admin!, 5_000n);
    await room.vault.transfer(tranche, SHARES);
    const address = await tranche.getAddress();
    const badDebt = {
      debtor: debtor!.address,
      cause: Cause.Liquidation,
      previousId: 0,
      id: 0,
      epoch: 2,
      badDebtAssets: 10n,
      reserveAssets: 0n,
      coverableAssets: 10n,
      insurableAssets: 0n,
    };
    return { ...room, tranche, address, badDebt, debtor: debtor!, buyer: buyer! };
  }

  type Room = Awaited<ReturnType<typeof reactingStack>>;
  type Reaction = (room: Room) => string;

  const onVault: Record<string, Reaction> = {
    deposit: ({ vault, address }) => vault.interface.encodeFunctionData("deposit", [100n, address]),
    mint: ({ vault, address }) => vault.interface.encodeFunctionData("mint", [100n, address]),
    withdraw: ({ vault, address }) => vault.interface.encodeFunctionData("withdraw", [10n, address, address]),
    redeem: ({ vault, address }) => vault.interface.encodeFunctionData("redeem", [SHARES, address, address]),
    claimRecovery: ({ vault, address }) =>
      vault.interface.encodeFunctionData("claimRecovery", [address, [1n], address]),
    reinvestRecovery: ({ vault, address }) =>
      vault.interface.encodeFunctionData("reinvestRecovery", [address, [1n], address]),
    sweepReserves: ({ vault }) => vault.interface.encodeFunctionData("sweepReserves"),
    lose: ({ vault, address }) => vault.interface.encodeFunctionData("lose", [address, 0, 0, 10n, 10n]),
  };

  const onEngine: Record<string, Reaction> = {
    recover: ({ engine, vault }) => engine.interface.encodeFunctionData("recover", [vault.target, 1n, 10n]),
    absorb: ({ engine, badDebt }) => engine.interface.encodeFunctionData("absorb", [badDebt]),
    absorbBatch: ({ engine, badDebt }) => engine.interface.encodeFunctionData("absorbBatch", [[badDebt, badDebt]]),
    creditProceeds: ({ engine, vault }) =>
      engine.interface.encodeFunctionData("creditProceeds", [vault.target, 1n, 10n]),
    returnUnspent: ({ engine, vault }) => engine.interface.encodeFunctionData("returnUnspent", [vault.target, 1n, 10n]),
  };

  const figuresOfVault: Record<string, Reaction> = {
    totalAssets: ({ vault }) => vault.interface.encodeFunctionData("totalAssets"),
    convertToShares: ({ vault }) => vault.interface.encodeFunctionData("convertToShares", [1n]),
    convertToAssets: ({ vault }) => vault.interface.encodeFunctionData("convertToAssets", [1n]),
    previewDeposit: ({ vault }) => vault.interface.encodeFunctionData("previewDeposit", [1n]),
    previewMint: ({ vault }) => vault.interface.encodeFunctionData("previewMint", [1n]),
    previewWithdraw: ({ vault }) => vault.interface.encodeFunctionData("previewWithdraw", [1n]),
    previewRedeem: ({ vault }) => vault.interface.encodeFunctionData("previewRedeem", [1n]),
  };

  const limitsOfVault: Record<string, Reaction> = {
    maxDeposit: ({ vault, address }) => vault.interface.encodeFunctionData("maxDeposit", [address]),
    maxMint: ({ vault, address }) => vault.interface.encodeFunctionData("maxMint", [address]),
    maxWithdraw: ({ vault, address }) => vault.interface.encodeFunctionData("maxWithdraw", [address]),
    maxRedeem: ({ vault, address }) => vault.interface.encodeFunctionData("maxRedeem", [address]),
  };

  const REENTERED = ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10);
  const BOOKS_OPEN = ethers.id("BooksOpen()").slice(0, 10);

  /** The loss is booked as if the tranche had paid nothing: all of it is the lenders'. */
  async function expectRefused(room: Room, target: string, data: string, error: string) {
    await room.tranche.reactWith(target, data);
    await lose(ethers, room, LOSS);
    expect(await room.tranche.reactionSucceeded()).to.equal(false);
    expect(await room.tranche.reactionError()).to.equal(error);
    expect(await figures(room, 2n)).to.deep.equal({
      badDebt: LOSS,
      reserves: 0n,
      insurance: 0n,
      dilutionCash: 0n,
      socialized: LOSS,
    });
  }

  for (const [name, data] of Object.entries(onVault)) {
    it(`WO4: cannot ${name} while its vault writes off`, async () => {
      const room = await networkHelpers.loadFixture(reactingStack);
      await expectRefused(room, await room.vault.getAddress(), data(room), REENTERED);
    });
  }

  for (const [name, data] of Object.entries(onEngine)) {
    it(`WO4: cannot call the engine's ${name} meanwhile`, async () => {
      const room = await networkHelpers.loadFixture(reactingStack);
      await expectRefused(room, await room.engine.getAddress(), data(room), REENTERED);
    });
  }

  for (const [name, data] of Object.entries(figuresOfVault)) {
    it(`WO4: cannot read ${name} while the books are open`, async () => {
      const room = await networkHelpers.loadFixture(reactingStack);
      await expectRefused(room, await room.vault.getAddress(), data(room), BOOKS_OPEN);
    });
  }

  for (const [name, data] of Object.entries(limitsOfVault)) {
    it(`WO4: is told by ${name} that nothing may come or go meanwhile`, async () => {
      const room = await networkHelpers.loadFixture(reactingStack);
      await room.tranche.reactWith(await room.vault.getAddress(), data(room));
      await lose(ethers, room, LOSS);
      expect(await room.tranche.reactionSucceeded()).to.equal(true);
      expect(await room.tranche.reactionError()).to.equal(ethers.toBeHex(0n, 32));
      expect(await ethers.provider.call({ to: room.vault, data: data(room) })).to.not.equal(ethers.toBeHex(0n, 32));
    });
  }

  it("WO4: cannot credit the vault itself", async () => {
    const room = await networkHelpers.loadFixture(reactingStack);
    const onlyEngine = room.vault.interface.encodeErrorResult("OnlyEngine", [room.address]);
    const vault = await room.vault.getAddress();
    const credit = room.vault.interface.encodeFunctionData("creditRecovery", [1n, 1n, 10n]);
    await expectRefused(room, vault, credit, onlyEngine);
  });

  it("WO4, IN2: cannot start the loss of another vault meanwhile", async () => {
    const room = await networkHelpers.loadFixture(reactingStack);
    const other = await addVault(ethers, room);
    const second = { ...room, vault: other };
    await deposit(second, room.debtor, 1_000n);
    await other.lend(500n, room.debtor.address);
    const data = onVault.lose!(room);
    await expectRefused(room, await other.getAddress(), data, REENTERED);
    expect(await room.engine.writeOffCount(other)).to.equal(0n);
  });

  it("WO4: a loss that is refused from inside leaves the vault usable afterwards", async () => {
    const room = await networkHelpers.loadFixture(reactingStack);
    await expectRefused(room, await room.vault.getAddress(), onVault.deposit!(room), REENTERED);
    await deposit(room, room.buyer, 100n);
    expect(await room.vault.totalAssets()).to.equal(DEPOSITED + 5_000n + 100n - LOSS - 500n);
  });

  it("RE1: shares that change hands inside a tranche carry their part of the loss and of the claim with them", async () => {
    const room = await networkHelpers.loadFixture(reactingStack);
    const sale = room.vault.interface.encodeFunctionData("transfer", [room.buyer.address, SHARES]);
    await room.tranche.reactWith(await room.vault.getAddress(), sale);
    await lose(ethers, room, LOSS);
    expect(await room.tranche.reactionSucceeded()).to.equal(true);
    expect(await room.vault.balanceAtEpoch(room.address, 2n)).to.equal(0n);
    expect(await room.vault.balanceAtEpoch(room.buyer.address, 2n)).to.equal(SHARES);
  });
});
