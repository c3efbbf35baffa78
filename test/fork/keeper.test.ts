import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

import { expect } from "chai";
import { solidityPacked, Wallet } from "ethers";

import { type BotWorld, newPlace, type Place, runOnce } from "../../scripts/keeper/local/bot.ts";
import { ask } from "../../scripts/keeper/local/node.ts";
import { HOUSEKEEPING_KEY, URGENT_KEY } from "../../scripts/keeper/local/world.ts";
import { type Rehearsed } from "../../scripts/keeper/rehearsal/force-insolvent.ts";
import { FlashLiquidator__factory } from "../../types/ethers-contracts/index.js";
import { TOKENS, USDC_WETH_POOL, V3_ROUTER } from "../helpers/mainnet/addresses.js";
import { DOLLAR, type Feed } from "../helpers/mainnet/feeds.js";
import { describeFork, describeSlice, serveFork } from "../helpers/mainnet/fork.js";
import { ETHER, growOld, ledgerOf, openMarket, WETH } from "../helpers/mainnet/market.js";
import { poolAt, POOL_FEE, provideRouter, Q96, sellDownTo, swapIn } from "../helpers/mainnet/pool.js";
import { deployOnMainnet, type MainnetSystem } from "../helpers/mainnet/system.js";
import { deal, tokenAt } from "../helpers/mainnet/tokens.js";

const CONFIRMATION_DELAY = 3_600;
/** The most that may be borrowed, per cent; liquidation is from 80 on. */
const FULL_LOAN = 75n;
const OWNER = "0x000000000000000000000000000000000000c01d";
const CHAIN_ID = 1;
const HARDHAT_RUN = ["node_modules/hardhat/dist/src/cli.js", "run", "--no-compile"];

describeFork("mainnet: the keeper, over RPC against a hardhat node that forks it", function () {
  this.timeout(240_000);
  const journal = `keeper-fork-test-${process.pid}`;
  let served: Awaited<ReturnType<typeof serveFork>>;
  let system: MainnetSystem;
  let world: BotWorld;
  let ethFeed: Feed;
  let answer: bigint;
  let place: Place;

  before(async () => {
    place = newPlace();
    served = await serveFork();
    const { node, connection } = served;
    const fromBlock = Number(await node.request("eth_blockNumber"));
    system = await deployOnMainnet("USDC", connection, journal);
    rmSync(`deploy/deployments/${journal}`, { recursive: true, force: true });
    await openMarket(system, FULL_LOAN);
    ({ ethFeed, answer } = await growOld(system));
    await provideRouter(connection);
    const accounts = [URGENT_KEY, HOUSEKEEPING_KEY].map((key) => new Wallet(key).address);
    for (const account of accounts) await node.request("hardhat_setBalance", [account, "0x56bc75e2d63100000"]);
    const flash = await new FlashLiquidator__factory(system.people.deployer).deploy(OWNER, accounts);
    await flash.waitForDeployment();
    const { engine, keeperLens } = system;
    world = { node, chainId: CHAIN_ID, engine, keeperLens, flash, collateral: tokenAt(connection, "WETH"), fromBlock };
  });
  after(async () => {
    place.clean();
    await served.stop();
    // Nothing answers any more where the node was.
    await ask(served.node.url, "eth_chainId", []).then(
      () => expect.fail("the node still runs"),
      () => undefined,
    );
  });

  const bot = async () =>
    runOnce(world, place, {
      config: {
        venues: [
          {
            ...{ use: "uniswapV3", router: V3_ROUTER, version: "SwapRouter" },
            paths: [{ path: solidityPacked(["address", "uint24", "address"], [WETH, POOL_FEE, TOKENS.USDC.address]) }],
          },
        ],
      },
    });
  const position = async () => system.vault.positionOf(system.people.borrower.address, WETH);
  const publish = async (price: bigint) => {
    await ethFeed.publish(price);
    await system.assetFeed.publish(DOLLAR);
  };
  const sent = (run: Awaited<ReturnType<typeof bot>>) =>
    run.summary?.proposals.filter(({ status }) => status === "sent").map(({ strategy, detail }) => [strategy, detail]);

  it("finds the loan from events and leaves it alone while it is healthy", async () => {
    const run = await bot();
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.summary).to.deep.include({ positions: 1, liquidatable: 0, insolvent: 0, unpriced: 0, proposals: [] });
  });

  describe("the market falls by a twelfth", () => {
    const fallen = () => (answer * 92n) / 100n;
    let sunk: Awaited<ReturnType<typeof position>>;
    let poolBefore: { liquidity: bigint; sqrtPrice: bigint };
    let swapped: ReturnType<typeof swapIn>;
    let repaid: bigint;

    before(async () => {
      const { fork, people, one } = system;
      // The pool is where the price is made; the feed follows it.
      await sellDownTo(fork, people.stranger, fallen());
      await publish(fallen());
      sunk = await position();
      const pool = poolAt(fork);
      const { sqrtPriceX96 } = (await pool.getFunction("slot0").staticCall()) as { sqrtPriceX96: bigint };
      const liquidity = (await pool.getFunction("liquidity").staticCall()) as bigint;
      poolBefore = { liquidity, sqrtPrice: sqrtPriceX96 };
      const run = await bot();
      expect(run.exitCode, run.stderr).to.equal(0);
      expect(sent(run), JSON.stringify(run.summary)).to.deep.equal([["liquidate", "uniswapV3"]]);
      expect(run.summary?.mined.map(({ succeeded }) => succeeded)).to.deep.equal([true]);
      swapped = swapIn(await fork.ethers.provider.getTransactionReceipt(run.summary!.mined[0]!.hash));
      repaid = sunk.debtAssets - (await position()).debtAssets;
      expect(repaid).to.be.greaterThan(10_000n * one);
    });

    it("what it seizes it sells in the real pool, pays the vault from it, and needs no capital", async () => {
      const { fork, one } = system;
      const seized = sunk.collateralAssets - (await position()).collateralAssets;
      expect(swapped.wethIn).to.equal(seized);
      // The incentive is 8 %: so much collateral at the feed's price. Interest of seconds is not in `repaid`.
      expect(seized).to.be.closeTo((repaid * 108n * 10n ** 20n) / (100n * fallen()), 10n ** 15n);
      // Of what is beyond 2 % the reserves get a fifth: 1.2 % of what was repaid. The rest is the owner's.
      const profit = swapped.usdcOut - repaid - (repaid * 12n) / 1_000n;
      expect(await tokenAt(fork, "USDC").balanceOf(OWNER)).to.be.closeTo(profit, one / 2n);
      expect(profit).to.be.within((repaid * 60n) / 1_000n, (repaid * 68n) / 1_000n);
      for (const token of ["USDC", "WETH"] as const) {
        for (const holder of [await world.flash.getAddress(), new Wallet(URGENT_KEY).address, V3_ROUTER]) {
          expect(await tokenAt(fork, token).balanceOf(holder)).to.equal(0n);
        }
      }
    });

    it("and the loan is healthy again", async () => {
      const { vault, people } = system;
      expect(await vault.healthFactor(people.borrower.address, WETH)).to.be.greaterThan(ETHER);
      expect((await bot()).summary?.proposals).to.deep.equal([]);
    });

    describeSlice("in the slice, whose pool has the liquidity of its current tick everywhere", () => {
      it("the pool pays what its curve says, to the unit", () => {
        // After the fee, x WETH move 1 / sqrt(P) from q / Q96 by x / L; what leaves is L times what its inverse loses.
        const { liquidity, sqrtPrice } = poolBefore;
        const taxed = (swapped.wethIn * (1_000_000n - POOL_FEE)) / 1_000_000n;
        const next = sqrtPrice + (taxed * Q96) / liquidity;
        const out = (liquidity * Q96 * (next - sqrtPrice)) / next / sqrtPrice;
        expect(swapped.usdcOut - out).to.be.within(-1n, 1n);
      });
    });
  });

  describe("the price falls to a third, and the pool has run dry", () => {
    const fallen = () => answer / 3n;

    before(async () => {
      await deal(system.fork, "USDC", USDC_WETH_POOL, system.one);
      await publish(fallen());
    });

    it("the loss is tried on a copy by the rehearsal, which says who would pay and leaves all as it was", async () => {
      const recorded = await position();
      const { exitCode, stdout, stderr } = await rehearse();
      expect(exitCode, stderr).to.equal(0);
      const { vaults } = JSON.parse(stdout) as { vaults: { vault: string; positions: Rehearsed[] }[] };
      expect(vaults.map(({ vault }) => vault)).to.deep.equal([(await system.vault.getAddress()).toLowerCase()]);
      const [rehearsed] = vaults[0]!.positions;
      expect(rehearsed!.outcome).to.equal("written off");
      expect(rehearsed!.borrower).to.equal(system.people.borrower.address.toLowerCase());
      const { reserves, insurance, dilutionCash, socialized } = rehearsed!.paidBy;
      const paid = [reserves, insurance, dilutionCash, socialized].map(BigInt);
      expect(paid.reduce((sum, part) => sum + part, 0n)).to.equal(BigInt(rehearsed!.badDebtAssets));
      expect(
        paid.every((part) => part > 0n),
        paid.join(),
      ).to.equal(true);
      const after = await position();
      expect(after.debtAssets).to.equal(recorded.debtAssets);
      expect(after.impairedAt).to.equal(0n);
      expect(await system.engine.writeOffCount(system.vault)).to.equal(0n);
    });

    it("records the insolvency that nobody buys, and writes it off once it is confirmed, through every layer", async () => {
      const { vault, engine, fund, one, fork } = system;
      const recorded = await bot();
      expect(recorded.exitCode, recorded.stderr).to.equal(0);
      expect(sent(recorded), JSON.stringify(recorded.summary)).to.deep.equal([["impair", "impair"]]);
      const liquidations = recorded.summary?.proposals.filter(({ strategy }) => strategy === "liquidate");
      expect(liquidations?.map(({ status }) => status)).to.deep.equal(["refused"]);
      const { impairedAt, debtAssets, collateralAssets } = await position();
      expect(impairedAt).to.be.greaterThan(0n);

      await fork.networkHelpers.time.increase(CONFIRMATION_DELAY);
      await publish(fallen());
      const run = await bot();
      expect(run.exitCode, run.stderr).to.equal(0);
      expect(sent(run)?.map(([strategy]) => strategy)).to.deep.equal(["writeOff"]);
      const left = (await position()).debtAssets;
      // The collateral stays and covers what it is worth at the feed's price, less the least incentive of 2 %.
      const covered = (collateralAssets * fallen() * 10_000n) / (10_200n * 10n ** 20n);
      expect(left - covered).to.be.within(-1n, 1n);
      expect((await position()).collateralAssets).to.equal(collateralAssets);
      const entry = await ledgerOf(system, await engine.writeOffCount(vault));
      expect(entry.badDebt).to.equal(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized);
      // Interest of an hour on some 160,000.
      expect(debtAssets - left - entry.badDebt).to.be.within(-20n * one, 0n);
      for (const part of [entry.reserves, entry.insurance, entry.dilutionCash, entry.socialized]) {
        expect(part).to.be.greaterThan(0n);
      }
      expect(await fund.totalAssets()).to.equal(0n);
    });

    it("leaves nothing behind: no transaction under way, no money, no approval, nothing to do", async () => {
      const { fork } = system;
      const run = await bot();
      expect(run.exitCode, run.stderr).to.equal(0);
      expect(sent(run)).to.deep.equal([]);
      expect(run.summary?.isSettled).to.equal(true);
      for (const key of [URGENT_KEY, HOUSEKEEPING_KEY]) {
        const { address } = new Wallet(key);
        const counts = await Promise.all(
          ["latest", "pending"].map((tag) => served.node.request("eth_getTransactionCount", [address, tag])),
        );
        expect(counts[0]).to.equal(counts[1]);
      }
      const flash = await world.flash.getAddress();
      for (const token of ["USDC", "WETH"] as const) {
        expect(await tokenAt(fork, token).balanceOf(flash)).to.equal(0n);
        for (const spender of [V3_ROUTER, await system.vault.getAddress()]) {
          expect(await tokenAt(fork, token).allowance(flash, spender)).to.equal(0n);
        }
      }
    });
  });

  /** `make rehearse`, as its user starts it. */
  async function rehearse(): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [...HARDHAT_RUN, "scripts/keeper/rehearsal/main.ts"], {
      env: {
        ...process.env,
        ...{ RPC: world.node.url, ENGINE: await system.engine.getAddress(), TOP: "1" },
        ...{ LENS: await system.keeperLens.getAddress(), FROM_BLOCK: String(world.fromBlock) },
      },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { exitCode, stdout, stderr };
  }
});
