import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create();

describe("ShareMath", () => {
  async function library() {
    return ethers.deployContract("LibraryHarness");
  }

  it("gives a million shares per asset unit at the start", async () => {
    const math = await networkHelpers.loadFixture(library);
    expect(await math.toSharesDown(5n, 0n, 0n)).to.equal(5_000_000n);
    expect(await math.toSharesUp(5n, 0n, 0n)).to.equal(5_000_000n);
    expect(await math.toAssetsDown(5_000_000n, 0n, 0n)).to.equal(5n);
    expect(await math.toAssetsUp(5_000_000n, 0n, 0n)).to.equal(5n);
  });

  // 3 assets behind 2 shares, with the virtual ones: 4 behind 1,000,002.
  const odd: ["toSharesDown" | "toSharesUp" | "toAssetsDown" | "toAssetsUp", bigint, bigint, string][] = [
    ["toSharesDown", 3n, 750_001n, "3 x 1,000,002 / 4 = 750,001.5"],
    ["toSharesUp", 3n, 750_002n, "3 x 1,000,002 / 4 = 750,001.5"],
    ["toSharesDown", 4n, 1_000_002n, "exactly"],
    ["toSharesUp", 4n, 1_000_002n, "exactly"],
    ["toAssetsDown", 750_001n, 2n, "750,001 x 4 / 1,000,002 = 2.99"],
    ["toAssetsUp", 750_001n, 3n, "750,001 x 4 / 1,000,002 = 2.99"],
    ["toAssetsDown", 1n, 0n, "4 / 1,000,002"],
    ["toAssetsUp", 1n, 1n, "4 / 1,000,002"],
    ["toAssetsDown", 0n, 0n, "nothing"],
    ["toAssetsUp", 0n, 0n, "nothing"],
  ];
  for (const [name, given, want, why] of odd) {
    it(`LV3: ${name} of ${given} is ${want} (${why})`, async () => {
      const math = await networkHelpers.loadFixture(library);
      expect(await math[name](given, 3n, 2n)).to.equal(want);
    });
  }

  it("LV3: takes the largest figures a vault can have", async () => {
    const math = await networkHelpers.loadFixture(library);
    const most = 2n ** 128n - 1n;
    expect(await math.toSharesDown(most, most, most)).to.equal((most * (most + 1_000_000n)) / (most + 1n));
    expect(await math.toAssetsUp(most, most, most)).to.equal(
      (most * (most + 1n) + most + 999_999n) / (most + 1_000_000n),
    );
  });

  // Wiped out: (assets + 1) x 10^12 < shares + 10^6.
  const totals: [bigint, bigint, boolean][] = [
    [0n, 0n, false],
    [0n, 10n ** 12n - 10n ** 6n, false],
    [0n, 10n ** 12n - 10n ** 6n + 1n, true],
    [1n, 2n * 10n ** 12n - 10n ** 6n, false],
    [1n, 2n * 10n ** 12n - 10n ** 6n + 1n, true],
    [10n ** 6n, 10n ** 18n, false],
    [999_998n, 10n ** 18n, true],
    [2n ** 128n - 1n, 2n ** 128n - 1n, false],
  ];
  for (const [assets, shares, wiped] of totals) {
    it(`calls ${assets} assets behind ${shares} shares ${wiped ? "a total loss" : "a price"}`, async () => {
      const math = await networkHelpers.loadFixture(library);
      expect(await math.isWipedOut(assets, shares)).to.equal(wiped);
    });
  }
});
