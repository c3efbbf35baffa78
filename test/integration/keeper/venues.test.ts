import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect } from "chai";
import { Contract, ContractFactory, type Signer, MaxUint256, solidityPacked, Wallet, ZeroAddress } from "ethers";

import { type Place, runOnce } from "../../../scripts/keeper/local/bot.ts";
import { type KeeperWorld, ONE, startWorld, URGENT_KEY } from "../../../scripts/keeper/local/world.ts";
import { branchForEachTest } from "../../helpers/keeperBranch.ts";

const require = createRequire(import.meta.url);
const LOAN = { collateral: 10n, debt: 1_400n };
const FEE = 3_000;
/** Whole range of a pool with that fee. */
const TICK = 887_220;
const PRICE = 170n;
const Q96 = 2n ** 96n;

function sqrt(value: bigint): bigint {
  let guess = value;
  for (let next = (value + 1n) / 2n; next < guess; next = (guess + value / guess) / 2n) guess = next;
  return guess;
}

describe("keeper: venues, against a hardhat node", function () {
  this.timeout(180_000);
  let world: KeeperWorld;
  let place: Place;
  let addresses: { asset: string; collateral: string; vault: string };

  before(async () => {
    world = await startWorld();
    addresses = {
      asset: await world.asset.getAddress(),
      collateral: await world.collateral.getAddress(),
      vault: await world.vault.getAddress(),
    };
  });
  after(async () => {
    await world.stop();
  });
  branchForEachTest(
    () => ({ world }),
    (fresh) => {
      place = fresh;
    },
  );

  const debtOf = async (borrower: string) => (await world.vault.positionOf(borrower, addresses.collateral)).debtAssets;
  const ownerBalance = async () => world.asset.balanceOf(await world.flash.owner());

  describe("Uniswap V3, the real contracts", () => {
    const deploy = async (signer: Signer, path: string, ...args: unknown[]) => {
      const { abi, bytecode } = JSON.parse(readFileSync(require.resolve(`@uniswap/${path}`), "utf8")) as {
        abi: never;
        bytecode: string;
      };
      const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
      await contract.waitForDeployment();
      return new Contract(await contract.getAddress(), abi, signer);
    };

    type Version = "SwapRouter" | "SwapRouter02";
    /** A pool at 170 with so many units of collateral in it; returns the router. */
    const openPool = async (units: bigint, version: Version = "SwapRouter"): Promise<string> => {
      const signer = await world.chain.connection.ethers.getSigner(world.roles.deployer);
      const { asset, collateral } = addresses;
      const factory = await deploy(signer, "v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json");
      const shared = [await factory.getAddress(), collateral] as const;
      const folder = "v3-periphery/artifacts/contracts";
      const manager = await deploy(
        signer,
        `${folder}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`,
        ...[...shared, factory.target],
      );
      const newer = "swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json";
      const router =
        version === "SwapRouter"
          ? await deploy(signer, `${folder}/SwapRouter.sol/SwapRouter.json`, ...shared)
          : await deploy(signer, newer, ZeroAddress, factory.target, manager.target, collateral);
      const isCollateralFirst = BigInt(collateral) < BigInt(asset);
      const [token0, token1] = isCollateralFirst ? [collateral, asset] : [asset, collateral];
      const sqrtPrice = isCollateralFirst ? sqrt(PRICE * Q96 * Q96) : sqrt((Q96 * Q96) / PRICE);
      const amounts = isCollateralFirst ? [units * ONE, units * PRICE * ONE] : [units * PRICE * ONE, units * ONE];
      const wait = async (sent: Promise<{ wait(): Promise<unknown> }>) => (await sent).wait();
      await wait(manager.getFunction("createAndInitializePoolIfNecessary").send(token0, token1, FEE, sqrtPrice));
      for (const token of [world.asset, world.collateral] as const) {
        const own = token.connect(signer);
        await wait(own.mint(signer.address, 10n ** 9n * ONE));
        await wait(own.approve(manager.target, MaxUint256));
      }
      await wait(
        manager.getFunction("mint").send({
          ...{ token0, token1, fee: FEE, tickLower: -TICK, tickUpper: TICK, recipient: signer.address },
          ...{ amount0Desired: amounts[0], amount1Desired: amounts[1], amount0Min: 0n, amount1Min: 0n },
          deadline: MaxUint256,
        }),
      );
      return router.getAddress();
    };
    const venue = (router: string, version: Version = "SwapRouter") => ({
      ...{ use: "uniswapV3", router, version },
      paths: [{ path: solidityPacked(["address", "uint24", "address"], [addresses.collateral, FEE, addresses.asset]) }],
    });

    for (const version of ["SwapRouter", "SwapRouter02"] as const) {
      it(`sells what was seized at what the pool pays through ${version}, price impact counted`, async () => {
        const [borrower] = await world.plant([LOAN]);
        await world.setPrice(PRICE);
        const router = await openPool(2_000n, version);
        const before = await debtOf(borrower!);
        const config = { venues: [venue(router, version)] };
        const { exitCode, summary, stderr } = await runOnce(world, place, { config });
        expect(exitCode, stderr).to.equal(0);
        expect(summary?.proposals[0]).to.deep.include({ status: "sent", detail: "uniswapV3" });
        const repaid = before - (await debtOf(borrower!));
        // x y = k over the whole range, 0.3 % fee; seized is repaid x 1.08 / 170; 1.2 % of it goes to reserves.
        const seized = (repaid * 108n) / (100n * PRICE);
        const taxed = (seized * 997n) / 1_000n;
        const paid = (2_000n * PRICE * ONE * taxed) / (2_000n * ONE + taxed);
        expect(await ownerBalance()).to.be.closeTo(paid - repaid - (repaid * 12n) / 1_000n, 10n ** 13n);
        for (const token of [world.asset, world.collateral]) {
          for (const holder of [world.flash, router]) expect(await token.balanceOf(holder)).to.equal(0n);
        }
      });
    }

    it("sells nothing where the configuration names the other router: the call is not understood", async () => {
      const [borrower] = await world.plant([LOAN]);
      await world.setPrice(PRICE);
      const before = await debtOf(borrower!);
      const router = await openPool(2_000n, "SwapRouter02");
      const { summary } = await runOnce(world, place, { config: { venues: [venue(router, "SwapRouter")] } });
      expect(summary?.proposals[0]?.status).to.equal("refused");
      expect(await debtOf(borrower!)).to.be.at.least(before);
    });

    it("sells less where the whole would move the price too far", async () => {
      const [borrower] = await world.plant([LOAN]);
      await world.setPrice(PRICE);
      const router = await openPool(30n);
      const before = await debtOf(borrower!);
      const { exitCode, summary, stderr } = await runOnce(world, place, { config: { venues: [venue(router)] } });
      expect(exitCode, stderr).to.equal(0);
      expect(summary?.proposals[0]?.status).to.equal("sent");
      expect(summary?.proposals[0]?.detail).to.match(/^uniswapV3, 1\/[248]$/);
      expect(await debtOf(borrower!)).to.be.lessThan(before);
      expect(await ownerBalance()).to.be.greaterThan(0n);
    });

    it("is passed over for the next venue where it pays nothing", async () => {
      await world.plant([LOAN]);
      await world.setPrice(PRICE);
      const router = await openPool(1n);
      await world.desk.setPrice(169n * ONE);
      const venues = [venue(router), { use: "desk", desk: await world.desk.getAddress() }];
      const { summary } = await runOnce(world, place, { config: { venues } });
      expect(summary?.proposals[0]).to.deep.include({ status: "sent", detail: "desk" });
    });
  });

  describe("the keeper's own money", () => {
    const account = new Wallet(URGENT_KEY).address;
    const fund = async (assets: bigint) => {
      await world.node.request("hardhat_impersonateAccount", [account]);
      await world.chain.send(account, world.asset.mint.populateTransaction(account, assets));
      await world.chain.send(account, world.asset.approve.populateTransaction(addresses.vault, MaxUint256));
    };
    const hold = { venues: [{ use: "hold", haircutBps: 100 }] };

    it("pays for the whole and keeps the collateral", async () => {
      await world.plant([LOAN]);
      await world.setPrice(PRICE);
      await fund(10_000n * ONE);
      const { exitCode, summary, stderr } = await runOnce(world, place, { config: hold });
      expect(exitCode, stderr).to.equal(0);
      expect(summary?.proposals[0]).to.deep.include({ status: "sent", detail: "hold" });
      const seized = await world.collateral.balanceOf(account);
      const spent = 10_000n * ONE - (await world.asset.balanceOf(account));
      // 1.08 of collateral for 1.012 of money.
      expect(seized * PRICE).to.be.closeTo((spent * 1_080n) / 1_012n, 10n ** 12n);
    });

    it("goes as far as the money does", async () => {
      await world.plant([LOAN]);
      await world.setPrice(PRICE);
      await fund(102n * ONE);
      const { summary } = await runOnce(world, place, { config: hold });
      expect(summary?.proposals[0]?.detail).to.equal("hold, as far as the money goes");
      expect(await world.asset.balanceOf(account)).to.be.lessThan(2n * ONE);
    });

    it("stays where it is when the haircut eats the incentive", async () => {
      await world.plant([LOAN]);
      await world.setPrice(PRICE);
      await fund(10_000n * ONE);
      const venues = [{ use: "hold", haircutBps: 800 }];
      const { summary } = await runOnce(world, place, { config: { venues } });
      expect(summary?.proposals[0]?.status).to.equal("not worth it");
      expect(await world.asset.balanceOf(account)).to.equal(10_000n * ONE);
    });
  });
});
