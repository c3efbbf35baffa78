import { expect } from "chai";

import { expectedGasPrice, feesFor, NoBaseFee, raised } from "../../../../scripts/keeper/executor/fees.ts";

const GWEI = 10n ** 9n;
const RULES = { maxFee: 100n * GWEI, priorityFee: 2n * GWEI, bumpPercent: 15 };

describe("keeper: fees", () => {
  it("leave room for a base fee that doubles, up to the limit", () => {
    expect(feesFor(10n * GWEI, RULES)).to.deep.equal({ maxFee: 22n * GWEI, priorityFee: 2n * GWEI });
    expect(feesFor(90n * GWEI, RULES)).to.deep.equal({ maxFee: 100n * GWEI, priorityFee: 2n * GWEI });
    expect(feesFor(GWEI, { ...RULES, maxFee: GWEI })).to.deep.equal({ maxFee: GWEI, priorityFee: GWEI });
  });

  it("rise by the bump at least, rounded up, so that nodes take the replacement", () => {
    expect(raised({ maxFee: 22n * GWEI, priorityFee: 3n }, 10n * GWEI, { ...RULES, priorityFee: 0n })).to.deep.equal({
      maxFee: (22n * GWEI * 115n) / 100n,
      priorityFee: 4n,
    });
  });

  it("follow a base fee that has risen more than that", () => {
    const fees = raised({ maxFee: 22n * GWEI, priorityFee: 2n * GWEI }, 40n * GWEI, RULES);
    expect(fees).to.deep.equal({ maxFee: 82n * GWEI, priorityFee: (2n * GWEI * 115n) / 100n });
  });

  it("end at the limit", () => {
    expect(raised({ maxFee: 95n * GWEI, priorityFee: GWEI }, GWEI, RULES)).to.equal(undefined);
  });

  it("are expected at base fee and tip, not at the most that is offered", () => {
    expect(expectedGasPrice(10n * GWEI, { maxFee: 22n * GWEI, priorityFee: 2n * GWEI })).to.equal(12n * GWEI);
    expect(expectedGasPrice(30n * GWEI, { maxFee: 22n * GWEI, priorityFee: 2n * GWEI })).to.equal(22n * GWEI);
  });

  it("are refused on a chain without a base fee, by name", () => {
    expect(() => feesFor(undefined, RULES)).to.throw(NoBaseFee);
  });
});
