import { type Addressable, type ContractTransactionReceipt, id } from "ethers";

const TRANSFER = id("Transfer(address,address,uint256)");

/** A measured action that did not do what its name says is an error, not a figure. */
export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`expected: ${what}`);
}

/** By how much the balance of `account` has changed in this transaction, from the token's own log. */
export async function netChange(
  receipt: ContractTransactionReceipt,
  token: Addressable,
  account: Addressable,
): Promise<bigint> {
  const tokenAddress = await token.getAddress();
  const topic = `0x${(await account.getAddress()).slice(2).toLowerCase().padStart(64, "0")}`;
  let change = 0n;
  for (const { address, topics, data } of receipt.logs) {
    if (address !== tokenAddress || topics[0] !== TRANSFER) continue;
    if (topics[1] === topic) change -= BigInt(data);
    if (topics[2] === topic) change += BigInt(data);
  }
  return change;
}

/** The transaction moved exactly this much of a token to `account`, or from it where negative. */
export async function expectChange(
  receipt: ContractTransactionReceipt,
  token: Addressable,
  account: Addressable,
  expected: bigint,
): Promise<void> {
  const change = await netChange(receipt, token, account);
  expectThat(change === expected, `a balance that changes by ${expected}, not by ${change}`);
}
