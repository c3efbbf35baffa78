/**
 * A vault that is nothing but the base, its engine, and tranches that pay or misbehave: for tests of the waterfall and
 * of what every vault has. Figures are in the asset's smallest unit, so that they stay small enough to read.
 */
import { type Addressable, type BaseContract, type ContractTransactionResponse, ZeroAddress } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type {
  AccessManager,
  HonestTranche,
  HostileTranche,
  PlainVault,
  TestToken,
  WriteOffEngine,
} from "../../types/ethers-contracts/index.js";
import type { IWriteOffEngine } from "../../types/ethers-contracts/contracts/writeoff/WriteOffEngine.js";
import { MAX } from "./lending.js";

type Ethers = NetworkConnection["ethers"];

/** `IWriteOffEngine.Cause` */
export const Cause = { Liquidation: 0n, WriteOff: 1n, Restructuring: 2n } as const;

/** `IWriteOffEngine.Kind` */
export const Kind = { Insurance: 0n, Dilution: 1n } as const;

/** `HostileTranche.Behavior` */
export const Behavior = {
  Pay: 0n,
  PayNothing: 1n,
  PayHalf: 2n,
  PayTwice: 3n,
  Revert: 4n,
  BurnAllGas: 5n,
  ReturnBomb: 6n,
  RevertBomb: 7n,
} as const;

/** Gas that tests give a tranche unless they say otherwise. */
export const STIPEND = 500_000n;
/** What a lender brings to the vault at the start, and what of it is lent out. */
export const DEPOSITED = 1_000_000n;
export const LENT = 900_000n;

/** The room of the waterfall: one vault, one engine, money lent out. */
export interface WaterfallRoom {
  manager: AccessManager;
  engine: WriteOffEngine;
  asset: TestToken;
  vault: PlainVault;
}

/** Deploys engine and vault; the first signer is admin, the second has deposited, the third is the debtor. */
export async function deployWaterfall(
  ethers: Ethers,
  { decimals = 6, token }: { decimals?: number; token?: TestToken } = {},
): Promise<WaterfallRoom> {
  const [admin, lender, debtor] = await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [admin!.address]);
  const engine = await ethers.deployContract("WriteOffEngine", [await manager.getAddress()]);
  const asset = token ?? (await ethers.deployContract("TestToken", ["Test Dollar", "TUSD", decimals]));
  const room = { manager, engine, asset, vault: await addVault(ethers, { manager, engine, asset }) };
  await deposit(room, lender!, DEPOSITED);
  await room.vault.lend(LENT, debtor!.address);
  return room;
}

/** One more registered vault, empty and without tranches. */
export async function addVault(ethers: Ethers, room: Omit<WaterfallRoom, "vault">): Promise<PlainVault> {
  const wired = [
    await room.asset.getAddress(),
    await room.engine.getAddress(),
    await room.manager.getAddress(),
  ] as const;
  const vault = await ethers.deployContract("PlainVault", [...wired]);
  await room.engine.registerVault(await vault.getAddress(), []);
  return vault;
}

/** Mints `units` to `account` and deposits them. */
export async function deposit(room: WaterfallRoom, account: { address: string }, units: bigint): Promise<void> {
  await give(room.asset, account, await room.vault.getAddress(), units);
  await room.vault.connect(account as never).deposit(units, account.address);
}

/** Mints `units` to `account` and lets `spender` take all it has. */
export async function give(
  asset: TestToken,
  account: { address: string },
  spender: string | Addressable,
  units: bigint,
): Promise<void> {
  await asset.mint(account.address, units);
  const owned = asset.connect(account as never);
  if ((await asset.allowance(account.address, spender)) === 0n) await owned.approve(spender, MAX);
}

/** Fees earned and paid: the vault's reserves grow by `units`. */
export async function fillReserves(ethers: Ethers, room: WaterfallRoom, units: bigint): Promise<void> {
  const [admin] = await ethers.getSigners();
  await give(room.asset, admin!, await room.vault.getAddress(), units);
  await room.vault.payFee(units);
}

/** A tranche that pays the insurable part of a loss out of `units`. */
export async function addInsurance(ethers: Ethers, room: WaterfallRoom, units: bigint): Promise<HonestTranche> {
  return honest(ethers, room, units, true);
}

/** A tranche that pays any part of a loss out of `units`, and can sell and give back. */
export async function addDilution(ethers: Ethers, room: WaterfallRoom, units: bigint): Promise<HonestTranche> {
  return honest(ethers, room, units, false);
}

async function honest(ethers: Ethers, room: WaterfallRoom, units: bigint, insuredOnly: boolean) {
  const wired = [await room.asset.getAddress(), await room.engine.getAddress(), insuredOnly] as const;
  const tranche = await ethers.deployContract("HonestTranche", [...wired]);
  await room.asset.mint(await tranche.getAddress(), units);
  return tranche;
}

/** A tranche with `units` that does as it is told. */
export async function addHostile(ethers: Ethers, room: WaterfallRoom, units: bigint): Promise<HostileTranche> {
  const tranche = await ethers.deployContract("HostileTranche", [await room.asset.getAddress()]);
  await room.asset.mint(await tranche.getAddress(), units);
  return tranche;
}

/** One entry of a stack. */
export async function layer(tranche: BaseContract, kind: bigint, gasStipend = STIPEND) {
  return { tranche: await tranche.getAddress(), gasStipend, kind };
}

/** Sets the vault's stack: insurance first, then dilution if given. */
export async function setStack(room: WaterfallRoom, insurance: BaseContract[], dilution?: BaseContract): Promise<void> {
  const stack = await Promise.all(insurance.map((tranche) => layer(tranche, Kind.Insurance)));
  if (dilution !== undefined) stack.push(await layer(dilution, Kind.Dilution));
  await room.engine.setStack(await room.vault.getAddress(), stack);
}

/** Loses `badDebt`, of which `insurable` may be insured (all, unless said otherwise). */
export async function lose(
  ethers: Ethers,
  room: WaterfallRoom,
  badDebt: bigint,
  insurable = badDebt,
): Promise<ContractTransactionResponse> {
  const [, , debtor] = await ethers.getSigners();
  return room.vault.lose(debtor!.address, Cause.Liquidation, 0, badDebt, insurable);
}

/** Who pays how much of a bad debt. */
export interface Figures {
  badDebt: bigint;
  reserves: bigint;
  insurance: bigint;
  dilutionCash: bigint;
  socialized: bigint;
}

/** The figures of a ledger entry that say who paid. */
export async function figures(room: WaterfallRoom, id = 1n): Promise<Figures> {
  const entry = await room.engine.ledger(room.vault, id);
  const { badDebt, reserves, insurance, dilutionCash, socialized } = entry;
  return { badDebt, reserves, insurance, dilutionCash, socialized };
}

/** A vault's report of a bad debt, once its reserves have paid, as the engine takes it. */
export async function report(
  vault: { reserves(): Promise<bigint> },
  badDebtAssets: bigint,
  insurableAssets = badDebtAssets,
): Promise<IWriteOffEngine.BadDebtStruct> {
  const reserves = await vault.reserves();
  return {
    debtor: ZeroAddress,
    cause: Cause.WriteOff,
    previousId: 0n,
    id: 0n,
    epoch: 1n,
    badDebtAssets,
    reserveAssets: reserves < badDebtAssets ? reserves : badDebtAssets,
    coverableAssets: badDebtAssets,
    insurableAssets,
  };
}

/** The same, as the engine quotes it beforehand. */
export async function quote(room: WaterfallRoom, badDebt: bigint, insurable = badDebt): Promise<Figures> {
  const { reserves, insurance, dilutionCash, socialized } = await room.engine.preview(
    room.vault,
    await report(room.vault, badDebt, insurable),
  );
  return { badDebt, reserves, insurance, dilutionCash, socialized };
}

/** The same, worked out here: each layer takes what those before it have left, insurance at most what is insurable. */
export function expectedFigures(
  badDebt: bigint,
  held: { reserves: bigint; insurance: bigint[]; dilution: bigint },
  insurable = badDebt,
): Figures {
  let left = badDebt;
  const take = (most: bigint) => {
    const taken = left < most ? left : most;
    left -= taken;
    return taken;
  };
  const reserves = take(held.reserves);
  let insurance = 0n;
  for (const each of held.insurance) {
    const stillInsurable = insurable - insurance;
    insurance += take(each < stillInsurable ? each : stillInsurable);
  }
  const dilutionCash = take(held.dilution);
  return { badDebt, reserves, insurance, dilutionCash, socialized: left };
}

/** Deterministic numbers in [0, below), so that a failure can be repeated (xorshift). */
export function dice(seed: bigint): (below: bigint) => bigint {
  let state = seed;
  return (below: bigint) => {
    state ^= (state << 13n) & (2n ** 64n - 1n);
    state ^= state >> 7n;
    state ^= (state << 17n) & (2n ** 64n - 1n);
    return state % below;
  };
}
