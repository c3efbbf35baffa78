import { ERC20 } from "../abi.ts";
import { type BlockView } from "./types.ts";

/** What an account has of a token and lets `spender` take: a limit that an operator sets by the allowance. */
export async function spendable(view: BlockView, token: string, account: string, spender: string): Promise<bigint> {
  const ask = async (name: string, args: readonly string[]) =>
    BigInt(await view.call(token, ERC20.encodeFunctionData(name, args)));
  const [balance, allowance] = await Promise.all([ask("balanceOf", [account]), ask("allowance", [account, spender])]);
  return balance < allowance ? balance : allowance;
}
