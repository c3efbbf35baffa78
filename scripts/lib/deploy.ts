/** Deploys everything into an in-process chain through the Ignition modules of deploy/. */
import { network } from "hardhat";

import LocalMarketModule from "../../deploy/modules/local-market.ts";
import MarginPlimsollModule from "../../deploy/modules/margin-plimsoll.ts";
import PlimsollModule from "../../deploy/modules/plimsoll.ts";
import {
  AccessManager__factory,
  BackstopToken__factory,
  BuybackAuction__factory,
  ChainlinkOracle__factory,
  DebtAuction__factory,
  Dilution__factory,
  FluxAggregator__factory,
  InsuranceFund__factory,
  KeeperLens__factory,
  LendingVault__factory,
  LossPreparer__factory,
  MarginLens__factory,
  MarginVault__factory,
  RiskSteward__factory,
  SolvencyLens__factory,
  TestToken__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../types/ethers-contracts/index.ts";
import { Chain, type Connection } from "./chain.ts";
import { ERROR_INTERFACES } from "./interfaces.ts";
import { deploymentParameters } from "./parameters.ts";

/** Blocks of the deployment follow each other by the wall clock; what comes after starts at a fixed second. */
export const DEPLOYMENT_SECONDS = 86_400;

/** What has a `getAddress`, as every contract object has. */
interface Addressed {
  getAddress(): Promise<string>;
}

const at = (contract: Addressed): Promise<string> => contract.getAddress();

/**
 * A fresh chain with the whole protocol on it.
 * @param parameters name of a file in deploy/parameters
 * @param startsAt second from which the caller goes on; the deployment happens during the day before it
 */
export async function deployAll(parameters: string, startsAt: number) {
  const initialDate = new Date((startsAt - DEPLOYMENT_SECONDS) * 1000);
  const connection = await network.create({ override: { initialDate } });
  return deployOn(connection, parameters, startsAt);
}

/**
 * The whole protocol on a chain that runs already, whose clock is before `startsAt` by a day at least.
 * @param journal name of Ignition's folder below deploy/deployments; an in-process chain needs none
 */
export async function deployOn(connection: Connection, parameters: string, startsAt: number, journal?: string) {
  const market = await openMarket(connection, parameters, startsAt, journal);
  const deployed = await connection.ignition.deploy(PlimsollModule, market.given);
  market.chain.advanceTo(startsAt);
  return lendingSide(market, deployed);
}

/**
 * A fresh chain with a lending vault and a margin vault on one engine, oracle and dilution; each has a fund, standing bids
 * and a mint budget of its own. The margin vault's market 0 is priced by the feed of `collateral`.
 */
export async function deployBoth(parameters: string, startsAt: number) {
  const initialDate = new Date((startsAt - DEPLOYMENT_SECONDS) * 1000);
  const connection = await network.create({ override: { initialDate } });
  const market = await openMarket(connection, parameters, startsAt);
  const deployed = await connection.ignition.deploy(MarginPlimsollModule, market.given);
  market.chain.advanceTo(startsAt);
  const { provider } = connection.ethers;
  return {
    ...(await lendingSide(market, deployed)),
    marginVault: MarginVault__factory.connect(await at(deployed.marginVault), provider),
    marginFund: InsuranceFund__factory.connect(await at(deployed.marginFund), provider),
    marginUnderwriters: UnderwriterBook__factory.connect(await at(deployed.marginUnderwriters), provider),
  };
}

/** Every contract of one deployment of both kinds, typed and readable. */
export type BothDeployed = Awaited<ReturnType<typeof deployBoth>>;

/** Contracts that every deployment has. */
type LendingSide =
  | "accessManager"
  | "oracle"
  | "engine"
  | "vault"
  | "fund"
  | "dilution"
  | "underwriters"
  | "riskSteward"
  | "preparer"
  | "lens"
  | "keeperLens"
  | "marginLens";

async function lendingSide(
  { chain, holders, oracleAccount, market, tokens }: Awaited<ReturnType<typeof openMarket>>,
  deployed: Readonly<Record<LendingSide, Addressed>>,
) {
  const { governor, guardian, riskCouncil } = holders;
  const { provider } = chain.connection.ethers;
  const dilution = Dilution__factory.connect(await at(deployed.dilution), provider);
  return {
    chain,
    roles: { deployer: (await provider.getSigner(0)).address, governor, guardian, riskCouncil, oracleAccount },
    accessManager: AccessManager__factory.connect(await at(deployed.accessManager), provider),
    asset: TestToken__factory.connect(tokens.asset, provider),
    collateral: TestToken__factory.connect(tokens.collateral, provider),
    assetAggregator: FluxAggregator__factory.connect(await at(market.assetAggregator), provider),
    collateralAggregator: FluxAggregator__factory.connect(await at(market.collateralAggregator), provider),
    oracle: ChainlinkOracle__factory.connect(await at(deployed.oracle), provider),
    engine: WriteOffEngine__factory.connect(await at(deployed.engine), provider),
    vault: LendingVault__factory.connect(await at(deployed.vault), provider),
    fund: InsuranceFund__factory.connect(await at(deployed.fund), provider),
    dilution,
    underwriters: UnderwriterBook__factory.connect(await at(deployed.underwriters), provider),
    riskSteward: RiskSteward__factory.connect(await at(deployed.riskSteward), provider),
    token: BackstopToken__factory.connect(await dilution.token(), provider),
    debtAuction: DebtAuction__factory.connect(await dilution.debtAuction(), provider),
    buybackAuction: BuybackAuction__factory.connect(await dilution.buybackAuction(), provider),
    preparer: LossPreparer__factory.connect(await at(deployed.preparer), provider),
    lens: SolvencyLens__factory.connect(await at(deployed.lens), provider),
    keeperLens: KeeperLens__factory.connect(await at(deployed.keeperLens), provider),
    marginLens: MarginLens__factory.connect(await at(deployed.marginLens), provider),
  };
}

/** Every contract of one deployment, typed and readable. */
export type Deployment = Awaited<ReturnType<typeof deployAll>>;

/**
 * What a live network has and a fresh chain lacks: tokens, feeds, and the holders of the roles.
 * @returns these, and what Ignition needs to deploy a module over them
 */
async function openMarket(connection: Connection, parameters: string, startsAt: number, journal?: string) {
  const chain = new Chain(connection, startsAt - DEPLOYMENT_SECONDS, ERROR_INTERFACES);
  const oracleAccount = await chain.actor("price oracle");
  const governor = await chain.actor("governor");
  const guardian = await chain.actor("guardian");
  const riskCouncil = await chain.actor("risk council");
  const treasury = await chain.actor("treasury");

  const market = await connection.ignition.deploy(LocalMarketModule, {
    parameters: deploymentParameters(parameters, { oracleAccount }),
    ...(journal === undefined ? {} : { deploymentId: journal }),
  });
  const [asset, collateral, assetFeed, collateralFeed] = await Promise.all([
    at(market.asset),
    at(market.collateral),
    at(market.assetFeed),
    at(market.collateralFeed),
  ]);
  const tokens = { asset, collateral };
  const holders = { governor, guardian, riskCouncil, treasury };
  const given = {
    parameters: deploymentParameters(parameters, { ...tokens, assetFeed, collateralFeed, ...holders }),
    ...(journal === undefined ? {} : { deploymentId: journal }),
  };
  return { chain, holders, oracleAccount, market, tokens, given };
}
