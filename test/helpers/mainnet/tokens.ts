/** Real tokens: giving them to people, and what their owners could do. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, getAddress, keccak256, toBeHex } from "ethers";

import { TestToken__factory, type TestToken } from "../../../types/ethers-contracts/index.js";
import { TOKENS, type TokenName } from "./addresses.js";
import type { MainnetFork } from "./fork.js";

/** USDC marks a blocked account in the top bit of its balance. */
const USDC_BLOCKED = 1n << 255n;
/** Circle's FiatToken keeps `paused` in the 21st byte of the slot that begins with its pauser. */
const USDC_PAUSE_SLOT = 1;
const USDC_PAUSED_BIT = 1n << 160n;

/** The token as any ERC-20; by `account`, if that is to send. What USDT's functions fail to return is never read from a transaction. */
export function tokenAt(fork: MainnetFork, name: TokenName, account?: HardhatEthersSigner): TestToken {
  return TestToken__factory.connect(TOKENS[name].address, account ?? fork.ethers.provider);
}

function balanceSlotOf(name: TokenName, holder: string): string {
  const coder = AbiCoder.defaultAbiCoder();
  return keccak256(coder.encode(["address", "uint256"], [getAddress(holder), TOKENS[name].balanceSlot]));
}

async function store({ provider }: MainnetFork, address: string, slot: string, value: bigint): Promise<void> {
  await provider.request({ method: "hardhat_setStorageAt", params: [address, slot, toBeHex(value, 32)] });
}

/** Sets a balance, in the token's smallest unit. The token's total supply does not follow. */
export async function deal(fork: MainnetFork, name: TokenName, holder: string, assets: bigint): Promise<void> {
  await store(fork, TOKENS[name].address, balanceSlotOf(name, holder), assets);
}

/** Puts an account on USDC's blocklist. */
export async function blockUsdc(fork: MainnetFork, holder: string): Promise<void> {
  const slot = balanceSlotOf("USDC", holder);
  const { address } = TOKENS.USDC;
  const held = BigInt(await fork.ethers.provider.getStorage(address, slot));
  await store(fork, address, slot, held | USDC_BLOCKED);
}

/** Pauses all of USDC, or lifts that. */
export async function pauseUsdc(fork: MainnetFork, paused: boolean): Promise<void> {
  const { address } = TOKENS.USDC;
  const word = BigInt(await fork.ethers.provider.getStorage(address, USDC_PAUSE_SLOT));
  const next = paused ? word | USDC_PAUSED_BIT : word & ~USDC_PAUSED_BIT;
  await store(fork, address, toBeHex(USDC_PAUSE_SLOT), next);
}
