/** ABIs of the contracts by name: for selectors, events and the names of errors. */
import {
  AccessManager__factory,
  BackstopToken__factory,
  BuybackAuction__factory,
  ChainlinkOracle__factory,
  DebtAuction__factory,
  Dilution__factory,
  ExactTransfer__factory,
  InsuranceFund__factory,
  LendingVault__factory,
  MarginVault__factory,
  RiskSteward__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../types/ethers-contracts/index.ts";
import { type Interface } from "ethers";

/** Contracts whose functions the role table can name. */
export const INTERFACES = {
  ChainlinkOracle: ChainlinkOracle__factory.createInterface(),
  WriteOffEngine: WriteOffEngine__factory.createInterface(),
  LendingVault: LendingVault__factory.createInterface(),
  MarginVault: MarginVault__factory.createInterface(),
  InsuranceFund: InsuranceFund__factory.createInterface(),
  Dilution: Dilution__factory.createInterface(),
  RiskSteward: RiskSteward__factory.createInterface(),
} as const;

export type ContractName = keyof typeof INTERFACES;

/** Every interface that declares custom errors. */
export const ERROR_INTERFACES: readonly Interface[] = [
  ...Object.values(INTERFACES),
  DebtAuction__factory.createInterface(),
  BuybackAuction__factory.createInterface(),
  BackstopToken__factory.createInterface(),
  UnderwriterBook__factory.createInterface(),
  ExactTransfer__factory.createInterface(),
  AccessManager__factory.createInterface(),
];

/** A function of a contract, which must exist once under that name. */
export function fragmentOf(contract: ContractName, functionName: string): { selector: string; signature: string } {
  const abi: Interface = INTERFACES[contract];
  const fragment = abi.getFunction(functionName);
  if (fragment === null) throw new RangeError(`${contract} has no function ${functionName}`);
  return { selector: fragment.selector, signature: fragment.format("sighash") };
}

/** Four-byte selector of a function, which must exist once under that name. */
export function selectorOf(contract: ContractName, functionName: string): string {
  return fragmentOf(contract, functionName).selector;
}
