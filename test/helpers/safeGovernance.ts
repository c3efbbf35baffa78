/**
 * A deployment governed by real Safes on a chain behind a real RPC server: two Safes of three owners each, a lender, a staker
 * and a borrower. Keys are known, nobody is impersonated.
 */
import { rmSync } from "node:fs";

import { HDNodeWallet, type Signer } from "ethers";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import LocalMarketModule from "../../deploy/modules/local-market.ts";
import MarginPlimsollModule from "../../deploy/modules/margin-plimsoll.ts";
import { type NamedAddress } from "../../scripts/governance/names.ts";
import { System } from "../../scripts/governance/system.ts";
import { deploymentParameters } from "../../scripts/lib/parameters.ts";
import { ensureSafe, installSafeContracts } from "../../scripts/lib/safe/index.ts";
import {
  FluxAggregator__factory,
  InsuranceFund__factory,
  LendingVault__factory,
  TestToken__factory,
} from "../../types/ethers-contracts/index.ts";

const ETHER = 10n ** 18n;
/** Dollar answers with 8 decimals. */
const ONE_DOLLAR = 10n ** 8n;
const WETH_DOLLARS = 200n * ONE_DOLLAR;

export type Governance = Awaited<ReturnType<typeof localGovernance>>;

/** Owners with keys derived from a fixed seed. */
export function ownersOf(name: string, count: number): HDNodeWallet[] {
  const root = HDNodeWallet.fromPhrase(
    "test test test test test test test test test test test junk",
    "",
    `m/44'/60'/${name.length}'`,
  );
  return Array.from({ length: count }, (_owner, i) => root.derivePath(`0/${i}`));
}

/** A fresh chain with everything on it. */
export async function localGovernance() {
  const server = await network.createServer("default", "127.0.0.1");
  const { address, port } = await server.listen();
  const url = `http://${address}:${port}`;
  const connection = await network.create({ network: "localhost", override: { url } });
  const [deployer, oracleAccount, lender, staker, borrower, stranger] = await connection.ethers.getSigners();
  if (stranger === undefined) throw new Error("the chain has too few accounts");
  await installSafeContracts(deployer!);
  const owners = {
    governor: ownersOf("governor", 3),
    guardian: ownersOf("guardians", 3),
    riskCouncil: ownersOf("risk council", 3),
  };
  const policy = (wallets: readonly HDNodeWallet[]) => ({
    owners: wallets.map((wallet) => wallet.address),
    threshold: 2,
  });
  const governor = (await ensureSafe(deployer!, policy(owners.governor))).address;
  const guardian = (await ensureSafe(deployer!, policy(owners.guardian))).address;
  const riskCouncil = (await ensureSafe(deployer!, policy(owners.riskCouncil))).address;

  // Ignition keeps a journal of what it deploys behind an RPC; this chain's ends with it.
  const deploymentId = `test-${port}`;
  const journal = new URL(`../../deploy/deployments/${deploymentId}`, import.meta.url);
  rmSync(journal, { recursive: true, force: true });
  const market = await connection.ignition.deploy(LocalMarketModule, {
    deploymentId,
    parameters: deploymentParameters("black-thursday", { oracleAccount: oracleAccount!.address }),
  });
  const at = (contract: { getAddress(): Promise<string> }) => contract.getAddress();
  const tokens = { asset: await at(market.asset), collateral: await at(market.collateral) };
  const feeds = { assetFeed: await at(market.assetFeed), collateralFeed: await at(market.collateralFeed) };
  const aggregators = [await at(market.assetAggregator), await at(market.collateralAggregator)];
  const deployed = await connection.ignition.deploy(MarginPlimsollModule, {
    deploymentId,
    // The lending side of one file, the margin vault of another.
    parameters: {
      ...deploymentParameters("margin", {}),
      ...deploymentParameters("black-thursday", {
        ...tokens,
        ...feeds,
        governor,
        guardian,
        riskCouncil,
        treasury: governor,
      }),
    },
  });
  const known: NamedAddress[] = [
    { name: "AccessManager", contract: "AccessManager", address: await at(deployed.accessManager) },
    { name: "ChainlinkOracle", contract: "ChainlinkOracle", address: await at(deployed.oracle) },
    { name: "WriteOffEngine", contract: "WriteOffEngine", address: await at(deployed.engine) },
    { name: "LendingVault", contract: "LendingVault", address: await at(deployed.vault) },
    { name: "InsuranceFund", contract: "InsuranceFund", address: await at(deployed.fund) },
    { name: "Dilution", contract: "Dilution", address: await at(deployed.dilution) },
    { name: "RiskSteward", contract: "RiskSteward", address: await at(deployed.riskSteward) },
    { name: "MarginVault", contract: "MarginVault", address: await at(deployed.marginVault) },
    { name: "MarginFund", contract: "InsuranceFund", address: await at(deployed.marginFund) },
    { name: "MarginUnderwriters", address: await at(deployed.marginUnderwriters) },
    { name: "UnderwriterBook", address: await at(deployed.underwriters) },
    { name: "SolvencyLens", address: await at(deployed.lens) },
    { name: "governor", contract: "Safe", address: governor },
    { name: "guardian", contract: "Safe", address: guardian },
    { name: "riskCouncil", contract: "Safe", address: riskCouncil },
  ];
  const oracle = new Rounds(connection, aggregators, oracleAccount!);
  await oracle.submit();
  const world = { ...tokens, vault: known[3]!.address, fund: known[4]!.address };
  await openBooks(world, { lender: lender!, staker: staker!, borrower: borrower! });
  return {
    ...{ connection, url, owners, governor, guardian, riskCouncil, known, oracle, stranger, ...tokens },
    deployer: deployer!,
    borrower: borrower!.address,
    /** The deployment as it is now. */
    system: () => System.open(connection.ethers.provider, known),
    close: async () => {
      await connection.close();
      await server.close();
      rmSync(journal, { recursive: true, force: true });
    },
  };
}

/** The oracle account's rounds: prices stay where they are, time moves on. */
class Rounds {
  private readonly connection: NetworkConnection;
  private readonly aggregators: readonly string[];
  private readonly account: Signer;
  private round = 0n;

  constructor(connection: NetworkConnection, aggregators: readonly string[], account: Signer) {
    this.connection = connection;
    this.aggregators = aggregators;
    this.account = account;
  }

  /** A new round of both feeds, now. */
  async submit(wethDollars = WETH_DOLLARS): Promise<void> {
    this.round += 1n;
    for (const [i, aggregator] of this.aggregators.entries()) {
      const answer = i === 0 ? ONE_DOLLAR : wethDollars;
      await (await FluxAggregator__factory.connect(aggregator, this.account).submit(this.round, answer)).wait();
    }
  }

  /** Lets time pass; feeds answer at its end. */
  async wait(seconds: bigint | number): Promise<void> {
    await this.connection.networkHelpers.time.increase(Number(seconds) - 1);
    await this.submit();
  }
}

/** 1,000,000 DAI lent, 200,000 staked, one position of 1,000 WETH owing 140,000. */
async function openBooks(
  at: { asset: string; collateral: string; vault: string; fund: string },
  { lender, staker, borrower }: { lender: Signer; staker: Signer; borrower: Signer },
): Promise<void> {
  const give = async (token: string, to: Signer, amount: bigint, spender: string) => {
    const contract = TestToken__factory.connect(token, to);
    await (await contract.mint(await to.getAddress(), amount)).wait();
    await (await contract.approve(spender, amount)).wait();
  };
  await give(at.asset, lender, 1_000_000n * ETHER, at.vault);
  await (
    await LendingVault__factory.connect(at.vault, lender).deposit(1_000_000n * ETHER, await lender.getAddress())
  ).wait();
  await give(at.asset, staker, 200_000n * ETHER, at.fund);
  await (
    await InsuranceFund__factory.connect(at.fund, staker).deposit(200_000n * ETHER, await staker.getAddress())
  ).wait();
  await give(at.collateral, borrower, 1_000n * ETHER, at.vault);
  const vault = LendingVault__factory.connect(at.vault, borrower);
  const who = await borrower.getAddress();
  await (await vault.supplyCollateral(at.collateral, 1_000n * ETHER, who)).wait();
  await (await vault.borrow(at.collateral, 140_000n * ETHER, who, who)).wait();
}
