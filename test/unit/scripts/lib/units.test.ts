import { expect } from "chai";

import { divRound, formatFixed, formatPercent, parseFixed, sum, toChartNumber } from "../../../../scripts/lib/units.ts";

describe("units", () => {
  it("reads decimal texts exactly", () => {
    expect(parseFixed("194.61", 8)).to.equal(19_461_000_000n);
    expect(parseFixed("0.00000001", 8)).to.equal(1n);
    expect(parseFixed("-2.5", 1)).to.equal(-25n);
    expect(parseFixed("123456789012345678901234567890", 0)).to.equal(123456789012345678901234567890n);
  });

  it("refuses what is not a decimal number or has too many decimals", () => {
    for (const text of ["", "1e3", "1,000", ".5", "5.", "0x10", " 1", "1.234", "NaN"]) {
      expect(() => parseFixed(text, 2), text).to.throw("is not a decimal number");
    }
  });

  it("rounds half away from zero", () => {
    expect(divRound(5n, 2n)).to.equal(3n);
    expect(divRound(-5n, 2n)).to.equal(-3n);
    expect(divRound(4n, 3n)).to.equal(1n);
    expect(divRound(0n, 7n)).to.equal(0n);
  });

  it("writes figures for people", () => {
    expect(formatFixed(1_453_608_769_122_423_048_413_042n, 18, 0)).to.equal("1,453,609");
    expect(formatFixed(987_350_950_907_528_971n, 18, 6)).to.equal("0.987351");
    expect(formatFixed(-1_234_500n, 3, 1)).to.equal("-1,234.5");
    expect(formatFixed(7n, 0, 2)).to.equal("7.00");
    expect(formatFixed(999_999n, 6, 2)).to.equal("1.00");
  });

  it("writes shares as percentages and has no share of nothing", () => {
    expect(formatPercent(1n, 3n)).to.equal("33.3 %");
    expect(formatPercent(2n, 2n, 0)).to.equal("100 %");
    expect(formatPercent(1n, 0n)).to.equal("–");
  });

  it("adds up a figure of many items", () => {
    expect(sum([{ a: 1n }, { a: 2n }], ({ a }) => a)).to.equal(3n);
    expect(sum([], () => 1n)).to.equal(0n);
  });

  it("converts for a chart with six places", () => {
    expect(toChartNumber(8_600_000_000n, 8)).to.equal(86);
    expect(toChartNumber(987_350_950_907_528_971n, 18)).to.equal(0.987351);
    expect(toChartNumber(10n ** 27n, 18)).to.equal(1e9);
  });
});
