import { expect } from "chai";
import { network } from "hardhat";

import { commit, deployMargin, ETH, publish, trade, USD, WAD } from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/** The volatility estimate's full weight is added to the initial ratio. */
const widened = () => deployMargin(ethers, { market: { volatilityWeightWad: WAD } });

describe("MarginVault: initial margin widens with volatility", () => {
  it("asks for more after a move, and liquidates nobody for it", async () => {
    const room = await networkHelpers.loadFixture(widened);
    const { vault, alice, bob } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 3_000n * USD });
    const calm = await vault.healthOf(alice);
    // Up by a tenth and back within seconds: 0.1^2 + (1/11)^2 in a memory of a day, over an hour.
    await publish(room, 2_200n);
    await publish(room, 2_000n);
    await vault.poke(0);
    const stormy = await vault.healthOf(alice);
    expect(stormy.maintenanceAssets).to.equal(calm.maintenanceAssets);
    expect(stormy.equityAssets).to.equal(calm.equityAssets);
    // sqrt((0.01 + 0.01) x 3,600 / 86,400) = 2.89 % of 20,000, the larger of both directions' ratios being counted.
    const added = stormy.initialAssets - calm.initialAssets;
    expect(added > 570n * USD && added < 585n * USD, String(added)).to.equal(true);
    // 10 ETH: initial 1,204, fee 20, highest premium 200, keeper 1, and what the storm adds.
    const order = { size: -10n * ETH, acceptable: 2_000n };
    await expect(commit(room, bob, { ...order, deposit: 1_425n * USD + 560n * USD })).to.be.revertedWithCustomError(
      vault,
      "EscrowTooSmall",
    );
    await commit(room, bob, { ...order, deposit: 1_425n * USD + 590n * USD });
  });

  it("takes no order at an estimate that lags behind the feed; anybody brings it up to date", async () => {
    const room = await networkHelpers.loadFixture(widened);
    const { vault, alice, keeper } = room;
    const order = { size: ETH, deposit: 3_000n * USD };
    await trade(networkHelpers, room, alice, order);
    for (let k = 0n; k < 34n; k++) await publish(room, 2_000n + (k % 2n));
    await expect(commit(room, alice, order))
      .to.be.revertedWithCustomError(vault, "VolatilityBehind")
      .withArgs(0);
    // Closing asks for no margin, so it waits for nothing.
    await commit(room, alice, { size: -ETH, deposit: 10n * USD });
    await vault.connect(keeper).poke(0);
    await commit(room, room.bob, order);
  });
});
