import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { deployNetwork, type DeployOptions } from "../../scripts/deployment/deploy.ts";
import { type PreflightError } from "../../scripts/deployment/preflight.ts";
import { prepareSources } from "../../scripts/deployment/sources.ts";
import { findingsOnChain } from "../../scripts/deployment/verify.ts";
import { type AddressFile, addressOf } from "../../scripts/lib/addresses.ts";
import { type NetworkFile, readNetworkFile } from "../../scripts/lib/network-file.ts";
import { SAFE_CONTRACTS } from "../../scripts/lib/safe/index.ts";
import { rehearse, type Rehearsal } from "../helpers/liveNetwork.ts";

const DAY = 86_400;

/** A file with some fields of one section otherwise. */
type Changes = { [Section in keyof NetworkFile]?: Partial<NetworkFile[Section]> };

describe("deployment of a live network, rehearsed (AC1)", () => {
  let directory: string;
  let rehearsal: Rehearsal;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-live-"));
  });
  afterEach(async () => {
    await rehearsal.connection.close();
    rmSync(directory, { recursive: true });
  });

  const optionsFor = (name: string, changes: Changes = {}): DeployOptions & { addresses: string } => {
    const { file, connection } = rehearsal;
    const changed = Object.fromEntries(
      Object.entries(file).map(([section, value]) => [section, { ...value, ...changes[section as keyof NetworkFile] }]),
    ) as unknown as NetworkFile;
    return { name, file: changed, connection, journals: join(directory, "journals"), addresses: directory };
  };
  const nonce = async () => (await rehearsal.connection.ethers.getSigners())[0]!.getNonce();

  for (const name of ["sepolia", "op-sepolia"]) {
    it(`deploys to ${name} with its own tokens and feeds, and a second run changes nothing`, async () => {
      rehearsal = await rehearse(name);
      const options = optionsFor(name);
      const record = await deployNetwork(options);
      const { asset, collateral } = readNetworkFile(name).market;
      const { provider } = rehearsal.connection.ethers;
      expect(record.chainId).to.equal(readNetworkFile(name).network.chainId);
      expect(await findingsOnChain(provider, record, options.file)).to.deep.equal([]);
      const oracle = await rehearsal.connection.ethers.getContractAt(
        "ChainlinkOracle",
        addressOf(record, "ChainlinkOracle"),
      );
      expect((await oracle.feedConfig(asset.address!)).primary.feed).to.equal(asset.feed.proxy);
      expect((await oracle.feedConfig(collateral.address!)).primary.feed).to.equal(collateral.feed.proxy);
      expect(await oracle.getQuote(10n ** 18n, collateral.address!, asset.address!)).to.equal(2_500_000_000n);

      const sent = await nonce();
      expect(await deployNetwork(options)).to.deep.equal(record);
      expect(await nonce()).to.equal(sent);
    });
  }

  it("goes on where it was interrupted, and deploys nothing twice", async () => {
    rehearsal = await rehearse("sepolia");
    const options = optionsFor("sepolia");
    let steps = 0;
    const interrupt = (step: string): void => {
      steps += 1;
      if (step.startsWith("Wiring#")) throw new Error("the power went off");
    };
    const started = await nonce();
    const failure: unknown = await deployNetwork({ ...options, onStep: interrupt }).catch((error: unknown) => error);
    expect(String(failure)).to.contain("the power went off");
    expect(steps).to.be.greaterThan(15);
    const between = (await nonce()) - started;
    expect(between).to.be.greaterThan(15);

    const again: string[] = [];
    const record = await deployNetwork({ ...options, onStep: (step) => again.push(step) });
    const inTwo = (await nonce()) - started;
    expect(again.some((step) => step.includes("AccessManager"))).to.equal(false);
    expect(again.some((step) => step === "MarginHandover#renounce_ADMIN")).to.equal(true);
    expect(await findingsOnChain(rehearsal.connection.ethers.provider, record, options.file)).to.deep.equal([]);

    await rehearsal.connection.close();
    rmSync(directory, { recursive: true });
    directory = mkdtempSync(join(tmpdir(), "plimsoll-live-"));
    rehearsal = await rehearse("sepolia");
    await deployNetwork(optionsFor("sepolia"));
    expect((await nonce()) - started).to.equal(inTwo);
  });

  it("gives the same addresses for the same salt and arguments, on chains with different histories", async () => {
    const deployOnce = async (before: number): Promise<AddressFile> => {
      rehearsal = await rehearse("sepolia");
      const [deployer] = await rehearsal.connection.ethers.getSigners();
      for (let sent = 0; sent < before; sent++) await deployer!.sendTransaction({ to: deployer!.address });
      // CreateX is on Sepolia; here it gets there by the transaction its authors have signed.
      await putCreateX();
      const network = { ...rehearsal.file.network, create2Salt: "plimsoll test" };
      return deployNetwork(optionsFor("sepolia", { network }));
    };
    const one = await deployOnce(0);
    await rehearsal.connection.close();
    rmSync(directory, { recursive: true });
    directory = mkdtempSync(join(tmpdir(), "plimsoll-live-"));
    const other = await deployOnce(3);
    for (const [contract, { address }] of Object.entries(one.contracts)) {
      expect(addressOf(other, contract), contract).to.equal(address);
    }
  });

  async function putCreateX(): Promise<void> {
    const { createRequire } = await import("node:module");
    const core = createRequire(import.meta.url).resolve("@nomicfoundation/ignition-core");
    const { presignedTx } = (await import(
      new URL("internal/execution/strategy/createx-artifact.js", `file://${core}`).href
    )) as { presignedTx: string };
    const { ethers } = rehearsal.connection;
    const [deployer] = await ethers.getSigners();
    const { from } = ethers.Transaction.from(presignedTx);
    await deployer!.sendTransaction({ to: from, value: 10n ** 18n });
    await (await ethers.provider.broadcastTransaction(presignedTx)).wait();
  }

  describe("is refused, with nothing sent,", () => {
    beforeEach(async () => {
      rehearsal = await rehearse("sepolia");
    });

    const refusals: [what: string, name: string, changes: () => Changes | Promise<Changes>][] = [
      ["on another chain", "WrongChain", () => ({ network: { ...rehearsal.file.network, chainId: 1 } })],
      ["without owners", "NoOwners", () => ({ governance: { guardian: { owners: [], threshold: 2 } } })],
      ["with one signature", "OneSignatureSuffices", () => governed({ threshold: 1 })],
      ["with the deployer as an owner", "DeployerIsOwner", async () => governed({ owners: await firstAccounts() })],
      [
        "with one Safe for two offices",
        "SameSafeTwice",
        () => ({ governance: { guardian: rehearsal.file.governance.governor } }),
      ],
      [
        "with an ordinary account as a Safe",
        "NotASafe",
        async () => ({ governance: { guardian: { safe: (await firstAccounts())[1]! } } }),
      ],
      [
        "with the deployer as treasury",
        "DeployerIsTreasury",
        async () => ({ governance: { treasury: (await firstAccounts())[0]! } }),
      ],
      ["with a delay of a minute", "ParameterOutOfRange", () => ({ governance: { governorDelay: 60 } })],
      ["with a lltv of 99 %", "ParameterOutOfRange", () => wiring("collateralConfig", { lltvBps: 9_900 })],
      ["with an ltv above the lltv", "ParameterOutOfRange", () => wiring("collateralConfig", { ltvBps: 8_100 })],
      [
        "with a floor above the start price",
        "ParameterOutOfRange",
        () => wiring("saleTerms", { floorPrice: 10n ** 9n }),
      ],
      ["without a parameter", "ParameterMissing", () => ({ modules: { Fund: {} } })],
      ["for a token without code", "TokenWithoutCode", () => market({ asset: { address: NOBODY } })],
      ["for a token of other decimals", "WrongTokenDecimals", () => market({ collateral: { decimals: 8 } })],
      ["for a token of another name", "WrongTokenSymbol", () => market({ collateral: { symbol: "STETH" } })],
      ["for a feed without code", "FeedWithoutCode", () => feed({ proxy: NOBODY })],
      ["for a feed of other decimals", "WrongFeedDecimals", () => feed({ decimals: 18 })],
      ["for the feed of another pair", "WrongFeed", () => feed({ proxy: rehearsal.file.market.asset.feed.proxy })],
      ["for a contract that is no feed", "FeedUnreadable", () => feed({ proxy: rehearsal.file.market.asset.address })],
      ["with a staleness below the heartbeat", "ParameterOutOfRange", () => feed({ maxStaleness: 3_600 })],
      [
        "with a sequencer feed without code",
        "SequencerFeedWithoutCode",
        () => ({ market: { sequencer: { feed: NOBODY, gracePeriod: 3_600, source: "" } } }),
      ],
      [
        "with a grace period for no feed",
        "SequencerFeedMissing",
        () => ({ market: { sequencer: { ...rehearsal.file.market.sequencer, gracePeriod: 3_600 } } }),
      ],
    ];
    const NOBODY = "0x00000000000000000000000000000000DeaDBeef";
    const firstAccounts = async () =>
      (await rehearsal.connection.ethers.getSigners()).slice(0, 3).map(({ address }) => address);
    const governed = (changes: object): Changes => ({
      governance: { governor: { ...rehearsal.file.governance.governor, ...changes } },
    });
    const wiring = (part: string, changes: object): Changes => {
      const parameters = rehearsal.file.modules.Wiring as Record<string, object>;
      const changed = { ...parameters, [part]: { ...parameters[part], ...changes } };
      return { modules: { Wiring: changed } };
    };
    const market = ({ asset, collateral }: { asset?: object; collateral?: object }): Changes => ({
      market: {
        asset: { ...rehearsal.file.market.asset, ...asset },
        collateral: { ...rehearsal.file.market.collateral, ...collateral },
      },
    });
    const feed = (changes: object): Changes =>
      market({ collateral: { feed: { ...rehearsal.file.market.collateral.feed, ...changes } } });

    for (const [what, name, changes] of refusals) {
      it(`${what}: ${name}`, async () => {
        expect(await refusedAs(await changes())).to.include(name);
      });
    }

    it("for a feed that has not answered for longer than allowed: FeedStale", async () => {
      await rehearsal.connection.networkHelpers.time.increase(2 * DAY);
      const findings = await refusedAs({});
      expect(findings.filter((name) => name === "FeedStale")).to.have.length(2);
      // Everything that is wrong is said at once.
      expect(await refusedAs({ governance: { governorDelay: 60 } })).to.include.members([
        "FeedStale",
        "ParameterOutOfRange",
      ]);
    });

    it("for a feed whose answer is out of its band: FeedOutOfBand", async () => {
      await rehearsal.answer(rehearsal.file.market.asset, 70_000_000n);
      expect(await refusedAs({})).to.deep.equal(["FeedOutOfBand"]);
    });

    it("for a chain on which a Safe contract's address has other code: SafeContractWrongCode", async () => {
      await rehearsal.connection.networkHelpers.setCode(SAFE_CONTRACTS.SafeL2.address, "0x60006000fd");
      expect(await refusedAs({})).to.include("SafeContractWrongCode");
    });

    it("when the plan is not agreed to", async () => {
      const before = await nonce();
      const declined = deployNetwork({ ...optionsFor("sepolia"), confirm: () => Promise.resolve(false) });
      expect(await nameOfError(declined)).to.equal("DeploymentDeclined");
      expect(await nonce()).to.equal(before);
    });

    async function refusedAs(changes: Changes): Promise<string[]> {
      const before = await nonce();
      const error: unknown = await deployNetwork(optionsFor("sepolia", changes)).catch((reason: unknown) => reason);
      expect((error as Error).name).to.equal("PreflightError");
      expect(await nonce()).to.equal(before);
      return (error as PreflightError).findings.map(({ name }) => name);
    }
  });

  describe("is told apart from its file:", () => {
    let record: AddressFile;
    let options: ReturnType<typeof optionsFor>;

    beforeEach(async () => {
      rehearsal = await rehearse("sepolia");
      options = optionsFor("sepolia");
      record = await deployNetwork(options);
    });

    const found = async (file = options.file) =>
      (await findingsOnChain(rehearsal.connection.ethers.provider, record, file)).map(({ name }) => name);

    it("other code, and no code", async () => {
      const { networkHelpers } = rehearsal.connection;
      await networkHelpers.setCode(addressOf(record, "RiskSteward"), "0x60006000fd");
      expect(await found()).to.deep.equal(["WrongCode"]);
      await networkHelpers.setCode(addressOf(record, "RiskSteward"), "0x");
      expect(await found()).to.deep.equal(["ContractWithoutCode"]);
      expect(await nameOfError(deployNetwork(options))).to.equal("AlreadyDeployed");
    });

    it("a role too many, one too few, a function under another role, a deployer who holds one again", async () => {
      const { ethers, networkHelpers } = rehearsal.connection;
      await networkHelpers.impersonateAccount(record.governance.governor);
      await networkHelpers.setBalance(record.governance.governor, 10n ** 20n);
      const governor = await ethers.getSigner(record.governance.governor);
      const manager = await ethers.getContractAt("AccessManager", addressOf(record, "AccessManager"), governor);
      const announced = async (data: string) => {
        await manager.schedule(await manager.getAddress(), data, 0);
        await networkHelpers.time.increase(2 * DAY);
        await manager.execute(await manager.getAddress(), data);
      };
      const { interface: abi } = manager;
      await announced(abi.encodeFunctionData("grantRole", [2n, record.deployer, 0]));
      expect(await found()).to.have.members(["RoleTooMany", "DeployerHoldsRole"]);
      await announced(abi.encodeFunctionData("revokeRole", [2n, record.deployer]));
      expect(await found()).to.deep.equal([]);
      await announced(abi.encodeFunctionData("revokeRole", [4n, record.governance.riskCouncil]));
      expect(await found()).to.deep.equal(["RoleMissing"]);
      const selector = ethers.id("pauseSteward()").slice(0, 10);
      await announced(
        abi.encodeFunctionData("setTargetFunctionRole", [addressOf(record, "RiskSteward"), [selector], 4n]),
      );
      expect(await found()).to.have.members(["RoleMissing", "WrongRole"]);
    });

    it("a role that others may give, a role the table does not know, a closed contract, another authority", async () => {
      const { ethers, networkHelpers } = rehearsal.connection;
      const address = addressOf(record, "AccessManager");
      await networkHelpers.impersonateAccount(record.governance.governor);
      await networkHelpers.setBalance(record.governance.governor, 10n ** 20n);
      const governor = await ethers.getSigner(record.governance.governor);
      const manager = await ethers.getContractAt("AccessManager", address, governor);
      const steps: [data: string, ...names: string[]][] = [
        [manager.interface.encodeFunctionData("setRoleAdmin", [2n, 4n]), "WrongRoleAdmin"],
        [manager.interface.encodeFunctionData("setRoleGuardian", [1n, 4n]), "WrongRoleGuardian"],
        [manager.interface.encodeFunctionData("grantRole", [99n, record.governance.governor, 0]), "RoleTooMany"],
        [
          manager.interface.encodeFunctionData("setTargetClosed", [addressOf(record, "Dilution"), true]),
          "TargetClosed",
        ],
        [
          manager.interface.encodeFunctionData("updateAuthority", [
            addressOf(record, "RiskSteward"),
            addressOf(record, "Dilution"),
          ]),
          "WrongAuthority",
        ],
      ];
      const expected: string[] = [];
      for (const [data, name] of steps) {
        await manager.schedule(address, data, 0);
        await networkHelpers.time.increase(2 * DAY);
        await manager.execute(address, data);
        expected.push(name!);
        expect(await found()).to.have.members(expected);
      }
    });

    it("a parameter that governance has changed since, or that somebody has changed in the file", async () => {
      const Wiring = { ...(rehearsal.file.modules.Wiring as object), minProvision: 1n };
      const changed = { ...options.file, modules: { ...options.file.modules, Wiring } } as unknown as NetworkFile;
      expect(await found(changed)).to.deep.equal(["WrongParameter"]);
    });

    it("prepares the sources of every contract, with their arguments", async () => {
      const { provider } = rehearsal.connection.ethers;
      const prepared = await prepareSources(provider, record, directory);
      expect(prepared.findings).to.deep.equal([]);
      const { readFileSync } = await import("node:fs");
      const index = JSON.parse(readFileSync(join(prepared.directory, "index.json"), "utf8")) as Record<
        string,
        { standardJsonInput: string; contract: string; compiler: string; constructorArguments: string }
      >;
      expect(Object.keys(index)).to.have.members(Object.keys(record.contracts));
      for (const [name, { standardJsonInput, contract, compiler, constructorArguments }] of Object.entries(index)) {
        const input = JSON.parse(readFileSync(join(prepared.directory, standardJsonInput), "utf8")) as {
          sources: Record<string, unknown>;
        };
        expect(input.sources, name).to.have.property(contract.slice(0, contract.lastIndexOf(":")));
        expect(compiler).to.match(/^v0\.8\.30\+commit\./);
        expect(`0x${constructorArguments}`).to.equal(record.contracts[name]!.encodedArguments);
      }
      await rehearsal.connection.networkHelpers.setCode(addressOf(record, "SolvencyLens"), "0x60006000fd");
      expect((await prepareSources(provider, record, directory)).findings.map(({ name }) => name)).to.deep.equal([
        "OtherBuild",
      ]);
    });
  });
});

async function nameOfError(promise: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.name : undefined;
}
