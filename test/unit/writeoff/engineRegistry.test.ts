import { expect } from "chai";
import { network } from "hardhat";

import {
  addDilution,
  addInsurance,
  addVault,
  Cause,
  deployWaterfall,
  Kind,
  layer,
  lose,
  report,
  setStack,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const GOVERNOR = 1n;

describe("WriteOffEngine registry", () => {
  async function room() {
    const deployed = await deployWaterfall(ethers);
    const insurance = await addInsurance(ethers, deployed, 100n);
    const dilution = await addDilution(ethers, deployed, 100n);
    const [, , , stranger] = await ethers.getSigners();
    const vault = await deployed.vault.getAddress();
    return { ...deployed, insurance, dilution, stranger: stranger!, vaultAddress: vault };
  }

  describe("admitting a vault", () => {
    it("names the vault and its first stack in events and views", async () => {
      const { engine, asset, manager, insurance, dilution } = await networkHelpers.loadFixture(room);
      const stack = [await layer(insurance, Kind.Insurance, 260_000n), await layer(dilution, Kind.Dilution, 270_000n)];
      const fresh = await ethers.deployContract("PlainVault", [
        await asset.getAddress(),
        await engine.getAddress(),
        await manager.getAddress(),
      ]);
      const address = await fresh.getAddress();

      expect(await engine.isVault(address)).to.equal(false);
      const admission = engine.registerVault(address, stack);
      await expect(admission).to.emit(engine, "VaultRegistered").withArgs(address);
      await expect(admission)
        .to.emit(engine, "StackSet")
        .withArgs(
          address,
          1n,
          stack.map((entry) => [entry.tranche, entry.gasStipend, entry.kind]),
        );
      expect(await engine.isVault(address)).to.equal(true);
      expect(await engine.writeOffCount(address)).to.equal(0n);
      expect((await engine.stackOf(address)).map((entry) => [...entry])).to.deep.equal(
        stack.map((entry) => [entry.tranche, entry.gasStipend, entry.kind]),
      );
    });

    it("lists vaults in order of registration", async () => {
      const { engine, asset, manager, vaultAddress } = await networkHelpers.loadFixture(room);
      const second = await addVault(ethers, { engine, asset, manager });
      const third = await addVault(ethers, { engine, asset, manager });
      expect(await engine.vaults()).to.deep.equal([vaultAddress, await second.getAddress(), await third.getAddress()]);
    });

    it("refuses a vault that is registered already", async () => {
      const { engine, vaultAddress } = await networkHelpers.loadFixture(room);
      await expect(engine.registerVault(vaultAddress, []))
        .to.be.revertedWithCustomError(engine, "VaultAlreadyRegistered")
        .withArgs(vaultAddress);
    });

    it("refuses what is no vault: no code, no asset, an asset without code, an answer that is no address", async () => {
      const { engine, asset, stranger } = await networkHelpers.loadFixture(room);
      const answering = async (words: bigint[]) => {
        const contract = await ethers.deployContract("AnsweringContract", [words]);
        return contract.getAddress();
      };
      const token = BigInt(await asset.getAddress());
      for (const address of [
        ethers.ZeroAddress,
        stranger.address,
        await asset.getAddress(),
        await answering([]),
        await answering([0n]),
        await answering([BigInt(stranger.address)]),
        await answering([token + (1n << 160n)]),
        await answering([token, token]),
      ]) {
        await expect(engine.registerVault(address, []))
          .to.be.revertedWithCustomError(engine, "NotAVault")
          .withArgs(address);
        expect(await engine.isVault(address)).to.equal(false);
      }
      const honest = await answering([token]);
      await engine.registerVault(honest, []);
      expect(await engine.isVault(honest)).to.equal(true);
    });

    it("AC1: is refused to a stranger and open to the governor role", async () => {
      const { engine, manager, vaultAddress, stranger } = await networkHelpers.loadFixture(room);
      const selectors = ["registerVault", "setStack"].map(
        (name) => engine.getFunction(name as "setStack").fragment.selector,
      );
      await manager.setTargetFunctionRole(await engine.getAddress(), selectors, GOVERNOR);

      for (const attempt of [
        () => engine.connect(stranger).registerVault(stranger.address, []),
        () => engine.connect(stranger).setStack(vaultAddress, []),
      ]) {
        await expect(attempt())
          .to.be.revertedWithCustomError(engine, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
      await manager.grantRole(GOVERNOR, stranger.address, 0);
      await expect(engine.connect(stranger).setStack(vaultAddress, [])).to.emit(engine, "StackSet");
    });
  });

  describe("a stack", () => {
    it("is refused for a vault that is not registered", async () => {
      const { engine, stranger } = await networkHelpers.loadFixture(room);
      await expect(engine.setStack(stranger.address, []))
        .to.be.revertedWithCustomError(engine, "UnknownVault")
        .withArgs(stranger.address);
    });

    it("has at most four layers", async () => {
      const deployed = await networkHelpers.loadFixture(room);
      const { engine, vaultAddress } = deployed;
      const stack = [];
      for (let i = 0; i < 5; i++) stack.push(await layer(await addInsurance(ethers, deployed, 0n), Kind.Insurance));
      await engine.setStack(vaultAddress, stack.slice(0, 4));
      await expect(engine.setStack(vaultAddress, stack))
        .to.be.revertedWithCustomError(engine, "TooManyTranches")
        .withArgs(5n, 4n);
    });

    it("WO4: has no layer without code", async () => {
      const { engine, vaultAddress, stranger } = await networkHelpers.loadFixture(room);
      const entry = { tranche: stranger.address, gasStipend: 250_000n, kind: Kind.Insurance };
      await expect(engine.setStack(vaultAddress, [entry]))
        .to.be.revertedWithCustomError(engine, "TrancheWithoutCode")
        .withArgs(stranger.address);
    });

    for (const gasStipend of [0n, 249_999n, 3_000_001n, 2n ** 64n - 1n]) {
      it(`WO4: gives no layer ${gasStipend} gas`, async () => {
        const { engine, vaultAddress, insurance } = await networkHelpers.loadFixture(room);
        const entry = await layer(insurance, Kind.Insurance, gasStipend);
        await expect(engine.setStack(vaultAddress, [entry]))
          .to.be.revertedWithCustomError(engine, "StipendOutOfRange")
          .withArgs(entry.tranche, gasStipend, 250_000n, 3_000_000n);
      });
    }

    for (const gasStipend of [250_000n, 3_000_000n]) {
      it(`gives a layer ${gasStipend} gas`, async () => {
        const { engine, vaultAddress, insurance } = await networkHelpers.loadFixture(room);
        await engine.setStack(vaultAddress, [await layer(insurance, Kind.Insurance, gasStipend)]);
        expect((await engine.stackOf(vaultAddress))[0]!.gasStipend).to.equal(gasStipend);
      });
    }

    it("WO2: has dilution after insurance, never before", async () => {
      const { engine, vaultAddress, insurance, dilution } = await networkHelpers.loadFixture(room);
      const stack = [await layer(dilution, Kind.Dilution), await layer(insurance, Kind.Insurance)];
      await expect(engine.setStack(vaultAddress, stack))
        .to.be.revertedWithCustomError(engine, "StackOutOfOrder")
        .withArgs(stack[0]!.tranche);
    });

    it("has only one dilution", async () => {
      const deployed = await networkHelpers.loadFixture(room);
      const { engine, vaultAddress, dilution } = deployed;
      const other = await addDilution(ethers, deployed, 0n);
      const stack = [await layer(dilution, Kind.Dilution), await layer(other, Kind.Dilution)];
      await expect(engine.setStack(vaultAddress, stack))
        .to.be.revertedWithCustomError(engine, "StackOutOfOrder")
        .withArgs(stack[0]!.tranche);
    });

    it("RE1: has no tranche twice, wherever it stands and whatever it is booked as", async () => {
      const deployed = await networkHelpers.loadFixture(room);
      const { engine, vaultAddress, insurance, dilution } = deployed;
      const between = await layer(await addInsurance(ethers, deployed, 0n), Kind.Insurance);
      const first = await layer(insurance, Kind.Insurance);
      const fresh = await ethers.deployContract("PlainVault", [
        await deployed.asset.getAddress(),
        await engine.getAddress(),
        await deployed.manager.getAddress(),
      ]);
      const before = await engine.stackOf(vaultAddress);
      for (const stack of [
        [first, first],
        [first, between, await layer(insurance, Kind.Insurance, 600_000n)],
        [between, first, await layer(insurance, Kind.Dilution)],
      ]) {
        await expect(engine.setStack(vaultAddress, stack))
          .to.be.revertedWithCustomError(engine, "DuplicateTranche")
          .withArgs(first.tranche);
        await expect(engine.registerVault(await fresh.getAddress(), stack))
          .to.be.revertedWithCustomError(engine, "DuplicateTranche")
          .withArgs(first.tranche);
      }
      expect(await engine.stackOf(vaultAddress)).to.deep.equal(before);
      expect(await engine.isVault(await fresh.getAddress())).to.equal(false);
      await engine.setStack(vaultAddress, [first, between, await layer(dilution, Kind.Dilution)]);
      expect(await engine.stackOf(vaultAddress)).to.have.length(3);
    });

    it("may be insurance alone, dilution alone, or empty", async () => {
      const { engine, vaultAddress, insurance, dilution } = await networkHelpers.loadFixture(room);
      for (const stack of [[await layer(insurance, Kind.Insurance)], [await layer(dilution, Kind.Dilution)], []]) {
        await engine.setStack(vaultAddress, stack);
        expect(await engine.stackOf(vaultAddress)).to.have.length(stack.length);
      }
    });

    it("gets a new version with every change, and the ledger remembers which one paid", async () => {
      const deployed = await networkHelpers.loadFixture(room);
      const { engine, vault, vaultAddress, insurance, dilution } = deployed;
      await setStack(deployed, [insurance]);
      await lose(ethers, deployed, 30n);
      await setStack(deployed, [], dilution);
      await lose(ethers, deployed, 40n);

      const first = await engine.ledger(vault, 1n);
      const second = await engine.ledger(vaultAddress, 2n);
      expect([first.stackVersion, first.insurance, first.dilutionCash]).to.deep.equal([2n, 30n, 0n]);
      expect([second.stackVersion, second.insurance, second.dilutionCash]).to.deep.equal([3n, 0n, 40n]);
    });

    it("WO3: of a vault that nobody registered quotes nothing", async () => {
      const { engine, stranger } = await networkHelpers.loadFixture(room);
      await expect(engine.preview(stranger.address, await report({ reserves: () => Promise.resolve(0n) }, 10n)))
        .to.be.revertedWithCustomError(engine, "UnknownVault")
        .withArgs(stranger.address);
    });

    it("of a vault that nobody registered is empty", async () => {
      const { engine, stranger } = await networkHelpers.loadFixture(room);
      expect(await engine.stackOf(stranger.address)).to.deep.equal([]);
    });
  });

  describe("callers and numbers that do not exist", () => {
    it("takes a loss from registered vaults only", async () => {
      const { engine, stranger } = await networkHelpers.loadFixture(room);
      const badDebt = {
        debtor: stranger.address,
        cause: Cause.WriteOff,
        previousId: 0,
        id: 0,
        epoch: 1,
        badDebtAssets: 10n,
        reserveAssets: 0n,
        coverableAssets: 10n,
        insurableAssets: 10n,
      };
      await expect(engine.connect(stranger).absorb(badDebt))
        .to.be.revertedWithCustomError(engine, "UnknownVault")
        .withArgs(stranger.address);
    });

    it("knows no write-off before the first one, nor number zero, nor the next one", async () => {
      const deployed = await networkHelpers.loadFixture(room);
      const { engine, vaultAddress } = deployed;
      const reads = (id: bigint) => [
        () => engine.ledger(vaultAddress, id),
        () => engine.lendersOutstanding(vaultAddress, id),
        () => engine.recover.staticCall(vaultAddress, id, 1n),
        () => engine.creditProceeds.staticCall(vaultAddress, id, 1n),
        () => engine.returnUnspent.staticCall(vaultAddress, id, 1n),
      ];
      const expectUnknown = async (id: bigint, calls: (() => Promise<unknown>)[]) => {
        for (const call of calls) {
          await expect(call()).to.be.revertedWithCustomError(engine, "UnknownWriteOff").withArgs(vaultAddress, id);
        }
      };
      await expectUnknown(1n, [...reads(1n), () => engine.outstanding(vaultAddress, 1n)]);
      await lose(ethers, deployed, 10n);
      await expectUnknown(0n, reads(0n));
      await expectUnknown(2n, [...reads(2n), () => engine.outstanding(vaultAddress, 2n)]);
    });

    it("has nothing outstanding for number zero, which means no write-off", async () => {
      const { engine, vaultAddress } = await networkHelpers.loadFixture(room);
      expect(await engine.outstanding(vaultAddress, 0n)).to.equal(0n);
    });
  });
});
