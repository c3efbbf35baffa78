/** The margin vault's parameters on a chain against those on file: its rules, first market, fund, bids and mint budget. */
import { type Provider } from "ethers";

import {
  Dilution__factory,
  InsuranceFund__factory,
  MarginVault__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../types/ethers-contracts/index.ts";
import { type AddressFile, addressOf } from "../lib/addresses.ts";
import { hasMarginVault, type NetworkFile } from "../lib/network-file.ts";
import { Comparison, type Fields } from "./parameters-on-chain.ts";
import { type Finding } from "./ranges.ts";

/** The market that a deployment lists. */
const MARKET = 0n;

/** Every field that differs; empty where neither chain nor file has a margin vault. */
export async function marginFindings(provider: Provider, record: AddressFile, file: NetworkFile): Promise<Finding[]> {
  const isDeployed = "MarginVault" in record.contracts;
  if (isDeployed !== hasMarginVault(file)) {
    const [has, hasNot] = isDeployed ? ["the chain", "the file"] : ["the file", "the chain"];
    return [{ name: "MarginVaultMissing", message: `${has} has a margin vault, ${hasNot} has none` }];
  }
  if (!isDeployed) return [];
  const modules = file.modules as Record<string, Fields>;
  const { MarginVault: rules = {}, MarginFund = {}, MarginWiring: wiring = {} } = modules;
  const { findings, compare, compareFields } = new Comparison();
  const at = (contract: string): string => addressOf(record, contract);

  const vault = MarginVault__factory.connect(at("MarginVault"), provider);
  compareFields("marginVault.riskConfig", rules.riskConfig, (await vault.riskConfig()) as unknown as Fields);
  compare("marginVault.market", record.market.collateral, (await vault.marketOf(MARKET)).underlying);
  const market = (await vault.marketConfig(MARKET)) as unknown as Fields;
  compareFields("marginVault.marketConfig", rules.marketConfig, market);
  compare("marginVault.minProvision", wiring.minProvision, await vault.minProvision());
  const policy = [wiring.reserveTarget, at("MarginFund")];
  compare("marginVault.reservePolicy", policy, [...(await vault.reservePolicy())]);
  const share = [at("MarginUnderwriters"), wiring.underwriterBps];
  compare("marginVault.premiumShare", share, [...(await vault.premiumShare())]);

  const engine = WriteOffEngine__factory.connect(at("WriteOffEngine"), provider);
  const stack = (await engine.stackOf(vault)).map(({ tranche, gasStipend }) => [tranche, gasStipend]);
  const layers = [
    [at("MarginFund"), wiring.fundStipend],
    [at("Dilution"), wiring.dilutionStipend],
  ];
  compare("engine.marginStack", layers, stack);

  const fund = InsuranceFund__factory.connect(at("MarginFund"), provider);
  const terms = MarginFund.terms as Fields;
  compare("marginFund.cooldown", terms.cooldown, await fund.cooldown());
  compare("marginFund.withdrawalWindow", terms.withdrawalWindow, await fund.withdrawalWindow());
  compare("marginFund.drawCaps", [terms.hourCap, terms.monthCap], [...(await fund.drawCaps())]);

  const dilution = Dilution__factory.connect(at("Dilution"), provider);
  compareFields("dilution.marginLimits", wiring.mintLimits, (await dilution.limits(vault)) as unknown as Fields);
  compareFields("dilution.marginSaleTerms", wiring.saleTerms, (await dilution.saleTerms(vault)) as unknown as Fields);
  const buyback = (await dilution.buybackTerms(vault)) as unknown as Fields;
  compareFields("dilution.marginBuybackTerms", wiring.buybackTerms, buyback);
  compare("dilution.marginUnderwriters", at("MarginUnderwriters"), await dilution.underwriters(vault));

  const book = UnderwriterBook__factory.connect(at("MarginUnderwriters"), provider);
  compare("marginUnderwriters.noticePeriod", wiring.noticePeriod, await book.noticePeriod());
  return findings;
}
