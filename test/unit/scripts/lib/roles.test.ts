import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { type ContractName, INTERFACES, selectorOf } from "../../../../scripts/lib/interfaces.ts";
import { ROLE_IDS, ROLE_TABLE } from "../../../../scripts/lib/roles.ts";

/** Names of all functions with the modifier `restricted` in the production contracts. */
function restrictedFunctions(): Set<string> {
  const files = readdirSync("contracts", { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".sol") && !name.startsWith("testing"),
  );
  const names = files.flatMap((name) => {
    const source = readFileSync(join("contracts", name), "utf8");
    return [...source.matchAll(/function (\w+)\([^{;]*\brestricted\b[^{;]*\{/g)].map((match) => match[1] ?? "");
  });
  return new Set(names);
}

describe("role table (AC1)", () => {
  const named = ROLE_TABLE.flatMap(({ contract, functions }) => functions.map((name) => ({ contract, name })));

  it("names functions that exist, each once", () => {
    const selectors = named.map(({ contract, name }) => `${contract}.${selectorOf(contract, name)}`);
    expect(new Set(selectors).size).to.equal(selectors.length);
    expect(() => selectorOf("LendingVault", "mintMoney")).to.throw();
  });

  it("has a row for every restricted function, and for no other", () => {
    expect(new Set(named.map(({ name }) => name))).to.deep.equal(restrictedFunctions());
  });

  it("has a row in every contract that has the function", () => {
    for (const { name } of named) {
      const having = (Object.keys(INTERFACES) as ContractName[]).filter((contract) =>
        INTERFACES[contract].fragments.some(
          (fragment) => "name" in fragment && fragment.type === "function" && fragment.name === name,
        ),
      );
      const rows = named.filter((row) => row.name === name).map(({ contract }) => contract);
      expect([...rows].sort(), name).to.deep.equal([...having].sort());
    }
  });

  it("leaves nothing to the admin, and says why", () => {
    expect(ROLE_TABLE.some(({ role }) => ROLE_IDS[role] === ROLE_IDS.ADMIN)).to.equal(false);
    expect(ROLE_TABLE.every(({ why }) => why.length > 20)).to.equal(true);
  });
});
