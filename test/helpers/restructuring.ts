/** Sunk positions that governance is about to forgive a part of. */
import type { NetworkConnection } from "hardhat/types/network";

import { deployDilutionLayer, deployInsurance } from "./layers.js";
import { MAX, WAD } from "./lending.js";
import { deployScene, openPosition } from "./lendingScene.js";

export const DAY = 86_400n;
export const DEBT = 1_500n * WAD;
/** Debt that collateral worth 1,000 covers at 1 % minimum incentive, rounded down. */
export const COVERED = (1_000n * WAD * 10_000n) / 10_100n;
export const SHORTFALL = DEBT - COVERED;

/** The fixtures, for `loadFixture`. */
export function restructuringScenes({ ethers, networkHelpers }: NetworkConnection) {
  /** A debt of 1,500, all of it principal, on 10 units of collateral worth 1,000; provisions are made. */
  async function sunk() {
    const scene = await deployScene(ethers);
    await scene.vault.setMinProvision(WAD);
    await scene.vault.setRestructuringCaps(10_000n * WAD, 100_000n * WAD);
    await openPosition(scene, 10n * WAD, DEBT);
    await scene.setPrice(100n);
    return withSteps(scene);
  }

  /** The same with interest: 400 days at 10 % a year, a tenth of it in reserves; the collateral is worth 2,000. */
  async function withInterest() {
    const scene = await deployScene(ethers, { flatRateWad: 10n ** 17n / (365n * DAY) });
    await scene.vault.setMinProvision(WAD);
    await scene.vault.setRestructuringCaps(10_000n * WAD, 100_000n * WAD);
    await openPosition(scene, 10n * WAD, 1_000n * WAD);
    await networkHelpers.time.increase(400n * DAY);
    await scene.setPrice(200n);
    return withSteps(scene);
  }

  /** The sunk position in front of a fund of 200 with a cooldown of seven days. */
  async function withFund() {
    const scene = await sunk();
    const { vaultAddress, asset, other, engine } = scene;
    const fund = await deployInsurance(ethers, scene);
    await asset.connect(other).approve(await fund.getAddress(), MAX);
    await fund.connect(other).deposit(200n * WAD, other.address);
    await engine.setStack(vaultAddress, [{ tranche: await fund.getAddress(), gasStipend: 500_000n, kind: 0n }]);
    return { ...scene, fund };
  }

  /** The sunk position in front of bids of 300 at 100 a token; leaving the book takes nine days. */
  async function withBids() {
    const scene = await sunk();
    const { vaultAddress, asset, other, engine } = scene;
    const { dilution, book } = await deployDilutionLayer(ethers, scene, other, {
      limits: { hourCap: 100n * WAD, monthCap: 100n * WAD, lifetimeCap: 100n * WAD },
      sale: { startPrice: 100n * WAD, floorPrice: 50n * WAD, fallSeconds: 3_600n, saleSeconds: 7_200n },
      levels: Array.from({ length: 16 }, (_, k) => (100n - BigInt(k)) * WAD),
      notice: 9n * DAY,
    });
    await engine.setStack(vaultAddress, [{ tranche: await dilution.getAddress(), gasStipend: 2_500_000n, kind: 1n }]);
    await asset.connect(other).approve(await book.getAddress(), MAX);
    await book.connect(other).commit(0n, 300n * WAD, other.address);
    return { ...scene, dilution, book };
  }

  function withSteps<T extends Awaited<ReturnType<typeof deployScene>>>(scene: T) {
    const { vault, borrower, collateralAddress } = scene;
    return {
      ...scene,
      announce: (principal: bigint, interest = 0n) =>
        vault.announceRestructuring(borrower.address, collateralAddress, principal, interest),
      execute: (maxSocialized = MAX) => vault.restructure(borrower.address, collateralAddress, maxSocialized),
      /** Waits until it may be executed and lets the feeds answer again at `price`. */
      wait: async (seconds: bigint, price: bigint) => {
        await networkHelpers.time.increase(seconds);
        await scene.setPrice(price);
      },
      position: () => vault.positionOf(borrower.address, collateralAddress),
      pending: () => vault.restructuringOf(borrower.address, collateralAddress),
    };
  }

  return { sunk, withInterest, withFund, withBids };
}
