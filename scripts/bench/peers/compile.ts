/**
 * Compiles peers from their npm packages, each with its own compiler and settings. Not a part of the project's build:
 * only `make bench` needs them. Results are kept in cache/bench for as long as the input stays the same.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

import type { InterfaceAbi } from "ethers";

import { type CompilerInput, type CompilerOutput, runCompiler } from "./solc.ts";

const CACHE = "cache/bench";

/** A code base with its own rules for being compiled. */
export interface Package {
  /** npm package of the compiler. */
  compiler: string;
  /** Compiler settings, as the peer's own configuration has them. */
  settings: Record<string, unknown>;
  /** Where imports that are no paths of npm packages are found: prefix to directory. */
  remappings?: Readonly<Record<string, string>>;
  /** Source files to compile, by import path, with the contracts wanted from each. */
  files: Readonly<Record<string, readonly string[]>>;
}

export interface Compiled {
  abi: InterfaceAbi;
  /** Creation code without 0x; addresses of libraries are still missing in it. */
  bytecode: string;
  /** Where those addresses belong: library name to byte offsets. */
  links: Readonly<Record<string, readonly number[]>>;
}

/** Directory of an installed package, as seen from the package at `from`. */
export function packageFolder(name: string, from: string = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (dirname(folder) === folder) throw new Error(`Package ${name} is not installed. Run: make install`);
  }
}

/** The contracts of a package, by name. */
export async function compile({ compiler, settings, remappings = {}, files }: Package): Promise<Map<string, Compiled>> {
  const sources = collect(Object.keys(files), remappings);
  const wanted = ["abi", "evm.bytecode.object", "evm.bytecode.linkReferences"];
  const outputSelection = Object.fromEntries(
    Object.entries(files).map(([file, names]) => [file, Object.fromEntries(names.map((name) => [name, wanted]))]),
  );
  const input: CompilerInput = { language: "Solidity", sources, settings: { ...settings, outputSelection } };
  const output = await cached(compiler, input);

  const contracts = new Map<string, Compiled>();
  for (const [file, names] of Object.entries(files)) {
    for (const name of names) {
      const contract = output.contracts[file]?.[name];
      if (contract === undefined) throw new Error(`${file} has no contract ${name}`);
      const { object, linkReferences } = contract.evm.bytecode;
      const places = Object.values(linkReferences).flatMap((libraries) => Object.entries(libraries));
      contracts.set(name, {
        abi: contract.abi,
        bytecode: object,
        links: Object.fromEntries(places.map(([library, at]) => [library, at.map(({ start }) => start)])),
      });
    }
  }
  return contracts;
}

/** Creation code with the addresses of its libraries. */
export function link({ bytecode, links }: Compiled, addresses: Readonly<Record<string, string>>): string {
  let linked = bytecode;
  for (const [library, offsets] of Object.entries(links)) {
    const address = addresses[library]?.slice(2).toLowerCase();
    if (address === undefined) throw new Error(`Library ${library} is not deployed yet`);
    for (const offset of offsets) {
      linked = linked.slice(0, 2 * offset) + address + linked.slice(2 * offset + address.length);
    }
  }
  return `0x${linked}`;
}

async function cached(compiler: string, input: CompilerInput): Promise<CompilerOutput> {
  const version = readFileSync(join(packageFolder(compiler), "package.json"));
  const key = createHash("sha256").update(version).update(JSON.stringify(input)).digest("hex").slice(0, 32);
  const path = join(CACHE, `${key}.output.json`);
  if (!existsSync(path)) {
    const inputPath = join(CACHE, `${key}.json`);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(inputPath, JSON.stringify(input));
    const output = await runCompiler(compiler, inputPath, join(CACHE, `${key}.printed`));
    writeFileSync(path, JSON.stringify(output));
  }
  return JSON.parse(readFileSync(path, "utf8")) as CompilerOutput;
}

/** These files and everything they import, by the names the compiler asks for. */
function collect(files: readonly string[], remappings: Readonly<Record<string, string>>) {
  const sources: CompilerInput["sources"] = {};
  const queue = [...files];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name in sources) continue;
    const content = readFileSync(locate(name, remappings), "utf8");
    sources[name] = { content };
    for (const [, imported = ""] of content.matchAll(/^\s*(?:import|\}\s*from)\b[^;'"]*['"]([^'"]+)['"]/gm)) {
      queue.push(imported.startsWith(".") ? posix.join(posix.dirname(name), imported) : imported);
    }
  }
  return sources;
}

function locate(name: string, remappings: Readonly<Record<string, string>>): string {
  for (const [prefix, folder] of Object.entries(remappings)) {
    if (name.startsWith(prefix)) return join(folder, name.slice(prefix.length));
  }
  const [first = "", second = "", ...rest] = name.split("/");
  return first.startsWith("@")
    ? join(packageFolder(`${first}/${second}`), ...rest)
    : existsSync(name)
      ? name
      : join(packageFolder(first), second, ...rest);
}
