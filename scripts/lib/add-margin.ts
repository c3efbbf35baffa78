/**
 * Adds a margin vault to a system that stands: contracts through deploy/modules/margin-addition.ts, everything else through
 * governance, as on a live network: each call is scheduled with the AccessManager and made when its delay has passed.
 */
import { type ContractTransaction } from "ethers";

import MarginAdditionModule from "../../deploy/modules/margin-addition.ts";
import {
  InsuranceFund__factory,
  MarginVault__factory,
  UnderwriterBook__factory,
} from "../../types/ethers-contracts/index.ts";
import { eventsOf } from "./chain.ts";
import { type Deployment } from "./deploy.ts";
import { selectorOf } from "./interfaces.ts";
import { deploymentParameters } from "./parameters.ts";
import { ROLE_IDS, ROLE_TABLE } from "./roles.ts";

/** Kinds of layers as in IWriteOffEngine.Kind. */
const KIND = { insurance: 0, dilution: 1 } as const;
/** The vault's only market here. */
export const MARKET = 0n;

/**
 * The contracts; nobody can trade yet. To be called before anything else happens on the chain.
 * @param journal name of Ignition's folder below deploy/deployments; an in-process chain needs none
 */
export async function deployAddition(system: Deployment, parameters: string, journal?: string) {
  const { chain, asset, oracle, engine, dilution, accessManager } = system;
  const deployed = await chain.connection.ignition.deploy(MarginAdditionModule, {
    parameters: deploymentParameters(parameters, {
      asset: await asset.getAddress(),
      oracle: await oracle.getAddress(),
      engine: await engine.getAddress(),
      dilution: await dilution.getAddress(),
      accessManager: await accessManager.getAddress(),
    }),
    ...(journal === undefined ? {} : { deploymentId: journal }),
  });
  const { provider } = chain.connection.ethers;
  return {
    vault: MarginVault__factory.connect(await deployed.vault.getAddress(), provider),
    fund: InsuranceFund__factory.connect(await deployed.fund.getAddress(), provider),
    underwriters: UnderwriterBook__factory.connect(await deployed.underwriters.getAddress(), provider),
  };
}

export type MarginAddition = Awaited<ReturnType<typeof deployAddition>>;

/** What governance decides, with the address it calls. */
interface Decision {
  readonly target: string;
  readonly call: Promise<ContractTransaction>;
}

/**
 * Registers the vault, sets its rules, lists the market of `underlying`, and hands its functions to their roles.
 * @param publishPrices makes both feeds fresh; called just before the calls are made
 */
export async function governAddition(
  system: Deployment,
  margin: MarginAddition,
  parameters: string,
  publishPrices: () => Promise<void>,
): Promise<void> {
  const { chain, accessManager, roles } = system;
  const decisions = await decisionsFor(system, margin, parameters);
  let readyAt = 0;
  for (const { target, call } of decisions) {
    const schedule = accessManager.schedule.populateTransaction(target, (await call).data, 0);
    const mined = await chain.send(roles.governor, schedule);
    const [event] = eventsOf(mined, accessManager, "OperationScheduled");
    readyAt = Number(event?.args.schedule as bigint);
  }
  chain.advanceTo(readyAt);
  await publishPrices();
  for (const { call } of decisions) await chain.send(roles.governor, call);
}

async function decisionsFor(
  { engine, dilution, accessManager, collateral }: Deployment,
  { vault, fund, underwriters }: MarginAddition,
  parameters: string,
): Promise<Decision[]> {
  const { MarginRules } = deploymentParameters(parameters, {}) as unknown as { MarginRules: MarginRules };
  const rules = MarginRules;
  const at = (contract: { getAddress(): Promise<string> }): Promise<string> => contract.getAddress();
  const decisions: Decision[] = [];
  const decide = async (
    target: { getAddress(): Promise<string> },
    ...calls: Promise<ContractTransaction>[]
  ): Promise<void> => {
    const address = await at(target);
    decisions.push(...calls.map((call) => ({ target: address, call })));
  };
  const layers = [
    { tranche: await at(fund), gasStipend: rules.fundStipend, kind: KIND.insurance },
    { tranche: await at(dilution), gasStipend: rules.dilutionStipend, kind: KIND.dilution },
  ];
  await decide(engine, engine.registerVault.populateTransaction(vault, layers));
  await decide(
    dilution,
    dilution.setLimits.populateTransaction(vault, rules.mintLimits),
    dilution.setSaleTerms.populateTransaction(vault, rules.saleTerms),
    dilution.setBuybackTerms.populateTransaction(vault, rules.buybackTerms),
    dilution.setUnderwriters.populateTransaction(vault, underwriters),
    dilution.setClaimWindow.populateTransaction(vault, rules.claimWindow),
  );
  await decide(
    vault,
    vault.setRiskConfig.populateTransaction(rules.riskConfig),
    vault.listMarket.populateTransaction(collateral, rules.marketConfig),
    vault.setMinProvision.populateTransaction(rules.minProvision),
    vault.setReservePolicy.populateTransaction(rules.reserveTarget, fund),
    vault.setPremiumShare.populateTransaction(underwriters, rules.underwriterBps),
  );
  // Last, because from here on the functions are no longer the admin's.
  for (const [contract, target] of [
    ["MarginVault", vault],
    ["InsuranceFund", fund],
  ] as const) {
    for (const row of ROLE_TABLE.filter((one) => one.contract === contract)) {
      const call = accessManager.setTargetFunctionRole.populateTransaction(
        target,
        row.functions.map((name) => selectorOf(contract, name)),
        ROLE_IDS[row.role],
      );
      await decide(accessManager, call);
    }
  }
  return decisions;
}

type Arguments<Method extends { populateTransaction: (...args: never[]) => unknown }> = Parameters<
  Method["populateTransaction"]
>;

/** The figures governance sets, as in deploy/parameters. */
interface MarginRules {
  readonly fundStipend: number;
  readonly dilutionStipend: number;
  readonly claimWindow: number;
  readonly minProvision: bigint;
  readonly reserveTarget: bigint;
  readonly underwriterBps: number;
  readonly mintLimits: Arguments<Deployment["dilution"]["setLimits"]>[1];
  readonly saleTerms: Arguments<Deployment["dilution"]["setSaleTerms"]>[1];
  readonly buybackTerms: Arguments<Deployment["dilution"]["setBuybackTerms"]>[1];
  readonly riskConfig: Arguments<MarginAddition["vault"]["setRiskConfig"]>[0];
  readonly marketConfig: Arguments<MarginAddition["vault"]["listMarket"]>[1];
}
