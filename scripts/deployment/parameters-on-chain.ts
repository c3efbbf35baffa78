/** Parameters on a chain against those on file, field by field. */
import { encodeBytes32String, type Provider } from "ethers";

import {
  ChainlinkOracle__factory,
  Dilution__factory,
  InsuranceFund__factory,
  LendingVault__factory,
  RiskSteward__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../types/ethers-contracts/index.ts";
import { type AddressFile, addressOf } from "../lib/addresses.ts";
import { ignitionParameters, type NetworkFile } from "../lib/network-file.ts";
import { STEWARD_TABLE } from "../lib/steward-table.ts";
import { type Finding } from "./ranges.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Collects what differs from the file. */
export class Comparison {
  readonly findings: Finding[] = [];

  readonly compare = (what: string, expected: unknown, actual: unknown): void => {
    if (text(expected) === text(actual)) return;
    const message = `${what} is ${text(actual)}, on file is ${text(expected)}`;
    this.findings.push({ name: "WrongParameter", message });
  };

  readonly compareFields = (what: string, expected: unknown, actual: Fields): void => {
    for (const [field, value] of Object.entries(expected as Fields)) {
      this.compare(`${what}.${field}`, value, actual[field]);
    }
  };
}

/** Every field that differs. Where governance has changed it since, the parameter file should be changed, too. */
export async function parameterFindings(
  provider: Provider,
  record: AddressFile,
  file: NetworkFile,
): Promise<Finding[]> {
  const parameters = ignitionParameters(file, { ...record.market, ...record.governance }) as Record<string, Fields>;
  const wiring = parameters.Wiring ?? {};
  const { findings, compare, compareFields } = new Comparison();
  const at = (contract: string): string => addressOf(record, contract);
  const { asset, collateral } = record.market;

  const oracle = ChainlinkOracle__factory.connect(at("ChainlinkOracle"), provider);
  const feeds: Fields = parameters.Oracle ?? {};
  compare("oracle.sequencerUptimeFeed", feeds.sequencerUptimeFeed, await oracle.sequencerUptimeFeed());
  compare("oracle.gracePeriod", feeds.gracePeriod, await oracle.gracePeriod());
  for (const [id, token, feed] of [
    ["Asset", asset, record.market.assetFeed],
    ["Collateral", collateral, record.market.collateralFeed],
  ] as const) {
    const { primary } = await oracle.feedConfig(token);
    compare(`oracle.feed${id}`, feed, primary.feed);
    for (const field of ["maxStaleness", "minAnswer", "maxAnswer"] as const) {
      compare(`oracle.${field}${id}`, feeds[`${field}${id}`], primary[field]);
    }
  }

  const vault = LendingVault__factory.connect(at("LendingVault"), provider);
  const { rateModel, riskConfig } = parameters.Vault ?? {};
  compareFields("vault.rateModel", rateModel, (await vault.rateModel()) as unknown as Fields);
  compareFields("vault.riskConfig", riskConfig, (await vault.riskConfig()) as unknown as Fields);
  const config = (await vault.collateralConfig(collateral)) as unknown as Fields;
  compareFields("vault.collateralConfig", wiring.collateralConfig, config);
  compare("vault.minProvision", wiring.minProvision, await vault.minProvision());
  const caps = await vault.restructuringCaps();
  compare("vault.forgivenHourCap", wiring.forgivenHourCap, caps.hourCap);
  compare("vault.forgivenMonthCap", wiring.forgivenMonthCap, caps.monthCap);
  const policy = [wiring.reserveTarget, at("InsuranceFund")];
  compare("vault.reservePolicy", policy, [...(await vault.reservePolicy())]);
  const share = [at("UnderwriterBook"), wiring.underwriterBps];
  compare("vault.premiumShare", share, [...(await vault.premiumShare())]);

  const engine = WriteOffEngine__factory.connect(at("WriteOffEngine"), provider);
  const stack = (await engine.stackOf(vault)).map(({ tranche, gasStipend }) => [tranche, gasStipend]);
  const layers = [
    [at("InsuranceFund"), wiring.fundStipend],
    [at("Dilution"), wiring.dilutionStipend],
  ];
  compare("engine.stack", layers, stack);

  const fund = InsuranceFund__factory.connect(at("InsuranceFund"), provider);
  const terms = (parameters.Fund?.terms ?? {}) as Fields;
  compare("fund.cooldown", terms.cooldown, await fund.cooldown());
  compare("fund.withdrawalWindow", terms.withdrawalWindow, await fund.withdrawalWindow());
  compare("fund.drawCaps", [terms.hourCap, terms.monthCap], [...(await fund.drawCaps())]);

  const dilution = Dilution__factory.connect(at("Dilution"), provider);
  compare("dilution.globalCap", parameters.Dilution?.globalCap, await dilution.globalCap());
  compareFields("dilution.limits", wiring.mintLimits, (await dilution.limits(vault)) as unknown as Fields);
  compareFields("dilution.saleTerms", wiring.saleTerms, (await dilution.saleTerms(vault)) as unknown as Fields);
  compareFields(
    "dilution.buybackTerms",
    wiring.buybackTerms,
    (await dilution.buybackTerms(vault)) as unknown as Fields,
  );
  compare("dilution.underwriters", at("UnderwriterBook"), await dilution.underwriters(vault));
  compare("dilution.inKindClaims", at("InKindClaims"), await dilution.inKindClaims());

  const book = UnderwriterBook__factory.connect(at("UnderwriterBook"), provider);
  compare("underwriters.noticePeriod", parameters.Underwriters?.noticePeriod, await book.noticePeriod());

  const steward = RiskSteward__factory.connect(at("RiskSteward"), provider);
  for (const { parameter, maxStep, isRelative, minInterval } of STEWARD_TABLE) {
    const limit = [...(await steward.stepLimit(encodeBytes32String(parameter)))];
    compare(`steward.${parameter}`, [maxStep, isRelative, minInterval], limit);
  }
  return findings;
}

/** Numbers of any kind, addresses in any spelling, lists of both: the same text if they are the same. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  return String(value).toLowerCase();
}
