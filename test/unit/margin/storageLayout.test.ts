import { expect } from "chai";

import { layoutsOf } from "../../helpers/storageLayout.js";

const VAULT = "MarginVault";
const MODULES = ["OrderModule", "ResolveModule", "MarginLossModule", "MarginConfigModule", "MarginViewModule"];

describe("MarginVault: storage", () => {
  let layouts: Map<string, string[]>;

  before(async () => {
    layouts = await layoutsOf("margin", [VAULT, ...MODULES]);
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
    // A fee moves margin to cash and reserves: two slots; a deposit of margin one.
    expect(slotOf("_reserveBase")).to.equal(slotOf("_traderAssets"));
    expect(new Set([slotOf("_cash"), slotOf("_supply"), slotOf("_traderAssets")]).size).to.equal(3);
  });
});
