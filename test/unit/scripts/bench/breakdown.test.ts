import { expect } from "chai";

import { type Breakdown, combine, sortGas } from "../../../../scripts/bench/breakdown.ts";

/** A step of a trace: what was left before it, what it cost, how deep. */
const step = (op: string, gas: number, gasCost: number, depth = 1) => ({ op, gas, gasCost, depth });

/** 21,000 and 100 bytes: 40 zeros at 4, 60 others at 16. */
const INPUT = `0x${"00".repeat(40)}${"ff".repeat(60)}`;
const INTRINSIC = 21_000 + 40 * 4 + 60 * 16;

const sum = (breakdown: Breakdown) => (Object.values(breakdown) as number[]).reduce((total, part) => total + part, 0);

describe("breakdown of a transaction's gas", () => {
  it("knows what a plain transaction pays: nothing but the intrinsic part", () => {
    const breakdown = sortGas({ gas: INTRINSIC, structLogs: [] }, { input: INPUT });
    expect(breakdown).to.deep.equal({
      intrinsic: INTRINSIC,
      coldLoads: 0,
      stores: 0,
      calls: 0,
      logs: 0,
      compute: 0,
      refunds: 0,
    });
  });

  it("tells the first touch of a slot from what is done with it", () => {
    const structLogs = [
      step("SLOAD", 100_000, 2_100), // cold
      step("SLOAD", 97_900, 100), // warm
      step("SSTORE", 97_800, 5_000), // cold, changes a value: 2,100 + 2,900
      step("SSTORE", 92_800, 2_900), // warm, changes a value
      step("SSTORE", 89_900, 22_100), // cold, sets a zero: 2,100 + 20,000
      step("SSTORE", 67_800, 100), // changed before
      step("LOG1", 67_700, 1_006),
      step("STOP", 66_694, 0),
    ];
    const gas = INTRINSIC + 33_306;
    const breakdown = sortGas({ gas, structLogs }, { input: INPUT });
    expect(breakdown.coldLoads).to.equal(2_000 + 2_100 + 2_100);
    expect(breakdown.stores).to.equal(2_900 + 2_900 + 20_000 + 100);
    expect(breakdown.logs).to.equal(1_006);
    expect(breakdown.compute).to.equal(100 + 100);
    expect(breakdown.refunds).to.equal(0);
    expect(sum(breakdown)).to.equal(gas);
  });

  it("takes what a called contract used off the call, at any depth and for calls one after another", () => {
    const structLogs = [
      step("PUSH1", 50_000, 3),
      step("CALL", 49_997, 49_000), // the trace counts what was handed over as the call's cost
      step("DELEGATECALL", 40_000, 39_000, 2),
      step("ADD", 30_000, 3, 3),
      step("RETURN", 29_997, 7, 3),
      // 30,000 - 29,990 = 10 used at depth 3; the call was of a warm account
      step("STOP", 39_890, 0, 2),
      // 40,000 - 39,890 = 110 used at depth 2, of which 100 are the delegate call's own
      step("STATICCALL", 47_287, 45_000), // 49,997 - 47,287 = 2,710: 110 below, 2,600 of a cold account
      step("MUL", 44_000, 5, 2),
      step("STOP", 43_995, 0, 2),
      step("STOP", 47_182, 0), // 47,287 - 47,182 = 105: 5 below, 100 of a warm account
    ];
    const gas = INTRINSIC + 50_000 - 47_182;
    const breakdown = sortGas({ gas, structLogs }, { input: INPUT });
    expect(breakdown.calls).to.equal(100 + 100 + 100);
    expect(breakdown.coldLoads).to.equal(2_500);
    expect(breakdown.compute).to.equal(3 + 10 + 5);
    expect(sum(breakdown)).to.equal(gas);
  });

  it("shows what cleared slots give back as a negative part", () => {
    const structLogs = [step("SSTORE", 100_000, 5_000), step("STOP", 95_000, 0)];
    const gas = INTRINSIC + 5_000 - 4_800;
    const breakdown = sortGas({ gas, structLogs }, { input: INPUT });
    expect(breakdown.refunds).to.equal(-4_800);
    expect(sum(breakdown)).to.equal(gas);
  });

  it("adds transactions up, takes others off, and shares the rest out", () => {
    const parts = (stores: number, refunds: number): Breakdown => ({
      intrinsic: 21_000,
      coldLoads: 0,
      stores,
      calls: 0,
      logs: 0,
      compute: 0,
      refunds,
    });
    const batch = { times: 1, breakdown: parts(100_000, -20_000) };
    const single = { times: -1, breakdown: parts(5_000, -1_000) };
    expect(combine([batch, single], 19)).to.include({ intrinsic: 0, stores: 5_000, refunds: -1_000 });
  });
});
