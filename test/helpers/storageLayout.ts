/** Where the compiler puts variables: a vault and the modules that run on its storage must agree to the bit. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

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

interface BuildInput {
  language: string;
  sources: object;
  settings: { remappings?: string[] };
}

/** Where each variable of these contracts of one room lies, straight from the compiler, with structs spelled out. */
export async function layoutsOf(room: string, contracts: string[]): Promise<Map<string, string[]>> {
  const inputs = await Promise.all(contracts.map((name) => inputOf(room, name)));
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
      const source = Object.keys(compiled).find((path) => path.endsWith(`contracts/${room}/${name}.sol`))!;
      return [name, describeLayout(compiled[source]![name]!.storageLayout)];
    }),
  );
}

/** What the contract was compiled from. */
async function inputOf(room: string, name: string): Promise<BuildInput> {
  const id = await artifacts.getBuildInfoId(`contracts/${room}/${name}.sol:${name}`);
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
