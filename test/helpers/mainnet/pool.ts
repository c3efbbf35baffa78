/** Uniswap V3's real pool of USDC and WETH: the real router before it, and a market that falls. */
import { createRequire } from "node:module";

import { Contract, ContractFactory, type InterfaceAbi, type TransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { TOKENS, USDC_WETH_POOL, V3_FACTORY, V3_ROUTER } from "./addresses.js";
import type { MainnetFork } from "./fork.js";
import { tokenAt } from "./tokens.js";

const require = createRequire(import.meta.url);

const MAX = 2n ** 256n - 1n;
export const Q96 = 2n ** 96n;
/** Fee of the pool, millionths. */
export const POOL_FEE = 500n;
export const POOL_ABI = [
  "function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16, uint16, uint16, uint8, bool)",
  "function liquidity() view returns (uint128)",
  "event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)",
];
/** The seller sells in steps of a fiftieth of the price, so that no transaction passes too many ticks. */
const STEP_BPS = 200n;
const BPS = 10_000n;
const SELLER_WEI = 10n ** 24n;

/** Mainnet's pool, to read. */
export function poolAt(fork: MainnetFork): Contract {
  return new Contract(USDC_WETH_POOL, POOL_ABI, fork.ethers.provider);
}

/** Mainnet's first V3 router. The slice lacks it: then its own published code goes to its own address. */
export async function provideRouter(fork: MainnetFork): Promise<Contract> {
  const { provider } = fork.ethers;
  const [deployer] = await fork.ethers.getSigners();
  const { abi, bytecode } = require("@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json") as {
    abi: InterfaceAbi;
    bytecode: string;
  };
  if ((await provider.getCode(V3_ROUTER)) === "0x") {
    const made = await new ContractFactory(abi, bytecode, deployer).deploy(V3_FACTORY, TOKENS.WETH.address);
    await made.waitForDeployment();
    const code = await provider.getCode(await made.getAddress());
    await fork.provider.request({ method: "hardhat_setCode", params: [V3_ROUTER, code] });
  }
  return new Contract(V3_ROUTER, abi, deployer);
}

/** The pool's price as it calls it (square root of WETH units for a USDC unit) when ether is worth `answer`, 8 decimals. */
export function sqrtPriceAt(answer: bigint): bigint {
  return sqrt((10n ** 20n * Q96 * Q96) / answer);
}

/** Sells ether, as many do when a price falls, until the pool pays `answer` dollars (8 decimals). */
export async function sellDownTo(fork: MainnetFork, seller: HardhatEthersSigner, answer: bigint): Promise<void> {
  const router = (await provideRouter(fork)).connect(seller);
  await fork.provider.request({
    method: "hardhat_setBalance",
    params: [seller.address, `0x${(2n * SELLER_WEI).toString(16)}`],
  });
  const weth = new Contract(TOKENS.WETH.address, ["function deposit() payable"], seller);
  await (await weth.getFunction("deposit").send({ value: SELLER_WEI })).wait();
  await tokenAt(fork, "WETH", seller).approve(V3_ROUTER, MAX);
  const target = sqrtPriceAt(answer);
  const pool = poolAt(fork);
  const price = async () => ((await pool.getFunction("slot0").staticCall()) as { sqrtPriceX96: bigint }).sqrtPriceX96;
  for (let now = await price(); now < target; now = await price()) {
    const step = (now * (BPS + STEP_BPS / 2n)) / BPS;
    const params = {
      ...{ tokenIn: TOKENS.WETH.address, tokenOut: TOKENS.USDC.address, fee: POOL_FEE },
      ...{ recipient: seller.address, deadline: MAX, amountIn: await tokenAt(fork, "WETH").balanceOf(seller.address) },
      ...{ amountOutMinimum: 0n, sqrtPriceLimitX96: step < target ? step : target },
    };
    await (await router.getFunction("exactInputSingle").send(params)).wait();
  }
}

/** What a transaction took from the pool and gave it, in the tokens' units. */
export function swapIn(receipt: TransactionReceipt | null): { usdcOut: bigint; wethIn: bigint } {
  const pool = new Contract(USDC_WETH_POOL, POOL_ABI);
  for (const log of receipt?.logs ?? []) {
    const event = log.address === USDC_WETH_POOL ? pool.interface.parseLog(log) : null;
    if (event?.name === "Swap") return { usdcOut: -(event.args[2] as bigint), wethIn: event.args[3] as bigint };
  }
  throw new Error("nothing was swapped");
}

function sqrt(value: bigint): bigint {
  let guess = value;
  for (let next = (value + 1n) / 2n; next < guess; next = (guess + value / guess) / 2n) guess = next;
  return guess;
}
