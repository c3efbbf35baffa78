/** A market maker's desk with a fixed price, inside the callback. */
import { DESK } from "../abi.ts";
import { type Attempt, type BlockView } from "../strategies/types.ts";
import { cutAt, flashAttempts } from "./flash.ts";
import { type Target, type Venue } from "./types.ts";

/** Token and asset come before the amount. */
const AMOUNT_WORD = 2;

export class Desk implements Venue {
  readonly name = "desk";
  private readonly desk: string;

  constructor(desk: string) {
    this.desk = desk;
  }

  attempts(target: Target, { flashLiquidator }: BlockView): Promise<Attempt[]> {
    if (flashLiquidator === undefined) return Promise.resolve([]);
    const data = DESK.encodeFunctionData("sell", [target.collateral, target.vault.asset, 0n, 0n]);
    const sale = { target: this.desk, ...cutAt(data, AMOUNT_WORD) };
    return Promise.resolve(flashAttempts(this.name, flashLiquidator, target, sale));
  }
}
