import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import { addInsurance, deployMargin, ETH, type MarginScene, publish, trade, USD } from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/** Alice and Bob are long 10 and 5 ETH with little margin, Carol 20 with plenty; insurance holds 10,000. */
async function threeLongs() {
  const room = await deployMargin(ethers);
  const { alice, bob, carol } = room;
  const order = { acceptable: 2_000n };
  await trade(networkHelpers, room, alice, { ...order, size: 10n * ETH, deposit: 1_521n * USD });
  await trade(networkHelpers, room, bob, { ...order, size: 5n * ETH, deposit: 800n * USD });
  await trade(networkHelpers, room, carol, { ...order, size: 20n * ETH, deposit: 30_000n * USD });
  await addInsurance(ethers, room, 10_000n * USD);
  return { ...room, lens: await ethers.deployContract("SolvencyLens") };
}

/** Figures of the ledger's entries together. */
async function booked({ engine, vault }: MarginScene) {
  const sum = { badDebt: 0n, reserves: 0n, insurance: 0n, socialized: 0n };
  for (let id = 1n; id <= (await engine.writeOffCount(vault)); id++) {
    const entry = await engine.ledger(vault, id);
    sum.badDebt += entry.badDebt;
    sum.reserves += entry.reserves;
    sum.insurance += entry.insurance;
    sum.socialized += entry.socialized;
  }
  return sum;
}

describe("SolvencyLens of a margin vault", () => {
  it("quotes a price drop as liquidation then books it, account after account (WO3)", async () => {
    const room = await networkHelpers.loadFixture(threeLongs);
    const { vault, lens, alice, bob, carol, eth, keeper, asset } = room;
    const traders = [alice, bob, carol].map(({ address }) => address);
    const quote = await lens.quotePriceDrop(vault, eth, 1_500, traders);
    expect(quote.badDebtAssets > 0n).to.equal(true);
    await publish(room, 1_700n);
    expect(await lens.quotePriceDrop(vault, ethers.ZeroAddress, 0, traders).then((now) => now.badDebtAssets)).to.equal(
      quote.badDebtAssets,
    );
    await vault.connect(keeper).liquidateBatch(traders, [0, 0, 0], MAX);
    expect({
      badDebt: quote.badDebtAssets,
      reserves: quote.reserveAssets,
      insurance: quote.insuranceAssets,
      socialized: quote.socializedAssets,
    }).to.deep.equal(await booked(room));
    // Three keepers' fees of one dollar each were the resolver's before.
    expect(await asset.balanceOf(keeper)).to.equal(3n * USD + quote.rewardAssets);
  });

  it("quotes a rise for shorts as a negative drop", async () => {
    const room = await networkHelpers.loadFixture(threeLongs);
    const { vault, lens, provider, asset } = room;
    await asset.mint(provider, 10_000n * USD);
    await trade(networkHelpers, room, provider, { size: -10n * ETH, deposit: 1_521n * USD });
    expect((await lens.quotePriceDrop(vault, ethers.ZeroAddress, 1_500, [provider])).badDebtAssets).to.equal(0);
    const quote = await lens.quotePriceDrop(vault, ethers.ZeroAddress, -1_500, [provider]);
    await publish(room, 2_300n);
    await vault.liquidate(provider, 0, MAX);
    expect(quote.badDebtAssets).to.equal((await booked(room)).badDebt);
    expect(quote.socializedAssets).to.equal((await booked(room)).socialized);
  });

  it("says why an account cannot be closed, and shows both kinds' positions alike", async () => {
    const room = await networkHelpers.loadFixture(threeLongs);
    const { vault, lens, alice, oracle, feed } = room;
    const key = { borrower: alice.address, collateral: ethers.ZeroAddress };
    const [quote, plan] = await lens.quoteWriteOff(vault, alice, ethers.ZeroAddress, true);
    expect(vault.interface.parseError(plan.failure)!.name).to.equal("AccountHealthy");
    expect(quote.badDebtAssets).to.equal(0);
    let [status] = await lens.positions(vault, [key]);
    expect([status!.equityAssets, status!.shortfallAssets, status!.failure]).to.deep.equal([1_490n * USD, 0n, "0x"]);
    // 1,490 of a maintenance of 602.
    expect(status!.healthWad).to.equal((1_490n * 10n ** 18n) / 602n);
    await publish(room, 1_700n);
    [status] = await lens.positions(vault, [key]);
    // 1,500 + 17,000 - 20,010; closing 10 of a skew of 35 gives back 0.3 %, 51.
    expect([status!.equityAssets, status!.healthWad, status!.shortfallAssets]).to.deep.equal([
      -1_510n * USD,
      0n,
      1_459n * USD,
    ]);
    await feed.setBehavior(1);
    [status] = await lens.positions(vault, [key]);
    expect(oracle.interface.parseError(status!.failure)!.name).to.equal("FeedReverted");
    await expect(lens.quotePriceDrop(vault, ethers.ZeroAddress, 10_001, [alice])).to.be.revertedWithCustomError(
      vault,
      "ParameterOutOfRange",
    );
  });

  it("shows the layers, and what an account owes after a write-off until it is paid", async () => {
    const room = await networkHelpers.loadFixture(threeLongs);
    const { vault, lens, alice, engine, asset } = room;
    const layers = await lens.coverage(vault);
    expect(layers.map(({ capacity }) => capacity)).to.deep.equal([
      await vault.reserves(),
      10_000n * USD,
      await vault.totalAssets(),
    ]);
    await publish(room, 1_700n);
    await vault.liquidate(alice, 0, MAX);
    const owed = (await booked(room)).badDebt;
    expect(await lens.defaultsOf(vault, alice, ethers.ZeroAddress)).to.deep.equal([[1n], [owed]]);
    await asset.connect(alice).approve(engine, MAX);
    await engine.connect(alice).recover(vault, 1, owed);
    expect(await lens.defaultsOf(vault, alice, ethers.ZeroAddress)).to.deep.equal([[], []]);
  });
});
