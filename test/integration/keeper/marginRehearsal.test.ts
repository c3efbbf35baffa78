import { expect } from "chai";

import { type MarginKeeperWorld, startMarginWorld } from "../../../scripts/keeper/local/margin-world.ts";
import { ONE } from "../../../scripts/keeper/local/world.ts";
import { openCopy } from "../../../scripts/keeper/rehearsal/copy.ts";
import { forceMarginInsolvent } from "../../../scripts/keeper/rehearsal/force-margin.ts";
import { largestAccounts, marginVaultsOf } from "../../../scripts/keeper/rehearsal/positions.ts";
import { openPool } from "../../../scripts/keeper/rpc/open.ts";
import { MARKET } from "../../../scripts/lib/add-margin.ts";

describe("keeper: rehearsal of insolvent margin accounts, on a hardhat node", function () {
  this.timeout(120_000);
  let world: MarginKeeperWorld;
  before(async () => {
    world = await startMarginWorld();
  });
  after(async () => {
    await world.stop();
  });

  it("ruins longs and shorts one after the other, says who paid and what it cost, and leaves the copy as it was", async () => {
    const [long, short, rich] = await world.open(
      [
        { name: "long", units: 50n, margin: 400n },
        { name: "short", units: -40n, margin: 900n },
        { name: "rich", units: 3n, margin: 5_000n },
      ],
      200n,
    );
    const settings = { timeoutMs: 20_000, maxBlocksPerSecond: 1_000, slackBlocks: 1_000 };
    const rpc = openPool([world.node.url], settings, { failed: () => undefined, lied: () => undefined });
    const head = await rpc.head();
    const engine = await world.engine.getAddress();
    const lens = await world.marginLens.getAddress();
    const [vault] = await marginVaultsOf(rpc, head, engine);
    const traders = await largestAccounts(rpc, head, { engine, lens, fromBlock: 0 }, vault!, 5);
    expect(traders).to.deep.equal([long, short, rich].map((trader) => trader!.toLowerCase()));

    const copy = await openCopy(world.node.url);
    const report = await forceMarginInsolvent(copy, lens, vault!, [...traders, `0x${"9".repeat(40)}`]);
    expect(report.map(({ outcome }) => outcome)).to.deep.equal([
      ...["written off", "written off", "not insolvent", "not insolvent"],
    ]);
    for (const [index, notional] of [10_000n, 8_000n].entries()) {
      const { badDebtAssets, shortfallAssets, paidBy, impairGas, writeOffGas, equityAfter } = report[index]!;
      const paid = Object.values(paidBy).reduce((sum, part) => sum + BigInt(part), 0n);
      expect(paid).to.equal(BigInt(badDebtAssets));
      // Funding runs between the look and the closing.
      expect(BigInt(badDebtAssets)).to.be.closeTo(BigInt(shortfallAssets), ONE / 1_000n);
      // A twentieth of the notional, less what closing gives back.
      expect(BigInt(badDebtAssets)).to.be.closeTo((notional * ONE) / 20n, ONE);
      expect(BigInt(equityAfter)).to.be.lessThan(0n);
      expect(BigInt(impairGas)).to.be.greaterThan(50_000n);
      expect(BigInt(writeOffGas)).to.be.greaterThan(100_000n);
    }
    const [ofLong, ofShort] = report;
    expect(BigInt(ofLong!.priceAfter)).to.be.lessThan(BigInt(ofLong!.priceBefore));
    expect(BigInt(ofShort!.priceAfter)).to.be.greaterThan(BigInt(ofShort!.priceBefore));
    // 3 units at 200 cannot lose 5,000; who has nothing cannot lose it.
    for (const { reason } of report.slice(2)) expect(reason).to.match(/^NoPriceRuinsIt/);
    await copy.goBack();
    expect((await world.margin.vault.positionOf(long!, MARKET)).sizeWad).to.equal(50n * ONE);
    expect(await world.engine.writeOffCount(world.margin.vault)).to.equal(0n);
  });
});
