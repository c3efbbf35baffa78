import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { ErrorFragment, id, Interface } from "ethers";
import { artifacts } from "hardhat";

import { FRAGMENTS } from "../../../../scripts/keeper/abi.ts";
import { ERRORS, errorName } from "../../../../scripts/keeper/executor/error-name.ts";

describe("keeper: the calls it has written out", () => {
  for (const [contract, lines] of Object.entries(FRAGMENTS)) {
    it(`are those of ${contract}`, async () => {
      const { abi } = await artifacts.readArtifact(contract);
      const compiled = new Interface(abi);
      for (const fragment of new Interface(lines).fragments) {
        const signature = fragment.format("sighash");
        const own = fragment.type === "event" ? compiled.getEvent(signature) : compiled.getFunction(signature);
        expect(own, `${contract} has no ${signature}`).to.not.equal(null);
        // Indexed arguments and results are not part of a signature.
        expect(fragment.format("minimal")).to.equal(own!.format("minimal"));
      }
    });
  }
});

describe("keeper: the errors it can name", () => {
  it("are declared by the contracts, with these arguments", () => {
    const declared = new Set<string>();
    for (const file of readdirSync("contracts", { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".sol") || file.startsWith("testing")) continue;
      const source = readFileSync(join("contracts", file), "utf8");
      for (const match of source.matchAll(/^\s*(error \w+\([^)]*\));/gm)) {
        declared.add(ErrorFragment.from(match[1]!.replaceAll(/\s+/g, " ")).format("sighash"));
      }
    }
    for (const signature of ERRORS) expect(declared, signature).to.include(signature);
  });

  it("are shown with their values, and as four bytes where they are not known", () => {
    const word = (value: bigint) => value.toString(16).padStart(64, "0");
    const selector = id("FractionTooSmall(uint256,uint256)").slice(0, 10);
    expect(errorName(`${selector}${word(7n)}${word(500n)}`)).to.equal("FractionTooSmall(7, 500)");
    expect(errorName("0x12345678")).to.equal("0x12345678");
    expect(errorName("0x")).to.equal("no reason given");
  });
});
