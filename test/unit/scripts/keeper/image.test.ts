import { readFileSync } from "node:fs";

import { expect } from "chai";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Manifest;

describe("keeper: its image", () => {
  it("installs the packages of this repository, at the same versions", () => {
    const root = read("package.json");
    const known = { ...root.dependencies, ...root.devDependencies };
    for (const [name, version] of Object.entries(read("scripts/keeper/docker/package.json").dependencies)) {
      expect(known[name], name).to.equal(version);
    }
  });
});
