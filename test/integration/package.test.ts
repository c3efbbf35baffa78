import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { packageVersion } from "../../scripts/lib/version.ts";
import { addressesModule, exportedContracts, readDeployments } from "../../scripts/package/contents.ts";

const require = createRequire(import.meta.url);
const VERSIONS = resolve("deploy/abis");
/** Unpacked. What a build leaves lying around would be many times as much. */
const PACKED_LIMIT_BYTES = 8_000_000;

/** A program of an integrator, in a project that knows this package and ethers and nothing else. */
const PROGRAM = `
import { addresses, InsuranceFund__factory, LendingVault__factory, type LendingVault } from "plimsoll";
import { type Deployment } from "plimsoll";
import { JsonRpcProvider } from "ethers";

const vault: LendingVault = LendingVault__factory.connect("0x00000000000000000000000000000000DeaDBeef", new JsonRpcProvider("http://127.0.0.1:1", 1, { staticNetwork: true }));
const calldata: string = vault.interface.encodeFunctionData("deposit", [1n, "0x00000000000000000000000000000000DeaDBeef"]);
// Never called: it has only to be refused by the compiler.
export function wrong(): void {
  // @ts-expect-error: the types know the functions
  vault.interface.encodeFunctionData("depositt", [1n]);
  // @ts-expect-error: and their arguments
  vault.interface.encodeFunctionData("deposit", [1n, 2n]);
}
const deployments: readonly Deployment[] = Object.values(addresses);
console.log(JSON.stringify({ calldata, deployments, abi: InsuranceFund__factory.abi.length, bytecode: LendingVault__factory.bytecode.length }));
`;

describe("package for integrators", () => {
  let project: string;
  let unpacked: string;

  before(() => {
    project = mkdtempSync(join(tmpdir(), "plimsoll-integrator-"));
    run(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.package.json"], resolve("."));
    const packed = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], resolve("."));
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    mkdirSync(join(project, "node_modules"));
    run("tar", ["-xzf", filename], project);
    unpacked = join(project, "node_modules", "plimsoll");
    run("mv", ["package", unpacked], project);
    // What npm would install beside it: the peer dependency, and for this test the compiler.
    for (const name of ["ethers", "typescript"]) {
      symlinkSync(resolve("node_modules", name), join(project, "node_modules", name));
    }
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "integrator", type: "module" }));
    writeFileSync(join(project, "program.ts"), PROGRAM);
    const options = {
      module: "NodeNext",
      target: "ES2022",
      strict: true,
      types: [],
      outDir: "out",
      skipLibCheck: false,
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["program.ts"] }));
  });
  after(() => {
    rmSync(project, { recursive: true });
  });

  it("is typed and works in a project that has nothing but it and ethers", () => {
    run(process.execPath, ["node_modules/typescript/bin/tsc"], project);
    const said = JSON.parse(run(process.execPath, ["out/program.js"], project)) as Record<string, unknown>;
    // ERC-4626: deposit(uint256,address) is 0x6e553f65.
    expect(said.calldata).to.equal(`0x6e553f65${"1".padStart(64, "0")}${"deadbeef".padStart(64, "0")}`);
    expect(said.deployments).to.deep.equal(JSON.parse(JSON.stringify(readDeployments())));
    expect(said.abi).to.be.greaterThan(50);
    expect(said.bytecode).to.be.greaterThan(20_000);
  });

  it("exports a factory of every contract that a deployment consists of, modules and claims by others apart", () => {
    const deployed = [
      ...["AccessManager", "BackstopToken", "BuybackAuction", "ChainlinkOracle", "DebtAuction", "Dilution"],
      ...[
        "InKindClaims",
        "InsuranceFund",
        "KeeperLens",
        "LendingVault",
        "LossPreparer",
        "MarginLens",
        "MarginVault",
        "RiskSteward",
        "SolvencyLens",
        "UnderwriterBook",
      ],
      "WriteOffEngine",
    ];
    expect(exportedContracts()).to.include.members(deployed);
    const program = exportedContracts().map((name) => `${name}__factory`);
    const code = `import * as all from "plimsoll"; console.log(JSON.stringify(Object.keys(all)))`;
    const names = JSON.parse(run(process.execPath, ["--input-type=module", "-e", code], project)) as string[];
    expect(names).to.have.members([...program, "addresses"]);
  });

  it("has the same ABIs as the build", async () => {
    for (const name of exportedContracts()) {
      const code = `import { ${name}__factory as f } from "plimsoll"; console.log(JSON.stringify(f.abi))`;
      const abi: unknown = JSON.parse(run(process.execPath, ["--input-type=module", "-e", code], project));
      expect(abi, name).to.deep.equal((await hre.artifacts.readArtifact(name)).abi);
    }
  });

  it("keeps the ABIs of earlier versions, which can be imported by version", () => {
    const versions = readdirSync(VERSIONS);
    expect(versions).to.include("0.1.0");
    expect(versions).not.to.include(packageVersion());
    for (const version of versions) {
      for (const file of readdirSync(join(VERSIONS, version))) {
        const packed: unknown = JSON.parse(readFileSync(join(unpacked, "deploy/abis", version, file), "utf8"));
        expect(packed, file).to.be.an("array").that.is.not.empty;
      }
    }
    const code = `import abi from "plimsoll/abis/0.1.0/LendingVault.json" with { type: "json" }; console.log(abi.filter(({ name }) => name === "impair").length)`;
    expect(run(process.execPath, ["--input-type=module", "-e", code], project).trim()).to.equal("1");
  });

  it("carries the sources that Solidity integrators import, and nothing of this workshop", () => {
    expect(existsSync(join(unpacked, "contracts/interfaces/ILendingVault.sol"))).to.equal(true);
    for (const path of ["contracts/testing", "test", "scripts", "artifacts", "deploy/addresses/31337.json"]) {
      expect(existsSync(join(unpacked, path)), path).to.equal(false);
    }
    const size = Number(run("du", ["-sb", unpacked], project).split("\t")[0]);
    expect(size).to.be.lessThan(PACKED_LIMIT_BYTES);
  });

  it("has addresses as deploy/addresses has them, local chains apart", () => {
    expect(readFileSync("package/addresses.ts", "utf8")).to.equal(addressesModule(readDeployments()));
    const directory = join(project, "addresses");
    mkdirSync(directory);
    const governance = { governor: "0x1", guardian: "0x2", riskCouncil: "0x3", treasury: "0x4", governorDelay: 1 };
    const contracts = { Some: { address: "0x5", block: 7, codeHash: "0x6", transaction: "0x8", source: "a:Some" } };
    for (const chainId of [31337, 84532, 10]) {
      const file = { chainId, version: "0.2.0", governance, market: { asset: "0x9", collateral: "0xa" }, contracts };
      writeFileSync(join(directory, `${chainId}.json`), JSON.stringify(file));
    }
    const read = readDeployments(directory);
    expect(read.map(({ chainId }) => chainId)).to.deep.equal([10, 84532]);
    expect(read[0]?.contracts.Some).to.deep.equal({ address: "0x5", block: 7, codeHash: "0x6" });
    expect(read[0]?.governance).to.deep.equal({ governor: "0x1", guardian: "0x2", riskCouncil: "0x3" });
    expect(addressesModule(read)).to.contain('"84532": {');
  });
});

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
