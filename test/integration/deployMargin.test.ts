import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type DeploymentParameters } from "@nomicfoundation/ignition-core";
import { expect } from "chai";

import { deployNetwork, type DeployOptions } from "../../scripts/deployment/deploy.ts";
import { type PreflightError } from "../../scripts/deployment/preflight.ts";
import { printedContracts, printedPlan } from "../../scripts/deployment/print.ts";
import { findingsOnChain } from "../../scripts/deployment/verify.ts";
import { type AddressFile, addressOf } from "../../scripts/lib/addresses.ts";
import { type NetworkFile } from "../../scripts/lib/network-file.ts";
import { selectorOf } from "../../scripts/lib/interfaces.ts";
import { MarginVault__factory } from "../../types/ethers-contracts/index.ts";
import { rehearse, type Rehearsal } from "../helpers/liveNetwork.ts";

const DAY = 86_400;
const COLUMNS = 80;
type Modules = Record<string, Record<string, unknown>>;

describe("deployment of a margin vault from a network's parameters, rehearsed (AC1, IN2)", () => {
  let directory: string;
  let rehearsal: Rehearsal;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-margin-"));
    rehearsal = await rehearse("sepolia");
  });
  afterEach(async () => {
    await rehearsal.connection.close();
    rmSync(directory, { recursive: true });
  });

  const optionsWith = (change: (modules: Modules) => void = () => undefined): DeployOptions => {
    const { file, connection } = rehearsal;
    const modules = structuredClone(file.modules) as Modules;
    change(modules);
    const changed: NetworkFile = { ...file, modules: modules as DeploymentParameters };
    const journals = join(directory, "journals");
    return { name: "sepolia", file: changed, connection, journals, addresses: directory };
  };
  const withoutMargin = () =>
    optionsWith((modules) => {
      for (const name of ["MarginVault", "MarginFund", "MarginWiring"]) Reflect.deleteProperty(modules, name);
    });
  const nonce = async () => (await rehearsal.connection.ethers.getSigners())[0]!.getNonce();
  const found = async (record: AddressFile, { file }: DeployOptions) =>
    findingsOnChain(rehearsal.connection.ethers.provider, record, file);

  it("stands beside the lending vault: one engine and dilution, a fund and bids of its own, its market open", async () => {
    const options = optionsWith();
    const record = await deployNetwork(options);
    const { ethers } = rehearsal.connection;
    const at = (name: string) => addressOf(record, name);
    const vault = MarginVault__factory.connect(at("MarginVault"), ethers.provider);
    expect(await vault.asset()).to.equal(record.market.asset);
    expect(await vault.symbol()).to.equal("plmUSDC");
    expect(await vault.marketCount()).to.equal(1n);
    expect((await vault.marketOf(0n)).underlying).to.equal(record.market.collateral);
    // 500 dollars of 6 decimals.
    expect((await vault.riskConfig()).minNotional).to.equal(500_000_000n);
    const engine = await ethers.getContractAt("WriteOffEngine", at("WriteOffEngine"));
    const payers = async (of: string) => (await engine.stackOf(at(of))).map(({ tranche }) => tranche);
    expect(await payers("MarginVault")).to.deep.equal([at("MarginFund"), at("Dilution")]);
    expect(await payers("LendingVault")).to.deep.equal([at("InsuranceFund"), at("Dilution")]);
    for (const [fund, of] of [
      ["MarginFund", "MarginVault"],
      ["InsuranceFund", "LendingVault"],
    ] as const) {
      expect(await (await ethers.getContractAt("InsuranceFund", at(fund))).vault()).to.equal(at(of));
    }
    const dilution = await ethers.getContractAt("Dilution", at("Dilution"));
    expect(await dilution.underwriters(at("MarginVault"))).to.equal(at("MarginUnderwriters"));
    expect(record.contracts.MarginFund?.source).to.match(/:InsuranceFund$/);
    expect(await found(record, options)).to.deep.equal([]);
    for (const line of printedContracts(record).split("\n")) expect(line.length, line).to.be.at.most(COLUMNS);
  });

  it("is named in the plan, which fits 80 columns", async () => {
    const plans: string[] = [];
    for (const options of [optionsWith(), withoutMargin()]) {
      const confirm = (plan: Parameters<typeof printedPlan>[0]) => {
        plans.push(printedPlan(plan));
        return Promise.resolve(false);
      };
      await deployNetwork({ ...options, confirm }).catch(() => undefined);
    }
    expect(plans[0]).to.contain("lending and margin");
    expect(plans[1]).to.not.contain("margin");
    for (const line of plans.join("\n").split("\n")) expect(line.length, line).to.be.at.most(COLUMNS);
  });

  it("goes on where it was interrupted, in the middle of the margin vault", async () => {
    const options = optionsWith();
    const interrupt = (step: string): void => {
      if (step.startsWith("MarginWiring#")) throw new Error("the power went off");
    };
    const failure: unknown = await deployNetwork({ ...options, onStep: interrupt }).catch((error: unknown) => error);
    expect(String(failure)).to.contain("the power went off");
    const again: string[] = [];
    const record = await deployNetwork({ ...options, onStep: (step) => again.push(step) });
    expect(again.filter((step) => step.endsWith("#MarginVault") || step.endsWith("#LendingVault"))).to.deep.equal([]);
    expect(again).to.include("MarginHandover#renounce_ADMIN");
    expect(await found(record, options)).to.deep.equal([]);
    const sent = await nonce();
    expect(await deployNetwork(options)).to.deep.equal(record);
    expect(await nonce()).to.equal(sent);
  });

  it("is left out where the parameters have none, and cannot be added by deploying again", async () => {
    const record = await deployNetwork(withoutMargin());
    // The lens serves whatever margin vaults come later.
    expect(Object.keys(record.contracts).filter((name) => name.includes("Margin"))).to.deep.equal(["MarginLens"]);
    expect(await found(record, withoutMargin())).to.deep.equal([]);
    const sent = await nonce();
    const refusal = (await deployNetwork(optionsWith()).catch((reason: unknown) => reason)) as Error;
    expect(refusal.name).to.equal("AlreadyDeployed");
    expect(refusal.message).to.contain("no margin vault").and.to.contain("governance adds one");
    expect(await nonce()).to.equal(sent);
    expect((await found(record, optionsWith())).map(({ name }) => name)).to.deep.equal(["MarginVaultMissing"]);
  });

  it("is refused with nothing sent when a parameter is missing or a slip of the hand", async () => {
    const slips: [change: (modules: Modules) => void, name: string, path: string][] = [
      [
        ({ MarginVault }) => ((MarginVault!.marketConfig as Record<string, unknown>).maintenanceWad = 0n),
        "ParameterOutOfRange",
        "MarginVault.marketConfig.maintenanceWad",
      ],
      [
        ({ MarginWiring }) => ((MarginWiring!.saleTerms as Record<string, unknown>).floorPrice = 10n ** 9n),
        "ParameterOutOfRange",
        "MarginWiring.saleTerms.floorPrice",
      ],
      [({ MarginFund }) => (MarginFund!.terms = {}), "ParameterMissing", "MarginFund.terms.cooldown"],
    ];
    const sent = await nonce();
    for (const [change, name, path] of slips) {
      const refusal = (await deployNetwork(optionsWith(change)).catch((reason: unknown) => reason)) as PreflightError;
      expect(refusal.name, path).to.equal("PreflightError");
      expect(refusal.findings.map((finding) => `${finding.name} ${finding.message}`).join("\n"))
        .to.contain(name)
        .and.to.contain(path);
    }
    expect(await nonce()).to.equal(sent);
  });

  it("is told apart from its file, field by field and function by function", async () => {
    const options = optionsWith();
    const record = await deployNetwork(options);
    const changed = optionsWith(({ MarginVault, MarginFund, MarginWiring }) => {
      (MarginVault!.riskConfig as Record<string, unknown>).minDelay = 16n;
      (MarginVault!.marketConfig as Record<string, unknown>).feeBps = 9n;
      (MarginFund!.terms as Record<string, unknown>).cooldown = 864_001n;
      (MarginWiring!.mintLimits as Record<string, unknown>).hourCap = 1n;
    });
    expect((await found(record, changed)).map(({ message }) => message.split(" ")[0])).to.deep.equal([
      "marginVault.riskConfig.minDelay",
      "marginVault.marketConfig.feeBps",
      "marginFund.cooldown",
      "dilution.marginLimits.hourCap",
    ]);

    const { ethers, networkHelpers } = rehearsal.connection;
    const { governor: address } = record.governance;
    await networkHelpers.impersonateAccount(address);
    await networkHelpers.setBalance(address, 10n ** 20n);
    const manager = await ethers.getContractAt(
      "AccessManager",
      addressOf(record, "AccessManager"),
      await ethers.getSigner(address),
    );
    const data = manager.interface.encodeFunctionData("setTargetFunctionRole", [
      addressOf(record, "MarginFund"),
      [selectorOf("InsuranceFund", "setDrawCaps")],
      2n,
    ]);
    await manager.schedule(await manager.getAddress(), data, 0);
    await networkHelpers.time.increase(2 * DAY);
    await manager.execute(await manager.getAddress(), data);
    const [finding, ...others] = await found(record, options);
    expect(others).to.deep.equal([]);
    expect(finding).to.deep.include({ name: "WrongRole" });
    expect(finding?.message).to.contain("MarginFund.setDrawCaps belongs to GUARDIAN");
  });
});
