/** What each collateral is worth now: one question for each, at the block decided on. */
import { ORACLE } from "../abi.ts";
import { CallReverted } from "../rpc/errors.ts";
import { type Views } from "../rpc/pool.ts";
import { type CollateralRules, type Vault } from "./vaults.ts";

/** Worth of the probe amount. */
export interface Price {
  readonly primaryAssets: bigint;
  readonly highAssets: bigint;
  readonly oldestRoundAt: bigint;
  /** Whether a loss may be booked, as far as the sources go. */
  readonly lossBlocked: boolean;
}

/** By vault and collateral; undefined where the source does not answer. */
export type Prices = ReadonlyMap<string, Price | undefined>;

export const priceKey = (vault: string, collateral: string): string => `${vault}:${collateral}`;

const NO_ADDRESS = `0x${"0".repeat(40)}`;

export async function readPrices(rpc: Views, blockHash: string, vaults: readonly Vault[]): Promise<Prices> {
  const asked = vaults.flatMap((vault) =>
    vault.collaterals
      .filter(({ retired }) => !retired)
      .map(async (collateral): Promise<[string, Price | undefined]> => [
        priceKey(vault.address, collateral.token),
        await readPrice(rpc, blockHash, vault, collateral),
      ]),
  );
  return new Map(await Promise.all(asked));
}

async function readPrice(
  rpc: Views,
  blockHash: string,
  { oracle, asset }: Vault,
  { token, probe }: CollateralRules,
): Promise<Price | undefined> {
  try {
    const data = ORACLE.encodeFunctionData("getLossQuote", [probe, token, asset]);
    const result = await rpc.call({ to: oracle, data }, blockHash);
    const [quote] = ORACLE.decodeFunctionResult("getLossQuote", result) as unknown as [
      { primaryAssets: bigint; highAssets: bigint; oldestRoundAt: bigint; lossBlockedBy: string },
    ];
    return {
      ...{ primaryAssets: quote.primaryAssets, highAssets: quote.highAssets, oldestRoundAt: quote.oldestRoundAt },
      lossBlocked: quote.lossBlockedBy !== NO_ADDRESS,
    };
  } catch (error) {
    if (error instanceof CallReverted) return undefined;
    throw error;
  }
}
