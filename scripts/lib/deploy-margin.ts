/** Deploys both kinds of vault side by side into an in-process chain, through the Ignition modules of deploy/. */
import { network } from "hardhat";

import MarginPlimsollModule from "../../deploy/modules/margin-plimsoll.ts";
import {
  AccessManager__factory,
  BackstopToken__factory,
  ChainlinkOracle__factory,
  DebtAuction__factory,
  Dilution__factory,
  EACAggregatorProxy__factory,
  FluxAggregator__factory,
  InsuranceFund__factory,
  LendingVault__factory,
  MarginVault__factory,
  RiskSteward__factory,
  SolvencyLens__factory,
  TestToken__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../types/ethers-contracts/index.ts";
import { DEPLOYMENT_SECONDS, openMarket } from "./deploy.ts";

/**
 * A fresh chain with a lending vault and a margin vault on one engine, oracle and dilution; each has a fund, standing bids
 * and a mint budget of its own. The margin vault's market 0 is priced by the feed of `collateral`.
 * @param parameters name of a file in deploy/parameters
 * @param startsAt second from which the caller goes on; the deployment happens during the day before it
 */
export async function deployBoth(parameters: string, startsAt: number) {
  const initialDate = new Date((startsAt - DEPLOYMENT_SECONDS) * 1000);
  const connection = await network.create({ override: { initialDate } });
  const { chain, holders, oracleAccount, market, tokens, given, at } = await openMarket(
    connection,
    parameters,
    startsAt,
  );
  const { asset, collateral } = tokens;
  const { governor, guardian, riskCouncil } = holders;
  const deployed = await connection.ignition.deploy(MarginPlimsollModule, given);

  chain.advanceTo(startsAt);
  const { provider } = connection.ethers;
  const dilution = Dilution__factory.connect(await at(deployed.dilution), provider);
  return {
    chain,
    roles: { deployer: (await provider.getSigner(0)).address, governor, guardian, riskCouncil, oracleAccount },
    accessManager: AccessManager__factory.connect(await at(deployed.accessManager), provider),
    asset: TestToken__factory.connect(asset, provider),
    collateral: TestToken__factory.connect(collateral, provider),
    assetAggregator: FluxAggregator__factory.connect(await at(market.assetAggregator), provider),
    collateralAggregator: FluxAggregator__factory.connect(await at(market.collateralAggregator), provider),
    collateralFeed: EACAggregatorProxy__factory.connect(await at(market.collateralFeed), provider),
    oracle: ChainlinkOracle__factory.connect(await at(deployed.oracle), provider),
    engine: WriteOffEngine__factory.connect(await at(deployed.engine), provider),
    lens: SolvencyLens__factory.connect(await at(deployed.lens), provider),
    dilution,
    token: BackstopToken__factory.connect(await dilution.token(), provider),
    debtAuction: DebtAuction__factory.connect(await dilution.debtAuction(), provider),
    riskSteward: RiskSteward__factory.connect(await at(deployed.riskSteward), provider),
    vault: LendingVault__factory.connect(await at(deployed.vault), provider),
    fund: InsuranceFund__factory.connect(await at(deployed.fund), provider),
    underwriters: UnderwriterBook__factory.connect(await at(deployed.underwriters), provider),
    marginVault: MarginVault__factory.connect(await at(deployed.marginVault), provider),
    marginFund: InsuranceFund__factory.connect(await at(deployed.marginFund), provider),
    marginUnderwriters: UnderwriterBook__factory.connect(await at(deployed.marginUnderwriters), provider),
  };
}

/** Every contract of one deployment of both kinds, typed and readable. */
export type BothDeployed = Awaited<ReturnType<typeof deployBoth>>;
