import { expect } from "chai";
import { type Interface } from "ethers";

import { ACTIONS, CALLED_BY_HAND } from "../../../../scripts/governance/words/actions.ts";
import { parseChange, parseChanges, type SetChange } from "../../../../scripts/governance/words/grammar.ts";
import { readChangeFile } from "../../../../scripts/governance/words/parameter-file.ts";
import { fieldNames } from "../../../../scripts/governance/words/fields.ts";
import { SUBJECTS } from "../../../../scripts/governance/words/subjects.ts";
import { editDistance, nearest } from "../../../../scripts/governance/words/suggest.ts";
import { INTERFACES } from "../../../../scripts/lib/interfaces.ts";
import { ROLE_TABLE } from "../../../../scripts/lib/roles.ts";
import { expectNamed } from "../../../helpers/namedErrors.ts";

const given = ({ values }: SetChange): Record<string, string> =>
  Object.fromEntries(values.map(({ field, text }) => [field.name, text]));

describe("changes in words", () => {
  it("sets fields by their short and their whole names, with or without units apart", () => {
    const change = parseChange(
      "set lendingVault.collateral WETH lltv 0.80 principalCap 1,000 DAI ltvBps 75 %",
    ) as SetChange;
    expect(change.keys).to.deep.equal(["WETH"]);
    expect(given(change)).to.deep.equal({ lltvBps: "0.80", principalCap: "1,000DAI", ltvBps: "75%" });
  });

  it("takes a single value without a name, and a vault only where one is written", () => {
    expect(given(parseChange("set lendingVault.minProvision 2000") as SetChange)).to.deep.equal({ assets: "2000" });
    expect((parseChange("set dilution.claimWindow 1w") as SetChange).keys).to.deep.equal([]);
    expect((parseChange("set dilution.claimWindow lendingVault 1w") as SetChange).keys).to.deep.equal(["lendingVault"]);
  });

  it("tells two contracts of one kind apart by their place, and wants a market's number", () => {
    const of = (text: string) => (parseChange(text) as SetChange).subject;
    expect([
      of("set marginFund.cooldown cooldown 5d").contract,
      of("set marginFund.cooldown cooldown 5d").place,
    ]).to.deep.equal(["InsuranceFund", "MarginFund"]);
    expect(of("set insuranceFund.cooldown cooldown 5d").place).to.equal("InsuranceFund");
    const market = parseChange("set marginVault.market 3 fee 8bps openInterestCap 20,000") as SetChange;
    expect(market.keys).to.deep.equal(["3"]);
    expect(given(market)).to.deep.equal({ feeBps: "8bps", openInterestCapWad: "20,000" });
    expectNamed(() => parseChange("set marginFund.restructuringCover yes"), "UnknownParameter");
  });

  it("reads lines and semicolons, without comments", () => {
    const changes = parseChanges("# risk\npause dilution; freeze WETH # at once\n\nunpause lendingVault");
    expect(changes.map(({ words }) => words)).to.deep.equal(["pause dilution", "freeze WETH", "unpause lendingVault"]);
  });

  it("tells pausing everything from pausing a part", () => {
    const args = (text: string): unknown => {
      const change = parseChange(text);
      return change.verb === "act" ? change.action.args : undefined;
    };
    expect(args("pause lendingVault")).to.deep.equal([true, true]);
    expect(args("pause lendingVault deposits")).to.deep.equal([true, false]);
    expect(args("pause lendingVault borrowing")).to.deep.equal([false, true]);
  });

  const refused: [string, string, ...string[]][] = [
    ["set lendingVault.collateral WETH lltvv 0.80", "UnknownField", "no parameter lltvv", "did you mean lltv?"],
    ["set lendingVault.colateral WETH lltv 0.80", "UnknownParameter", "did you mean collateral?"],
    ["set lendngVault.collateral WETH lltv 0.80", "UnknownContract", "did you mean lendingVault?"],
    ["sett lendingVault.minProvision 1", "UnknownWord", "did you mean set?"],
    ["set writeOffEngine.stack 1", "UnknownParameter", "use call"],
    ["set lendingVault.collateral", "MissingValue", "needs a token"],
    ["set lendingVault.collateral lltv 0.80", "MissingValue", "needs a token"],
    ["set marginVault.market fee 8bps", "MissingValue", "needs a market's number"],
    ["set marginVault.market WETH fee 8bps", "MissingValue", "needs a market's number"],
    ["set lendingVault.collateral WETH", "MissingValue", "lltv"],
    ["set lendingVault.collateral WETH lltv", "MissingValue", "lltv has no value"],
    ["set lendingVault.collateral WETH lltv 0.8 lltvBps 0.9", "BadValue", "twice"],
    ["pause dilutoin", "UnknownWord", "did you mean: pause dilution"],
    ["restructure announce 0x01 WETH principal 5 DAI", "UnknownWord", "restructure announce <borrower>"],
    ["steward set dilution.globalCap 5", "UnknownParameter", "the governor's"],
    ["call lendingVault.setMinProvisoin [1]", "UnknownFunction", "did you mean setMinProvision?"],
    ["call lendingVault.setMinProvision [1", "UnknownWord", "call contract.function"],
    ["cancel", "MissingValue", "folder"],
    ["  # nothing", "NothingToChange"],
  ];
  for (const [text, name, ...hints] of refused) {
    it(`refuses "${text}": ${name}`, () => {
      expectNamed(() => parseChanges(text), name, ...hints);
    });
  }

  it("finds the nearest word by edits, and none that is far", () => {
    expect(editDistance("lltv", "lltvv")).to.equal(1);
    expect(editDistance("ltlv", "lltv")).to.equal(1);
    expect(editDistance("", "abc")).to.equal(3);
    expect(nearest("minProvison", ["minProvision", "riskConfig"])).to.equal("minProvision");
    expect(nearest("xyz", ["minProvision", "riskConfig"])).to.equal(undefined);
  });
});

describe("files of changes", () => {
  it("are lines of words, or JSON with texts for values", () => {
    expect(readChangeFile("pause dilution\n", "f").text).to.equal("pause dilution\n");
    const json = readChangeFile(
      `{ "name": "N", "changes": { "lendingVault.collateral WETH": { "lltv": "0.80", "ltv": "0.75" }, "dilution.globalCap": "5" } }`,
      "f.json",
    );
    expect(json.name).to.equal("N");
    expect(json.text).to.equal("set lendingVault.collateral WETH lltv 0.80 ltv 0.75\nset dilution.globalCap 5");
    expect(readChangeFile(`{ "changes": ["pause dilution", "freeze WETH"] }`, "f").text).to.equal(
      "pause dilution\nfreeze WETH",
    );
  });

  const refused: [string, string][] = [
    [`{ "changes": { "dilution.globalCap": 5 } }`, "as one text in quotes"],
    [`{ "changes": ["pause dilution; unpause dilution"] }`, "as one text in quotes"],
    [`{ "name": "N" }`, "no changes"],
    [`{ "changes": [], "chnages": [] }`, `"chnages"`],
    [`{ "changes": `, "f.json"],
  ];
  for (const [content, hint] of refused) {
    it(`refuses ${content}`, () => {
      expectNamed(() => readChangeFile(content, "f.json"), "BadParameterFile", hint);
    });
  }
});

describe("what governance can say", () => {
  it("reaches every function of the role table, or says that it is called by hand", () => {
    const reached = new Set([
      ...SUBJECTS.map(({ contract, setter }) => `${contract}.${setter}`),
      // steward set …
      ...["changeCollateral", "changeRateModel", "changeRiskConfig"].map((name) => `RiskSteward.${name}`),
      ...ACTIONS.map(({ callee, function: name }) => `${callee}.${name}`),
      ...CALLED_BY_HAND,
    ]);
    const restricted = ROLE_TABLE.flatMap(({ contract, functions }) => functions.map((name) => `${contract}.${name}`));
    expect(restricted.filter((name) => !reached.has(name))).to.deep.equal([]);
  });

  it("describes every setter's arguments as its ABI has them", () => {
    for (const { contract, setter, keys, fields, isStruct } of SUBJECTS) {
      const abi: Interface = INTERFACES[contract];
      const inputs = abi.getFunction(setter)?.inputs ?? [];
      expect(inputs.length, setter).to.equal(keys.length + (isStruct ? 1 : fields.length));
      const types = isStruct ? (inputs.at(-1)?.components ?? []) : inputs.slice(keys.length);
      expect(types.length, setter).to.equal(fields.length);
      for (const [i, field] of fields.entries()) {
        const type = types[i]?.type ?? "";
        const expected = field.unit === "address" ? "address" : field.unit === "flag" ? "bool" : "uint";
        expect(type.startsWith(expected), `${setter} ${field.name}: ${type}`).to.equal(true);
        if (isStruct) expect(types[i]?.name, setter).to.equal(field.name);
      }
    }
  });

  it("has no two fields of one subject under one name", () => {
    for (const { name, fields } of SUBJECTS) {
      const names = fields.flatMap(fieldNames);
      expect(new Set(names).size, name).to.equal(names.length);
    }
  });
});
