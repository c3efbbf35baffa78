/**
 * What integrators import: a typed factory of every contract (with its ABI) and the addresses of every deployment. Built
 * by `make package` into dist/; see README.md beside this file.
 */
export { AccessManager__factory } from "../types/ethers-contracts/factories/@openzeppelin/contracts/access/manager/AccessManager__factory.js";
export { RiskSteward__factory } from "../types/ethers-contracts/factories/contracts/governance/RiskSteward__factory.js";
export { LendingVault__factory } from "../types/ethers-contracts/factories/contracts/lending/LendingVault__factory.js";
export { KeeperLens__factory } from "../types/ethers-contracts/factories/contracts/lens/KeeperLens__factory.js";
export { MarginLens__factory } from "../types/ethers-contracts/factories/contracts/lens/MarginLens__factory.js";
export { SolvencyLens__factory } from "../types/ethers-contracts/factories/contracts/lens/SolvencyLens__factory.js";
export { MarginVault__factory } from "../types/ethers-contracts/factories/contracts/margin/MarginVault__factory.js";
export { ChainlinkOracle__factory } from "../types/ethers-contracts/factories/contracts/oracle/ChainlinkOracle__factory.js";
export { LossPreparer__factory } from "../types/ethers-contracts/factories/contracts/periphery/LossPreparer__factory.js";
export { BackstopToken__factory } from "../types/ethers-contracts/factories/contracts/tranches/BackstopToken__factory.js";
export { BuybackAuction__factory } from "../types/ethers-contracts/factories/contracts/tranches/BuybackAuction__factory.js";
export { DebtAuction__factory } from "../types/ethers-contracts/factories/contracts/tranches/DebtAuction__factory.js";
export { Dilution__factory } from "../types/ethers-contracts/factories/contracts/tranches/Dilution__factory.js";
export { InKindClaims__factory } from "../types/ethers-contracts/factories/contracts/tranches/InKindClaims__factory.js";
export { InsuranceFund__factory } from "../types/ethers-contracts/factories/contracts/tranches/InsuranceFund__factory.js";
export { UnderwriterBook__factory } from "../types/ethers-contracts/factories/contracts/tranches/UnderwriterBook__factory.js";
export { WriteOffEngine__factory } from "../types/ethers-contracts/factories/contracts/writeoff/WriteOffEngine__factory.js";

export type { AccessManager } from "../types/ethers-contracts/@openzeppelin/contracts/access/manager/AccessManager.js";
export type { RiskSteward } from "../types/ethers-contracts/contracts/governance/RiskSteward.js";
export type { LendingVault } from "../types/ethers-contracts/contracts/lending/LendingVault.js";
export type { KeeperLens } from "../types/ethers-contracts/contracts/lens/KeeperLens.js";
export type { MarginLens } from "../types/ethers-contracts/contracts/lens/MarginLens.js";
export type { SolvencyLens } from "../types/ethers-contracts/contracts/lens/SolvencyLens.js";
export type { MarginVault } from "../types/ethers-contracts/contracts/margin/MarginVault.js";
export type { ChainlinkOracle } from "../types/ethers-contracts/contracts/oracle/ChainlinkOracle.js";
export type { LossPreparer } from "../types/ethers-contracts/contracts/periphery/LossPreparer.js";
export type { BackstopToken } from "../types/ethers-contracts/contracts/tranches/BackstopToken.js";
export type { BuybackAuction } from "../types/ethers-contracts/contracts/tranches/BuybackAuction.js";
export type { DebtAuction } from "../types/ethers-contracts/contracts/tranches/DebtAuction.js";
export type { Dilution } from "../types/ethers-contracts/contracts/tranches/Dilution.js";
export type { InKindClaims } from "../types/ethers-contracts/contracts/tranches/InKindClaims.js";
export type { InsuranceFund } from "../types/ethers-contracts/contracts/tranches/InsuranceFund.js";
export type { UnderwriterBook } from "../types/ethers-contracts/contracts/tranches/UnderwriterBook.js";
export type { WriteOffEngine } from "../types/ethers-contracts/contracts/writeoff/WriteOffEngine.js";

export { addresses } from "./addresses.js";
export type { DeployedContract, Deployment } from "./deployment.js";
