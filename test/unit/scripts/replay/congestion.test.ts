import { expect } from "chai";

import { Congestion } from "../../../../scripts/replay/congestion.ts";
import { blackThursday } from "../../../../scripts/replay/scenarios/black-thursday.ts";

describe("congestion", () => {
  const { congestion: bands } = blackThursday().liquidators;

  it("is calm while the price stands still", () => {
    const congestion = new Congestion(bands);
    expect(congestion.observe({ time: 0, price: 100n })).to.equal(bands[0]);
    expect(congestion.observe({ time: 300, price: 98n })).to.equal(bands[0]);
  });

  it("rises with the range of the last hour and falls when it has passed", () => {
    const congestion = new Congestion(bands);
    congestion.observe({ time: 0, price: 100n });
    expect(congestion.observe({ time: 300, price: 96n })).to.equal(bands[1]);
    expect(congestion.observe({ time: 600, price: 91n })).to.equal(bands[2]);
    expect(congestion.observe({ time: 4_000, price: 91n })).to.equal(bands[0]);
  });

  it("needs a band that starts at zero", () => {
    expect(() => new Congestion(bands.slice(1)).observe({ time: 0, price: 1n })).to.throw("must start at zero");
  });
});
