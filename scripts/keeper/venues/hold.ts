/** Pays with the keeper's own money and keeps the collateral, valued at the oracle's price less a haircut. */
import { MaxUint256 } from "ethers";

import { VAULT } from "../abi.ts";
import { priceKey } from "../book/prices.ts";
import { spendable } from "../strategies/spendable.ts";
import { type Attempt, type BlockView } from "../strategies/types.ts";
import { type Target, type Venue } from "./types.ts";

const BPS = 10_000n;
/** Left over for interest until the call is mined and for the fee on top, bps of what is repaid. */
const MARGIN_BPS = 200n;

export class Hold implements Venue {
  readonly name = "hold";
  private readonly haircutBps: bigint;

  constructor(haircutBps: number) {
    this.haircutBps = BigInt(haircutBps);
  }

  async attempts({ vault, borrower, collateral, plan }: Target, view: BlockView): Promise<Attempt[]> {
    const money = await spendable(view, vault.asset, view.accounts.urgent, vault.address);
    const owed = plan.repaidAssets + plan.feeAssets;
    const enough = money >= owed + (owed * MARGIN_BPS) / BPS;
    const maxRepaid = enough ? MaxUint256 : (money * BPS) / (BPS + MARGIN_BPS);
    const price = view.prices.get(priceKey(vault.address, collateral));
    const probe = vault.collaterals.find(({ token }) => token === collateral)?.probe;
    if (maxRepaid === 0n || price === undefined || probe === undefined) return [];
    const encode = (minSeized: bigint) =>
      VAULT.encodeFunctionData("liquidate", [borrower, collateral, maxRepaid, minSeized, MaxUint256, "0x"]);
    return [
      {
        label: enough ? this.name : `${this.name}, as far as the money goes`,
        to: vault.address,
        // The vault has no limit on profit; what the payer gets for its money is bounded by the vault's own rules.
        data: () => encode(0n),
        gain: (result) => {
          const [{ repaidAssets, feeAssets, seizedAssets }] = VAULT.decodeFunctionResult(
            "liquidate",
            result,
          ) as unknown as [{ repaidAssets: bigint; feeAssets: bigint; seizedAssets: bigint }];
          const worth = (seizedAssets * price.primaryAssets) / probe;
          return (worth * (BPS - this.haircutBps)) / BPS - repaidAssets - feeAssets;
        },
      },
    ];
  }
}
