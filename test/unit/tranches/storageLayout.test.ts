import { expect } from "chai";

import { layoutsOf } from "../../helpers/storageLayout.js";

describe("Storage of the tranches", () => {
  it("packs the levels of a mint budget by hand as the compiler reads them", async () => {
    const layout = (await layoutsOf("tranches", ["Dilution"])).get("Dilution") ?? [];
    const budget = layout.find((line) => line.startsWith("struct MintBudget.Budget: "));
    const members = [
      "0+0 uint96 hourLevel",
      "0+12 uint96 monthLevel",
      "0+24 uint32 updatedAt",
      "0+28 uint32 lastLotId",
    ];
    expect(budget).to.include(`struct MintBudget.Budget: ${members.join("; ")}; 1+0 `);
  });

  it("has a fund's cash in the slot of its supply and open epoch", async () => {
    const layout = (await layoutsOf("tranches", ["InsuranceFund"])).get("InsuranceFund") ?? [];
    const slot = layout.filter((line) => /^\d+\+\d+ \w+ _(supply|openEpoch|cash)$/.test(line));
    const [first] = slot.map((line) => line.split("+")[0]);
    expect(slot).to.deep.equal([
      `${first}+0 uint128 _supply`,
      `${first}+16 uint32 _openEpoch`,
      `${first}+20 uint96 _cash`,
    ]);
  });
});
