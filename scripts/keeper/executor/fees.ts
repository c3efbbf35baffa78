/** What gas costs: in wei, bid for inclusion, and in a vault's asset. All in whole numbers. */
import { ORACLE } from "../abi.ts";
import { type NativePrice } from "../config/types.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { CallReverted } from "../rpc/errors.ts";
import { type Views } from "../rpc/pool.ts";

/** Fees of one transaction, wei per gas. */
export interface Fees {
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
}

export interface FeeRules {
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
  readonly bumpPercent: number;
}

/** The base fee may double before a transaction is priced out. */
const HEADROOM = 2n;

/** The chain has no base fee; this keeper sends only transactions of type 2. */
export class NoBaseFee extends Error {
  override readonly name = "NoBaseFee";

  constructor() {
    super("the chain's blocks have no base fee (EIP-1559), which this keeper needs");
  }
}

export function feesFor(baseFee: bigint | undefined, rules: FeeRules): Fees {
  if (baseFee === undefined) throw new NoBaseFee();
  const wanted = baseFee * HEADROOM + rules.priorityFee;
  const maxFee = wanted < rules.maxFee ? wanted : rules.maxFee;
  return { maxFee, priorityFee: rules.priorityFee < maxFee ? rules.priorityFee : maxFee };
}

/** Fees that replace these at the same nonce; undefined when the limit is reached. Rounded up, as nodes compare. */
export function raised(before: Fees, baseFee: bigint | undefined, rules: FeeRules): Fees | undefined {
  const fresh = feesFor(baseFee, rules);
  const bump = (fee: bigint) => (fee * BigInt(100 + rules.bumpPercent) + 99n) / 100n;
  const larger = (left: bigint, right: bigint) => (left > right ? left : right);
  const priorityFee = larger(bump(before.priorityFee), fresh.priorityFee);
  const maxFee = larger(larger(bump(before.maxFee), fresh.maxFee), priorityFee);
  return maxFee > rules.maxFee ? undefined : { maxFee, priorityFee };
}

/** What one unit of gas will probably cost, wei: not the most that is offered. */
export function expectedGasPrice(baseFee: bigint | undefined, fees: Fees): bigint {
  const price = (baseFee ?? fees.maxFee) + fees.priorityFee;
  return price < fees.maxFee ? price : fees.maxFee;
}

const WEI = 10n ** 18n;

/** Wei of the native coin in a vault's asset units, rounded up; undefined if no price can be had. */
export async function weiInAssets(
  rpc: Views,
  blockHash: string,
  native: NativePrice,
  vault: VaultBasics,
): Promise<((wei: bigint) => bigint) | undefined> {
  let assetsPerCoin: bigint;
  if ("assetsWad" in native) {
    assetsPerCoin = (native.assetsWad * 10n ** BigInt(vault.assetDecimals)) / WEI;
  } else if (native.token === vault.asset) {
    assetsPerCoin = WEI;
  } else {
    try {
      const data = ORACLE.encodeFunctionData("getQuote", [WEI, native.token, vault.asset]);
      assetsPerCoin = BigInt(await rpc.call({ to: vault.oracle, data }, blockHash));
    } catch (error) {
      if (error instanceof CallReverted) return undefined;
      throw error;
    }
  }
  return (wei) => (wei * assetsPerCoin + WEI - 1n) / WEI;
}
