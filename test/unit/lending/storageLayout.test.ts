import { expect } from "chai";

import { layoutsOf } from "../../helpers/storageLayout.js";

const VAULT = "LendingVault";
const MODULES = ["LiquidationModule", "ImpairmentModule", "RestructuringModule", "ConfigModule", "ViewModule"];

describe("LendingVault: storage", () => {
  let layouts: Map<string, string[]>;

  before(async () => {
    layouts = await layoutsOf("lending", [VAULT, ...MODULES]);
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
    // Lenders change supply and cash, borrowers cash and debt; time changes what lies beside the cash.
    const cash = slotOf("_cash");
    expect([slotOf("_index"), slotOf("_lastAccrual")]).to.deep.equal([cash, cash]);
    expect(slotOf("_reserveBase")).to.equal(slotOf("_totalScaledDebt"));
    expect(new Set([cash, slotOf("_supply"), slotOf("_totalScaledDebt")]).size).to.equal(3);
  });

  it("has reserves and debt alone in one slot, as BookWords packs it by hand", () => {
    const lineOf = (label: string) => layouts.get(VAULT)!.find((line) => line.endsWith(` ${label}`))!;
    const [slot] = lineOf("_totalScaledDebt").split("+");
    const lines = layouts.get(VAULT)!.filter((line) => line.startsWith(`${slot}+`));
    expect(lines).to.deep.equal([`${slot}+0 int112 _reserveBase`, `${slot}+14 uint128 _totalScaledDebt`]);
  });

  it("has cash, index and time in one slot with two flags behind them, as BookWords packs it by hand", () => {
    const slot = layouts
      .get(VAULT)!
      .find((line) => line.endsWith(" _cash"))!
      .split("+")[0]!;
    expect(layouts.get(VAULT)!.filter((line) => line.startsWith(`${slot}+`))).to.deep.equal([
      `${slot}+0 uint112 _cash`,
      `${slot}+14 uint96 _index`,
      `${slot}+26 uint32 _lastAccrual`,
      `${slot}+30 bool _borrowingPaused`,
      `${slot}+31 bool _borrowingEnded`,
    ]);
  });

  it("has a position in the two words that PositionWords packs by hand", () => {
    expect(layouts.get(VAULT)).to.include(
      "struct LendingBook.PositionSlots: 0+0 DebtWord debtWord; 1+0 RestWord restWord",
    );
  });

  it("has a loss epoch as LossLedger packs it by hand", () => {
    const members = ["0+0 uint112 chargedAssets", "0+14 uint128 shares", "0+30 bool isOwn", "0+31 bool isProvision"];
    expect(layouts.get(VAULT)).to.include(`struct ILossShares.LossEpoch: ${members.join("; ")}`);
  });

  it("has the rules that every change of debt reads in one slot, as BookWords reads it by hand", () => {
    const members = [
      "0+0 uint40 baseRateWad",
      "0+5 uint40 slopeBelowKinkWad",
      "0+10 uint40 slopeAboveKinkWad",
      "0+15 uint16 kinkBps",
      "0+17 uint16 reserveFactorBps",
      "0+19 uint32 waitingPeriod",
      "0+23 uint16 liquidationFeeBps",
      "0+25 uint8 minDebtBits",
      "0+26 uint8 debtCapBits",
    ];
    expect(layouts.get(VAULT)).to.include(`struct InterestRates.Model: ${members.join("; ")}`);
  });

  it("has principal and rules of a collateral as BookWords packs and reads them by hand", () => {
    const members = [
      "0+0 uint112 totalPrincipal",
      "0+14 uint16 ltvBps",
      "0+16 uint16 lltvBps",
      "0+18 uint16 liquidationIncentiveBps",
      "0+20 uint16 minIncentiveBps",
      "0+22 uint16 targetHealthBps",
      "0+24 uint8 principalCapBits",
      "0+25 bool retired",
      "0+26 uint32 retirementAnnouncedAt",
      "1+0 uint112 principalCap",
      "2+0 uint256 retiredPriceWad",
    ];
    expect(layouts.get(VAULT)).to.include(`struct LendingBook.Collateral: ${members.join("; ")}`);
  });
});
