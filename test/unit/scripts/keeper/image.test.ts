import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { expect } from "chai";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
}

const MANIFEST = "scripts/keeper/docker/package.json";
const LOCK = "scripts/keeper/docker/package-lock.json";
const DOCKERFILE = "scripts/keeper/Dockerfile";
const ENTRY = "scripts/keeper/main.ts";
/** What a module names: in import and export lines and in import(); types alone are stripped and load nothing. */
const STATIC = /^(?:import|export)\s+(?!type\b)(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const readManifest = (path: string) => read(path) as Manifest;

/** Files of this repository and packages that a module loads, and what those load. */
function reached(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const source = readFileSync(file, "utf8");
    for (const [, name = ""] of [...source.matchAll(STATIC), ...source.matchAll(DYNAMIC)]) {
      if (name.startsWith(".")) open.push(normalize(join(dirname(file), name)));
      else if (!name.startsWith("node:")) {
        const [scope = "", rest = ""] = name.split("/");
        packages.add(scope.startsWith("@") ? `${scope}/${rest}` : scope);
      }
    }
  }
  return { files, packages };
}

/** What the last stage of the Dockerfile takes from the repository. */
function copied(): string[] {
  const lines = readFileSync(DOCKERFILE, "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("COPY ") && !line.includes("--from=") && !line.includes("docker/package"))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
}

describe("keeper: its image", () => {
  const { files, packages } = reached(ENTRY);

  it("installs the packages of this repository, at the same versions", () => {
    const root = readManifest("package.json");
    const known = { ...root.dependencies, ...root.devDependencies };
    for (const [name, version] of Object.entries(readManifest(MANIFEST).dependencies)) {
      expect(known[name], name).to.equal(version);
    }
  });

  it("installs every package that the keeper loads, and no other", () => {
    // Found by reading: the reader must have seen the keeper's rooms, and more than one package.
    expect(files).to.include("scripts/keeper/executor/lane.ts").and.to.include("scripts/lib/addresses.ts");
    expect(packages).to.include("ethers");
    expect([...packages].sort()).to.deep.equal(Object.keys(readManifest(MANIFEST).dependencies).sort());
  });

  it("locks what it installs", () => {
    expect((read(LOCK) as Lock).packages[""]?.dependencies).to.deep.equal(readManifest(MANIFEST).dependencies);
  });

  it("takes along every file that the keeper loads, and hides none of them from the build", () => {
    const folders = copied();
    expect(folders).to.include("scripts/keeper").and.to.include("package.json");
    const shown = readFileSync(`${DOCKERFILE}.dockerignore`, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    for (const file of files) {
      expect(
        folders.some((folder) => file.startsWith(`${folder}/`)),
        `${file} is not copied`,
      ).to.equal(true);
      expect(
        shown.some((folder) => file.startsWith(`${folder}/`)),
        `${file} is ignored`,
      ).to.equal(true);
    }
  });

  it("copies nothing that is not there; address files may be missing", () => {
    for (const path of copied().filter((name) => !name.includes("["))) expect(existsSync(path), path).to.equal(true);
    // The bracket makes it a pattern, which may match nothing; it must match the folder where there is one.
    expect(copied()).to.include("deploy/addresse[s]");
    expect(readdirSync("deploy")).to.include("parameters");
  });
});
