/** Liquidations through the keeper's own contract, which sells inside the vault's callback and needs no capital. */
import { MaxUint256 } from "ethers";

import { FLASH_LIQUIDATOR } from "../abi.ts";
import { type Attempt } from "../strategies/types.ts";
import { type Target } from "./types.ts";

/** How the contract sells; see IFlashLiquidator.Sale. */
export interface Sale {
  readonly target: string;
  readonly beforeAmount: string;
  readonly afterAmount: string;
}

/** Parts of what is allowed that are tried, because a sale moves the price: whole, half, a quarter, an eighth. */
const PARTS = [1n, 2n, 4n, 8n];

/** One attempt for each size, the whole first. What an insolvent position does not allow fails in simulation. */
export function flashAttempts(name: string, liquidator: string, target: Target, sale: Sale): Attempt[] {
  const { vault, borrower, collateral, plan } = target;
  return PARTS.map((divisor) => {
    const maxRepaid = divisor === 1n ? MaxUint256 : plan.repaidAssets / divisor;
    return {
      label: divisor === 1n ? name : `${name}, 1/${divisor}`,
      to: liquidator,
      data: (minGain) =>
        FLASH_LIQUIDATOR.encodeFunctionData("liquidate", [
          {
            vault: vault.address,
            borrower,
            collateral,
            maxRepaidAssets: maxRepaid,
            ...NO_OTHER_LIMITS,
            minProfitAssets: minGain,
          },
          sale,
        ]),
      gain: (result) => {
        const [profit] = FLASH_LIQUIDATOR.decodeFunctionResult("liquidate", result) as unknown as [bigint];
        return profit;
      },
    };
  });
}

/** The profit is the limit that counts. */
const NO_OTHER_LIMITS = { minSeizedAssets: 0n, maxSocializedAssets: MaxUint256 };

/** A call cut open at the word that is the amount. */
export function cutAt(data: string, word: number): Pick<Sale, "beforeAmount" | "afterAmount"> {
  const at = 2 + 8 + word * 64;
  return { beforeAmount: data.slice(0, at), afterAmount: `0x${data.slice(at + 64)}` };
}
