import { expect } from "chai";

import { LossEpochs } from "../../../../scripts/lib/loss-epochs.ts";

describe("loss epochs", () => {
  it("give each charge an epoch of its own, whatever it is for", () => {
    const epochs = new LossEpochs();
    expect(epochs.charge(7n, 100n)).to.deep.equal({ epoch: 1n, assets: 100n });
    expect(epochs.charge(8n, 50n)).to.deep.equal({ epoch: 2n, assets: 50n });
    expect(epochs.charge(7n, 60n)).to.deep.equal({ epoch: 3n, assets: 60n });
    expect(epochs.epochsOf(7n)).to.deep.equal([1n, 3n]);
    expect(epochs.open).to.equal(4n);
  });

  it("give back the latest charge first (IM1)", () => {
    const epochs = new LossEpochs();
    epochs.charge(7n, 100n);
    epochs.charge(7n, 60n);
    expect(epochs.giveBack(7n, 80n)).to.deep.equal({
      given: [
        { epoch: 2n, assets: 60n },
        { epoch: 1n, assets: 20n },
      ],
      left: 0n,
    });
    // 80 of the first charge are still owed, nothing of the second.
    expect(epochs.recover(7n, 80n)).to.deep.equal([{ epoch: 1n, assets: 80n }]);
    expect([epochs.recoveredIn(1n), epochs.recoveredIn(2n)]).to.deep.equal([100n, 60n]);
  });

  it("give back no further than they may look", () => {
    const epochs = new LossEpochs();
    for (let i = 0; i < 3; i++) epochs.charge(7n, 10n);
    expect(epochs.giveBack(7n, 30n, 2)).to.deep.equal({
      given: [
        { epoch: 3n, assets: 10n },
        { epoch: 2n, assets: 10n },
      ],
      left: 10n,
    });
  });

  it("spread a recovery pro rata, rounded down, the last taking the rest (RE1)", () => {
    const epochs = new LossEpochs();
    for (const assets of [30n, 20n, 1n]) epochs.charge(7n, assets);
    // 10 x 30 / 51 = 5.88; of the 5 left, 5 x 20 / 21 = 4.76; the last 1 of 1.
    expect(epochs.recover(7n, 10n).map(({ assets }) => assets)).to.deep.equal([5n, 4n, 1n]);
    expect(() => epochs.recover(7n, 42n)).to.throw("1 more than was charged");
  });

  it("take the number of the write-off where that has not passed", () => {
    const epochs = new LossEpochs();
    expect(epochs.chargeUnderOwnNumber(5n, 1n).epoch).to.equal(5n);
    expect(epochs.chargeUnderOwnNumber(4n, 1n).epoch).to.equal(6n);
    // A second charge for the same write-off has the next number.
    expect(epochs.chargeUnderOwnNumber(9n, 1n).epoch).to.equal(9n);
    expect(epochs.chargeUnderOwnNumber(9n, 1n).epoch).to.equal(10n);
  });
});
