import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { expect } from "chai";
import { artifacts } from "hardhat";

interface Entry {
  label: string;
  slot: string;
  offset: number;
  type: string;
}

interface StorageLayout {
  storage: Entry[];
  types: Record<string, { label: string; numberOfBytes: string; members?: Entry[] }> | null;
}

interface Compiler {
  compile: (input: string) => string;
}

const VAULT = "LendingVault";
const MODULES = [
  "PositionModule",
  "LiquidationModule",
  "ImpairmentModule",
  "RestructuringModule",
  "ConfigModule",
  "ViewModule",
];

interface BuildInput {
  language: string;
  sources: object;
  settings: { remappings?: string[] };
}

/** Where each variable of these contracts lies, straight from the compiler, with structs spelled out. */
async function layoutsOf(contracts: string[]): Promise<Map<string, string[]>> {
  const inputs = await Promise.all(contracts.map(inputOf));
  // Contracts that were built at different times have inputs of their own; the sources they share are the same.
  const sources = Object.assign({}, ...inputs.map((input) => input.sources)) as object;
  const remappings = [...new Set(inputs.flatMap((input) => input.settings.remappings ?? []))];
  const outputSelection = { "*": { "*": ["storageLayout"] } };
  const settings = { ...inputs[0]!.settings, remappings, outputSelection };
  const solc = createRequire(import.meta.url)("solc") as Compiler;
  const { contracts: compiled } = JSON.parse(solc.compile(JSON.stringify({ ...inputs[0]!, sources, settings }))) as {
    contracts: Record<string, Record<string, { storageLayout: StorageLayout }>>;
  };
  return new Map(
    contracts.map((name) => {
      const source = Object.keys(compiled).find((path) => path.endsWith(`contracts/lending/${name}.sol`))!;
      return [name, describeLayout(compiled[source]![name]!.storageLayout)];
    }),
  );
}

/** What the contract was compiled from. */
async function inputOf(name: string): Promise<BuildInput> {
  const id = await artifacts.getBuildInfoId(`contracts/lending/${name}.sol:${name}`);
  const path = await artifacts.getBuildInfoPath(id!);
  return (JSON.parse(await readFile(path!, "utf8")) as { input: BuildInput }).input;
}

/** One line per variable and struct member; type ids differ between contracts, their names do not. */
function describeLayout({ storage, types }: StorageLayout): string[] {
  const line = ({ label, slot, offset, type }: Entry) => `${slot}+${offset} ${types![type]!.label} ${label}`;
  const structs = Object.values(types ?? {})
    .filter(({ members }) => members !== undefined)
    .map(({ label, members }) => `${label}: ${members!.map(line).join("; ")}`);
  return [...storage.map(line), ...structs.sort()];
}

describe("LendingVault: storage", () => {
  let layouts: Map<string, string[]>;

  before(async () => {
    layouts = await layoutsOf([VAULT, ...MODULES]);
  });

  for (const module of MODULES) {
    it(`has every variable of ${module} at the same place, so that its code runs on the vault's books`, () => {
      const own = layouts.get(module)!;
      expect(own.length > 20, "the compiler says too little").to.be.true;
      const vault = new Set(layouts.get(VAULT));
      expect(own.filter((line) => !vault.has(line))).to.deep.equal([]);
    });

    it(`has nothing in front of the books, where ${module} would write over it`, () => {
      const variables = layouts.get(module)!.filter((line) => /^\d/.test(line));
      expect(layouts.get(VAULT)!.slice(0, variables.length)).to.deep.equal(variables);
    });
  }

  it("has the figures that change with every movement of money in one slot each", () => {
    const slotOf = (label: string) =>
      layouts
        .get(VAULT)!
        .find((line) => line.endsWith(` ${label}`))!
        .split("+")[0];
    expect(slotOf("_cash")).to.equal(slotOf("_reserves"));
    expect(slotOf("_index")).to.equal(slotOf("_totalScaledDebt"));
    expect(slotOf("_supply")).to.equal(slotOf("_lastAccrual"));
  });
});
