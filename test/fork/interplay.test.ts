import { expect } from "chai";
import { createRequire } from "node:module";
import { Contract, type InterfaceAbi } from "ethers";

import type { ISolvencyLens } from "../../types/ethers-contracts/contracts/lens/SolvencyLens.js";
import { MULTICALL3, TOKENS, USDC_WETH_POOL, V2_FACTORY, V2_ROUTER } from "../helpers/mainnet/addresses.js";
import { type Feed } from "../helpers/mainnet/feeds.js";
import { describeFork } from "../helpers/mainnet/fork.js";
import { endow, ETHER, growOld, ledgerOf, MAX, openMarket, WETH } from "../helpers/mainnet/market.js";
import { deployOnMainnet, type MainnetSystem } from "../helpers/mainnet/system.js";
import { deal, tokenAt } from "../helpers/mainnet/tokens.js";

const require = createRequire(import.meta.url);

describeFork("mainnet: side by side with what is deployed there", () => {
  let system: MainnetSystem;
  let ethFeed: Feed;
  let answer: bigint;

  before(async () => {
    system = await deployOnMainnet("USDC");
    await openMarket(system);
    await endow(system, system.people.liquidator, 1_000_000n);
    await endow(system, system.people.stranger, 1_000_000n);
    ({ ethFeed, answer } = await growOld(system));
  });
  after(async () => {
    await system.fork.close();
  });

  /** A loss for the lenders, and then money for all that they lost. */
  async function loseAndRecover(): Promise<bigint> {
    const { vault, engine, people } = system;
    await ethFeed.publish(answer / 3n);
    await vault.connect(people.liquidator).liquidate(people.borrower.address, WETH, MAX, 0n, MAX, "0x");
    const id = await engine.writeOffCount(vault);
    await engine.connect(people.stranger).recover(vault, id, await engine.lendersOutstanding(vault, id));
    return (await vault.openEpoch()) - 1n;
  }

  it("Multicall3 reads lens, vault and position in one call", async () => {
    const { lens, vault, people, fork } = system;
    const address = await vault.getAddress();
    const multicall = new Contract(
      MULTICALL3,
      [
        "function aggregate3((address target, bool allowFailure, bytes callData)[]) payable returns ((bool success, bytes returnData)[])",
      ],
      fork.ethers.provider,
    );
    const key = { borrower: people.borrower.address, collateral: WETH };
    const calls = [
      { target: address, callData: vault.interface.encodeFunctionData("totalAssets") },
      { target: await lens.getAddress(), callData: lens.interface.encodeFunctionData("coverage", [address]) },
      { target: await lens.getAddress(), callData: lens.interface.encodeFunctionData("positions", [address, [key]]) },
    ].map((call) => ({ ...call, allowFailure: false }));
    const answers = (await multicall.getFunction("aggregate3").staticCall(calls)) as { returnData: string }[];
    const [totalAssets] = vault.interface.decodeFunctionResult("totalAssets", answers[0]!.returnData);
    expect(totalAssets).to.equal(await vault.totalAssets());
    const [layers] = lens.interface.decodeFunctionResult("coverage", answers[1]!.returnData);
    expect(layers).to.have.lengthOf(4);
    const decoded = lens.interface.decodeFunctionResult("positions", answers[2]!.returnData) as unknown as [
      ISolvencyLens.PositionStatusStructOutput[],
    ];
    const status = decoded[0][0]!;
    expect(status.healthWad).to.equal(await vault.healthFactor(key.borrower, WETH));
    expect(status.healthWad).to.be.greaterThan(ETHER);
    expect(status.failure).to.equal("0x");
  });

  it("a liquidator without capital sells the collateral in Uniswap's pool, inside the callback", async () => {
    const { vault, people, fork } = system;
    const snapshot = await fork.networkHelpers.takeSnapshot();
    const liquidator = await fork.ethers.deployContract("PoolLiquidator", [USDC_WETH_POOL]);
    await ethFeed.publish((answer * 100n) / 118n);
    const before = await vault.positionOf(people.borrower.address, WETH);
    // A small part: the slice has no ticks beyond the current one.
    const repaid = 5_000n * system.one;
    await liquidator
      .connect(people.stranger)
      .liquidate(await vault.getAddress(), people.borrower.address, WETH, repaid, 0n);
    const after = await vault.positionOf(people.borrower.address, WETH);
    expect(before.debtAssets - after.debtAssets).to.be.within(repaid - system.one, repaid);
    const kept = await tokenAt(fork, "WETH").balanceOf(await liquidator.getAddress());
    expect(kept).to.be.greaterThan(0n);
    expect(await tokenAt(fork, "USDC").balanceOf(await liquidator.getAddress())).to.equal(0n);
    await snapshot.restore();
  });

  it("a Safe that holds shares claims its recovery, and only its owners can", async () => {
    const { vault, governor, fork, people, one } = system;
    const snapshot = await fork.networkHelpers.takeSnapshot();
    const usdc = tokenAt(fork, "USDC");
    const address = await vault.getAddress();
    await deal(fork, "USDC", governor.address, 100_000n * one);
    await governor.execute(TOKENS.USDC.address, usdc.interface.encodeFunctionData("approve", [address, MAX]));
    await governor.execute(address, vault.interface.encodeFunctionData("deposit", [100_000n * one, governor.address]));
    const epoch = await loseAndRecover();
    const claimable = await vault.claimableRecovery(governor.address, epoch);
    const { socialized } = await ledgerOf(system, await system.engine.writeOffCount(vault));
    // 100,000 of 1,100,000 were the Safe's, but for the interest the others had earned before.
    expect(claimable).to.be.within((socialized * 99n) / 1_100n, (socialized * 100n) / 1_100n);
    await expect(
      vault.connect(people.stranger).claimRecovery(governor.address, [epoch], people.stranger.address),
    ).to.be.revertedWithCustomError(vault, "NotAuthorized");
    await governor.execute(
      address,
      vault.interface.encodeFunctionData("claimRecovery", [governor.address, [epoch], governor.address]),
    );
    expect(await usdc.balanceOf(governor.address)).to.equal(claimable);
    await snapshot.restore();
  });

  it("shares trade in a Uniswap pool as a plain token, and nobody takes the pool's claims", async () => {
    const { vault, people, fork } = system;
    const { ann, stranger } = people;
    await provideFactory();
    const router = new Contract(
      V2_ROUTER,
      [
        "function addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256) returns (uint256,uint256,uint256)",
        "function swapExactTokensForTokens(uint256,uint256,address[],address,uint256) returns (uint256[])",
      ],
      ann,
    );
    const share = await vault.getAddress();
    const deadline = 2n ** 64n;
    const shares = (await vault.balanceOf(ann.address)) / 10n;
    await deal(fork, "WETH", ann.address, 30n * ETHER);
    const weth = tokenAt(fork, "WETH", ann);
    await weth.approve(V2_ROUTER, MAX);
    await vault.connect(ann).approve(V2_ROUTER, MAX);
    await router.getFunction("addLiquidity").send(share, WETH, shares, 20n * ETHER, 0, 0, ann.address, deadline);
    const factory = new Contract(V2_FACTORY, ["function getPair(address,address) view returns (address)"], ann);
    const pool = (await factory.getFunction("getPair").staticCall(share, WETH)) as string;
    expect(await vault.balanceOf(pool)).to.equal(shares);

    const swap = (path: string[], amount: bigint) =>
      router.getFunction("swapExactTokensForTokens").send(amount, 0, path, ann.address, deadline);
    const epoch = await loseAndRecover();
    const claims = await vault.claimableRecovery(pool, epoch);
    expect(claims).to.be.greaterThan(0n);
    await expect(vault.connect(stranger).claimRecovery(pool, [epoch], stranger.address)).to.be.revertedWithCustomError(
      vault,
      "NotAuthorized",
    );
    // What the pool trades after the loss, and skims, are shares; its claims for the loss stay its own.
    await swap([WETH, share], ETHER);
    await swap([share, WETH], shares / 100n);
    const pair = new Contract(pool, ["function skim(address)", "function sync()"], stranger);
    await vault.connect(ann).transfer(pool, 1_000n);
    await pair.getFunction("skim").send(stranger.address);
    expect(await vault.balanceOf(stranger.address)).to.equal(1_000n);
    expect(await vault.claimableRecovery(stranger.address, epoch)).to.equal(0n);
    await pair.getFunction("sync").send();
    expect(await vault.claimableRecovery(pool, epoch)).to.equal(claims);
  });

  /** The slice has the router without its factory: then its own published code goes to its own address. */
  async function provideFactory(): Promise<void> {
    const { provider } = system.fork.ethers;
    if ((await provider.getCode(V2_FACTORY)) !== "0x") return;
    const artifact = require("@uniswap/v2-core/build/UniswapV2Factory.json") as {
      abi: InterfaceAbi;
      evm: { deployedBytecode: { object: string } };
    };
    const code = `0x${artifact.evm.deployedBytecode.object}`;
    await system.fork.provider.request({ method: "hardhat_setCode", params: [V2_FACTORY, code] });
  }
});
