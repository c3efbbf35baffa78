/** Uniswap V3 through one of its two routers, inside the callback. */
import { Interface } from "ethers";

import { type Attempt, type BlockView } from "../strategies/types.ts";
import { cutAt, flashAttempts } from "./flash.ts";
import { type Target, type Venue } from "./types.ts";

/** The older router wants a deadline; the newer one has none. Words of the call before the amount. */
const ROUTERS = {
  SwapRouter: {
    abi: new Interface([
      "function exactInput(tuple(bytes path, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum)) payable returns (uint256)",
    ]),
    amountWord: 4,
  },
  SwapRouter02: {
    abi: new Interface([
      "function exactInput(tuple(bytes path, address recipient, uint256 amountIn, uint256 amountOutMinimum)) payable returns (uint256)",
    ]),
    amountWord: 3,
  },
} as const;

/** Seconds after the block decided on in which the swap may be mined. */
const VALID_SECONDS = 600;

export class UniswapV3 implements Venue {
  readonly name = "uniswapV3";
  private readonly router: string;
  private readonly version: keyof typeof ROUTERS;
  private readonly paths: ReadonlyMap<string, string>;

  constructor(router: string, version: keyof typeof ROUTERS, paths: ReadonlyMap<string, string>) {
    this.router = router;
    this.version = version;
    this.paths = paths;
  }

  attempts(target: Target, { flashLiquidator, head }: BlockView): Promise<Attempt[]> {
    const path = this.paths.get(target.collateral);
    const endsInAsset = path?.slice(-40).toLowerCase() === target.vault.asset.slice(2);
    if (flashLiquidator === undefined || path === undefined || !endsInAsset) return Promise.resolve([]);
    const { abi, amountWord } = ROUTERS[this.version];
    const params = { path, recipient: flashLiquidator, amountIn: 0n, amountOutMinimum: 0n };
    const deadline = head.timestamp + VALID_SECONDS;
    const data = abi.encodeFunctionData("exactInput", [{ ...params, deadline }]);
    const sale = { target: this.router, ...cutAt(data, amountWord) };
    return Promise.resolve(flashAttempts(this.name, flashLiquidator, target, sale));
  }
}
