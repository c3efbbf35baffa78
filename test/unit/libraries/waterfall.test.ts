import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create();

const MAX = 2n ** 256n - 1n;

describe("Waterfall", () => {
  async function library() {
    return ethers.deployContract("LibraryHarness");
  }

  describe("one layer", () => {
    // A layer of 30 that attaches at 100.
    const losses: [bigint, bigint][] = [
      [0n, 0n],
      [99n, 0n],
      [100n, 0n],
      [101n, 1n],
      [129n, 29n],
      [130n, 30n],
      [131n, 30n],
      [MAX, 30n],
    ];
    for (const [loss, taken] of losses) {
      it(`WO2: from 100 to 130 takes ${taken} of a loss of ${loss}`, async () => {
        const math = await networkHelpers.loadFixture(library);
        expect(await math.layer(loss, 100n, 30n)).to.equal(taken);
      });
    }

    it("without capacity takes nothing, without a limit everything above its start", async () => {
      const math = await networkHelpers.loadFixture(library);
      expect(await math.layer(500n, 100n, 0n)).to.equal(0n);
      expect(await math.layer(500n, 100n, MAX)).to.equal(400n);
    });
  });

  describe("a split", () => {
    const splits: [bigint, bigint[], bigint[], bigint][] = [
      [0n, [10n, 20n], [0n, 0n], 0n],
      [9n, [10n, 20n], [9n, 0n], 0n],
      [10n, [10n, 20n], [10n, 0n], 0n],
      [11n, [10n, 20n], [10n, 1n], 0n],
      [30n, [10n, 20n], [10n, 20n], 0n],
      [31n, [10n, 20n], [10n, 20n], 1n],
      [31n, [0n, 10n, 0n, 20n], [0n, 10n, 0n, 20n], 1n],
      [31n, [], [], 31n],
      [MAX, [MAX], [MAX], 0n],
    ];
    for (const [loss, capacities, taken, remainder] of splits) {
      it(`WO1, WO2: of ${loss} over [${capacities.join(", ")}] leaves ${remainder}`, async () => {
        const math = await networkHelpers.loadFixture(library);
        const result = await math.split(loss, capacities);
        expect([...result.taken]).to.deep.equal(taken);
        expect(result.remainder).to.equal(remainder);
      });
    }

    it("reverts when capacities do not fit a word together", async () => {
      const math = await networkHelpers.loadFixture(library);
      await expect(math.split(1n, [MAX, 1n])).to.be.revertedWithPanic(0x11);
    });
  });
});
