import { expect } from "chai";
import { FunctionFragment, type Interface, type ParamType } from "ethers";
import { network } from "hardhat";

import { booksOf, deployScene, expectRefused, type LendingScene } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

/** What only roles of the AccessManager may call. */
const RESTRICTED = [
  ...["setCollateral", "freezeCollateral", "setRateModel", "setRiskConfig", "setMinProvision"],
  ...["announceRetirement", "setRetiredPrice", "setReservePolicy", "setPremiumShare", "setExitNotice"],
  ...["windUp", "pause", "unpause"],
  ...["announceAssignment", "withdrawAssignment"],
  ...["announceRestructuring", "restructure", "cancelRestructuring", "setRestructuringCaps"],
];
/** What only the engine may call. */
const ENGINE_ONLY = ["creditRecovery", "creditReserves"];
/** What anybody may call; each says itself for whom. */
const OPEN = [
  ...["supplyCollateral", "withdrawCollateral", "borrow", "repay", "liquidate", "impair", "writeOff"],
  ...["refuseAssignment", "executeAssignment"],
  ...["liquidateBatch", "impairBatch", "writeOffBatch", "expireRestructuring"],
  ...["cancelRetirement", "retireCollateral", "sweepReserves", "claimRecovery", "reinvestRecovery", "requestExit"],
  ...["deposit", "mint", "withdraw", "redeem", "transfer", "transferFrom", "approve", "permit"],
  ...["setAuthorization", "setAuthorizationWithSig", "takeOverRecovery", "prepareEpochs"],
];
/** AccessManaged: the manager itself may hand the vault to another manager. */
const MANAGER_ONLY = ["setAuthority"];

const MODULES = ["LiquidationModule", "ImpairmentModule", "RestructuringModule", "ConfigModule", "ViewModule"] as const;

/** Some value of the right type; what it is does not matter where the caller is refused. */
function anyValue(type: ParamType): unknown {
  if (type.isTuple()) return type.components.map(anyValue);
  if (type.isArray()) return [];
  if (type.type === "address") return ethers.ZeroAddress;
  if (type.type === "bool") return false;
  if (type.type === "bytes") return "0x";
  return 0n;
}

const functionsOf = (abi: Interface): FunctionFragment[] =>
  abi.fragments.filter((fragment) => fragment instanceof FunctionFragment);

const changing = (abi: Interface): FunctionFragment[] =>
  functionsOf(abi).filter(({ stateMutability }) => stateMutability !== "view" && stateMutability !== "pure");

/** What may be asked of a module itself, and not only through its vault. */
const OF_THE_MODULE = ["builtFor", "RETIREMENT_DELAY", "MAX_RATE_WAD", "MIN_DELAY", "EXECUTION_WINDOW"];

describe("LendingVault: who may call what", () => {
  const fixture = () => deployScene(ethers);

  const send = ({ stranger, vault }: LendingScene, to: string, name: string, abi = vault.interface as Interface) => {
    const fragment = abi.getFunction(name)!;
    const data = abi.encodeFunctionData(fragment, fragment.inputs.map(anyValue));
    return stranger.sendTransaction({ to, data });
  };

  it("AC1: every function that changes anything is on one of four lists", async () => {
    const { vault } = await networkHelpers.loadFixture(fixture);
    const names = changing(vault.interface).map(({ name }) => name);
    const listed = [...RESTRICTED, ...ENGINE_ONLY, ...OPEN, ...MANAGER_ONLY];
    expect(names.sort()).to.deep.equal(listed.sort());
  });

  for (const name of RESTRICTED) {
    it(`AC1: a stranger may not call ${name}`, async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const call = () => send(scene, scene.vaultAddress, name);
      await expectRefused(scene, call, "AccessManagedUnauthorized", [scene.stranger.address]);
    });
  }

  for (const name of ENGINE_ONLY) {
    it(`AC1: nobody but the engine may call ${name}`, async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const call = () => send(scene, scene.vaultAddress, name);
      await expectRefused(scene, call, "OnlyEngine", [scene.stranger.address]);
    });
  }

  for (const name of MANAGER_ONLY) {
    it(`AC1: nobody but the manager may call ${name}`, async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const call = () => send(scene, scene.vaultAddress, name);
      await expectRefused(scene, call, "AccessManagedUnauthorized", [scene.stranger.address]);
    });
  }

  it("AC1: a view that runs in a module writes nothing, even when it is sent as a transaction", async () => {
    const scene = await networkHelpers.loadFixture(fixture);
    const views: Interface = (await ethers.getContractFactory("ViewModule")).interface;
    expect(changing(views)).to.deep.equal([]);
    const before = await booksOf(scene);
    const known = [scene.borrower.address, scene.collateralAddress];
    for (const { name, inputs } of functionsOf(views).filter((view) => !OF_THE_MODULE.includes(view.name))) {
      // (), (collateral), (borrower, collateral) or a list
      const values = inputs.some((input) => input.isArray())
        ? inputs.map(anyValue)
        : known.slice(known.length - inputs.length);
      const data = views.encodeFunctionData(name, values);
      if (name === "provisionOf") {
        // Of a write-off that there is not: a call that reverts writes nothing either.
        const call = scene.stranger.sendTransaction({ to: scene.vaultAddress, data });
        await expect(call).to.be.revertedWithCustomError(scene.engine, "UnknownWriteOff");
        continue;
      }
      const receipt = await (await scene.stranger.sendTransaction({ to: scene.vaultAddress, data })).wait();
      expect(receipt!.logs, name).to.deep.equal([]);
    }
    expect(await booksOf(scene)).to.deep.equal(before);
  });

  it("says what it is wired to for life", async () => {
    const { vault, oracle, assetAddress, engineAddress, manager } = await networkHelpers.loadFixture(fixture);
    const wired = [await vault.asset(), await vault.engine(), await vault.oracle(), await vault.authority()];
    const expected = [assetAddress, engineAddress, await oracle.getAddress(), await manager.getAddress()];
    expect(wired).to.deep.equal(expected);
  });

  it("AC1: a role may call what it was granted and nothing else", async () => {
    const scene = await networkHelpers.loadFixture(fixture);
    const { vault, vaultAddress, manager, stranger, collateralAddress } = scene;
    const selector = vault.interface.getFunction("freezeCollateral").selector;
    await manager.setTargetFunctionRole(vaultAddress, [selector], 2n);
    await manager.grantRole(2n, stranger.address, 0n);
    await vault.connect(stranger).freezeCollateral(collateralAddress);
    expect((await vault.collateralConfig(collateralAddress)).principalCap).to.equal(0n);
    const call = () => send(scene, vaultAddress, "setRetiredPrice");
    await expectRefused(scene, call, "AccessManagedUnauthorized", [stranger.address]);
  });

  describe("AC1: modules", () => {
    /** Typed as one of them, which is right for what they have in common. */
    const deployModule = (name: (typeof MODULES)[number], wired: readonly string[]) => {
      const [asset, engine, oracle] = wired;
      return ethers.deployContract(name as "ConfigModule", [asset!, engine!, oracle!]);
    };

    /** The modules of a vault of their own, so that their addresses are known. */
    async function modules() {
      const scene = await deployScene(ethers);
      const wired = [scene.assetAddress, scene.engineAddress, await scene.oracle.getAddress()] as const;
      const deployed = await Promise.all(MODULES.map((name) => deployModule(name, wired)));
      return { ...scene, deployed };
    }

    for (const [index, name] of MODULES.entries()) {
      it(`refuse to be called otherwise than by a vault (every function of ${name})`, async () => {
        const scene = await networkHelpers.loadFixture(modules);
        const module = scene.deployed[index]!;
        const names = functionsOf(module.interface)
          .map((fragment) => fragment.name)
          .filter((entry) => !OF_THE_MODULE.includes(entry));
        expect(names.length > 0).to.be.true;
        for (const entry of names) {
          const call = send(scene, await module.getAddress(), entry, module.interface);
          await expect(call, entry).to.be.revertedWithCustomError(module, "OnlyByDelegateCall");
        }
      });

      it(`say what they were built for (${name})`, async () => {
        const scene = await networkHelpers.loadFixture(modules);
        const oracle = await scene.oracle.getAddress();
        expect(await scene.deployed[index]!.builtFor()).to.deep.equal([
          scene.assetAddress,
          scene.engineAddress,
          oracle,
        ]);
      });
    }

    it("do nothing for others that the vault asks of them for itself", async () => {
      const scene = await networkHelpers.loadFixture(fixture);
      const own: string[] = [];
      for (const name of MODULES) {
        const { interface: abi } = await ethers.getContractFactory(name);
        for (const fragment of functionsOf(abi)) {
          if (OF_THE_MODULE.includes(fragment.name) || scene.vault.interface.hasFunction(fragment.selector)) continue;
          own.push(fragment.name);
          const call = send(scene, scene.vaultAddress, fragment.name, abi);
          await expect(call, fragment.name).to.be.revertedWithoutReason(ethers);
        }
      }
      expect(own).to.deep.equal(["bookLiquidation", "settleLiquidation", "clearImpairment", "forgetIfHealed"]);
    });

    const WIRED = ["asset", "engine", "oracle"] as const;
    for (const [moduleIndex, moduleName] of MODULES.entries()) {
      for (const [wireIndex, wire] of WIRED.entries()) {
        it(`of another ${wire} are refused by the vault's constructor (${moduleName})`, async () => {
          const scene = await networkHelpers.loadFixture(modules);
          const wired = [scene.assetAddress, scene.engineAddress, await scene.oracle.getAddress()];
          const foreign = wired.with(wireIndex, scene.collateralAddress);
          const wrong = await (await deployModule(moduleName, foreign)).getAddress();
          const addresses = await Promise.all(scene.deployed.map((module) => module.getAddress()));
          const [liquidationModule, impairmentModule, restructuringModule, configModule, viewModule] = addresses.with(
            moduleIndex,
            wrong,
          );
          const wiring = {
            asset: wired[0]!,
            engine: wired[1]!,
            oracle: wired[2]!,
            liquidationModule: liquidationModule!,
            impairmentModule: impairmentModule!,
            restructuringModule: restructuringModule!,
            configModule: configModule!,
            viewModule: viewModule!,
            authority: await scene.manager.getAddress(),
          };
          await expect(ethers.deployContract("LendingVault", [wiring, "Name", "SYM"]))
            .to.be.revertedWithCustomError(scene.vault, "WrongModule")
            .withArgs(wrong);
        });
      }
    }
  });
});
