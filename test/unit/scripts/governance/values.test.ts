import { expect } from "chai";

import { formatValue, parseValue, type Scale } from "../../../../scripts/governance/words/values.ts";
import { expectNamed } from "../../../helpers/namedErrors.ts";

const RATIO: Scale = { unit: "ratio" };
const SECONDS: Scale = { unit: "seconds" };
const RATE: Scale = { unit: "rate" };
const WAD: Scale = { unit: "wad" };
const USDC: Scale = { unit: "money", decimals: 6, symbol: "USDC" };

describe("values in words", () => {
  const read: [string, Scale, bigint][] = [
    ["0.80", RATIO, 8_000n],
    ["80%", RATIO, 8_000n],
    ["80.25%", RATIO, 8_025n],
    ["8000bps", RATIO, 8_000n],
    ["1", RATIO, 10_000n],
    ["1.05", RATIO, 10_500n],
    ["0", RATIO, 0n],
    ["90s", SECONDS, 90n],
    ["48h", SECONDS, 172_800n],
    ["1d12h", SECONDS, 129_600n],
    ["2w", SECONDS, 1_209_600n],
    ["0", SECONDS, 0n],
    // 0.05 x 10^18 / 31,536,000 = 1,585,489,599.18...
    ["5%/year", RATE, 1_585_489_599n],
    ["0.5%/y", RATE, 158_548_959n],
    ["1585489599wad/s", RATE, 1_585_489_599n],
    ["20,000", WAD, 20_000n * 10n ** 18n],
    ["0.015", WAD, 15_000_000_000_000_000n],
    ["0.000000000000000001", WAD, 1n],
    ["1,000.5", WAD, 1_000_500_000_000_000_000_000n],
    ["150,000,000", USDC, 150_000_000_000_000n],
    ["150_000_000USDC", USDC, 150_000_000_000_000n],
    ["0.000001", USDC, 1n],
    ["12.5usdc", USDC, 12_500_000n],
    ["1000000000000000000000000000.000001", USDC, 1_000_000_000_000_000_000_000_000_000_000_001n],
    // One unit of a collateral with 24 decimals is a millionth of a smallest unit's price.
    ["3000000", { unit: "money", decimals: -6 }, 3n],
    ["yes", { unit: "flag" }, 1n],
    ["off", { unit: "flag" }, 0n],
    ["42", { unit: "integer" }, 42n],
  ];
  for (const [text, scale, value] of read) {
    it(`reads ${text} as ${value} (${scale.unit})`, () => {
      expect(parseValue(text, scale, "x")).to.equal(value);
    });
  }

  const refused: [string, Scale, string][] = [
    ["8000", RATIO, "800,000 %"],
    ["0.80005", RATIO, "at most 4 decimals"],
    ["80.255%", RATIO, "at most 2 decimals"],
    ["-0.1", RATIO, "negative"],
    ["lots", RATIO, "8000bps"],
    ["172800", SECONDS, "48h"],
    ["1.5h", SECONDS, "1d12h"],
    ["5%", RATE, "5%/year"],
    ["2%", WAD, "write 20,000 or 0.015"],
    ["-1", WAD, "write 20,000 or 0.015"],
    ["1,00", WAD, "write 20,000 or 0.015"],
    ["0.0000000000000000001", WAD, "at most 18 decimals"],
    ["0.0000001", USDC, "at most 6 decimals"],
    ["1,00,000", USDC, "commas"],
    ["100DAI", USDC, "it says DAI"],
    ["-5", USDC, "negative"],
    ["1e6", USDC, "sum of USDC"],
    ["3000001", { unit: "money", decimals: -6 }, "decimals"],
    ["maybe", { unit: "flag" }, "yes or no"],
    ["1.5", { unit: "integer" }, "whole number"],
  ];
  for (const [text, scale, hint] of refused) {
    it(`refuses ${text} as ${scale.unit}, and says why`, () => {
      expectNamed(() => parseValue(text, scale, "vault lltv"), "BadValue", "vault lltv", text, hint);
    });
  }

  const written: [bigint, Scale, string][] = [
    [8_025n, RATIO, "80.25 %"],
    [8_000n, RATIO, "80 %"],
    [300_000n * 10n ** 18n, WAD, "300,000"],
    [15_000_000_000_000_000n, WAD, "0.015"],
    [93_784n, SECONDS, "1d2h3m4s"],
    [0n, SECONDS, "0s"],
    [150_000_000_000_001n, USDC, "150,000,000.000001 USDC"],
    [1_585_489_599n, RATE, "1585489599 WAD/s (5.00 %/year)"],
    [1n, { unit: "flag" }, "yes"],
  ];
  for (const [value, scale, text] of written) {
    it(`writes ${value} as ${text}`, () => {
      expect(formatValue(value, scale)).to.equal(text);
    });
  }
});
