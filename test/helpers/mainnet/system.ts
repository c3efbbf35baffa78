/** The whole system on a fork of mainnet, deployed by the Ignition modules, governed by a real Safe. */
import PlimsollModule from "../../../deploy/modules/plimsoll.js";
import {
  AccessManager__factory,
  BackstopToken__factory,
  BuybackAuction__factory,
  ChainlinkOracle__factory,
  DebtAuction__factory,
  Dilution__factory,
  InsuranceFund__factory,
  KeeperLens__factory,
  LendingVault__factory,
  SolvencyLens__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../../types/ethers-contracts/index.js";
import { ETH_USD_FEED, TOKENS } from "./addresses.js";
import { deployFeed, DOLLAR } from "./feeds.js";
import { forkMainnet, type MainnetFork } from "./fork.js";
import { type LentAsset, mainnetParameters } from "./parameters.js";
import { createSafe } from "./safe.js";

/** Price of one bitcoin where a fork has no feed for it. */
export const BTC_PRICE = 60_000n * DOLLAR;

/**
 * Everything on a fork, a new one in process unless said otherwise. Borrowers put down WETH, priced by mainnet's own ETH / USD feed; the asset's feed is
 * Chainlink's code deployed anew, at one dollar.
 * @param journal name of Ignition's folder below deploy/deployments; a fork in process needs none
 */
export async function deployOnMainnet(lent: LentAsset, given?: MainnetFork, journal?: string) {
  const fork = given ?? (await forkMainnet());
  const { ethers } = fork;
  const signers = await ethers.getSigners();
  const [deployer, ann, ben, sam, una, borrower, liquidator, buyer, stranger] = signers;
  const governor = await createSafe(fork, signers.slice(10, 13));
  const guardian = await createSafe(fork, signers.slice(13, 16));
  const assetFeed = await deployFeed(fork, `${lent} / USD`, DOLLAR);

  const deployed = await fork.ignition.deploy(PlimsollModule, {
    config: { blockPollingInterval: 20, requiredConfirmations: 1 },
    ...(journal === undefined ? {} : { deploymentId: journal }),
    parameters: mainnetParameters(lent, {
      asset: TOKENS[lent].address,
      assetFeed: assetFeed.proxy,
      collateral: TOKENS.WETH.address,
      collateralFeed: ETH_USD_FEED,
      governor: governor.address,
      guardian: guardian.address,
      riskCouncil: guardian.address,
      treasury: governor.address,
    }),
  });
  const at = async (contract: { getAddress(): Promise<string> }) => contract.getAddress();
  const dilution = Dilution__factory.connect(await at(deployed.dilution), deployer);
  return {
    ...{ fork, governor, guardian, assetFeed, lent },
    one: 10n ** BigInt(TOKENS[lent].decimals),
    people: {
      ...{ deployer: deployer!, ann: ann!, ben: ben!, sam: sam!, una: una!, borrower: borrower! },
      ...{ liquidator: liquidator!, buyer: buyer!, stranger: stranger! },
    },
    accessManager: AccessManager__factory.connect(await at(deployed.accessManager), deployer),
    oracle: ChainlinkOracle__factory.connect(await at(deployed.oracle), deployer),
    engine: WriteOffEngine__factory.connect(await at(deployed.engine), deployer),
    vault: LendingVault__factory.connect(await at(deployed.vault), deployer),
    fund: InsuranceFund__factory.connect(await at(deployed.fund), deployer),
    underwriters: UnderwriterBook__factory.connect(await at(deployed.underwriters), deployer),
    lens: SolvencyLens__factory.connect(await at(deployed.lens), deployer),
    keeperLens: KeeperLens__factory.connect(await at(deployed.keeperLens), deployer),
    dilution,
    token: BackstopToken__factory.connect(await dilution.token(), deployer),
    debtAuction: DebtAuction__factory.connect(await dilution.debtAuction(), deployer),
    buybackAuction: BuybackAuction__factory.connect(await dilution.buybackAuction(), deployer),
  };
}

/** Everything, and the people around it. */
export type MainnetSystem = Awaited<ReturnType<typeof deployOnMainnet>>;
