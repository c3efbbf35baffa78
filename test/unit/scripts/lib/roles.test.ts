import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { type ContractName, INTERFACES, selectorOf } from "../../../../scripts/lib/interfaces.ts";
import { rolesPage } from "../../../../scripts/lib/roles-page.ts";
import { ROLE_IDS, ROLE_NAMES, ROLE_TABLE, ROLES } from "../../../../scripts/lib/roles.ts";
import { STEWARD_TABLE, stepRows } from "../../../../scripts/lib/steward-table.ts";

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

  it("gives every role holders, and lets nobody act at once on what the governor must announce", () => {
    expect(ROLE_NAMES.every((role) => ROLES[role].grants.length > 0)).to.equal(true);
    for (const role of ROLE_NAMES) {
      for (const { holder, delayed } of ROLES[role].grants) expect(delayed, role).to.equal(holder === "governor");
    }
    // The guardian cancels; it must not also be able to announce.
    expect(ROLES.GOVERNOR.grants.map(({ holder }) => holder)).to.deep.equal(["governor"]);
    expect(ROLES.ADMIN.grants.map(({ holder }) => holder)).to.deep.equal(["governor"]);
  });

  it("is what docs/roles.md says", () => {
    expect(readFileSync("docs/roles.md", "utf8")).to.equal(rolesPage());
  });

  it("has the same ids as contracts/governance/Roles.sol", () => {
    const source = readFileSync("contracts/governance/Roles.sol", "utf8");
    const ids = [...source.matchAll(/constant (\w+) = (\d+);/g)].map(([, name, id]) => [name, BigInt(id ?? "")]);
    expect(Object.fromEntries(ids)).to.deep.equal(ROLE_IDS);
  });

  it("steers only fields that the vault has, by steps that can be taken", () => {
    const fields = (["setCollateral", "setRateModel", "setRiskConfig"] as const).flatMap((name) =>
      INTERFACES.LendingVault.getFunction(name).inputs.flatMap(({ components }) => components ?? []),
    );
    const names = new Set(fields.map(({ name }) => name));
    for (const { parameter, minInterval } of STEWARD_TABLE) {
      expect(names.has(parameter), parameter).to.equal(true);
      expect(minInterval).to.be.greaterThanOrEqual(86_400);
    }
    expect(new Set(stepRows().map(({ parameter }) => parameter)).size).to.equal(STEWARD_TABLE.length);
  });
});
