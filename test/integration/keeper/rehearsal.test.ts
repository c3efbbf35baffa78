import { expect } from "chai";

import { startProxy } from "../../../scripts/keeper/local/proxy.ts";
import { type KeeperWorld, ONE, startWorld } from "../../../scripts/keeper/local/world.ts";
import { NotACopy, openCopy } from "../../../scripts/keeper/rehearsal/copy.ts";
import { forceInsolvent } from "../../../scripts/keeper/rehearsal/force-insolvent.ts";
import { largestPositions, vaultsOf } from "../../../scripts/keeper/rehearsal/positions.ts";
import { openPool } from "../../../scripts/keeper/rpc/open.ts";

describe("keeper: rehearsal of insolvencies, on a hardhat node", function () {
  this.timeout(120_000);
  let world: KeeperWorld;
  before(async () => {
    world = await startWorld();
  });
  after(async () => {
    await world.stop();
  });

  const open = async () => {
    const settings = { timeoutMs: 20_000, maxBlocksPerSecond: 1_000, slackBlocks: 1_000 };
    const rpc = openPool([world.node.url], settings, { failed: () => undefined, lied: () => undefined });
    const head = await rpc.head();
    const engine = await world.engine.getAddress();
    const lens = await world.keeperLens.getAddress();
    const [vault] = await vaultsOf(rpc, head, engine);
    return { rpc, head, contracts: { engine, lens, fromBlock: 0 }, lens, vault: vault! };
  };

  it("writes the largest positions off, says who paid and what it cost, and leaves the copy as it was", async () => {
    const [large, larger] = await world.plant([
      { collateral: 10n, debt: 1_400n },
      { collateral: 20n, debt: 2_900n },
      { collateral: 10n, debt: 600n },
    ]);
    const { rpc, head, contracts, lens, vault } = await open();
    const keys = await largestPositions(rpc, head, contracts, vault, 2);
    expect(keys.map(({ borrower }) => borrower)).to.deep.equal([larger, large]);

    const copy = await openCopy(world.node.url);
    const report = await forceInsolvent(copy, lens, vault, keys);
    expect(report.map(({ outcome, reason }) => [outcome, reason])).to.deep.equal([
      ["written off", ""],
      ["written off", ""],
    ]);
    for (const { badDebtAssets, debtAssets, paidBy, writeOffGas, impairGas, healthAfter } of report) {
      const paid = Object.values(paidBy).reduce((sum, part) => sum + BigInt(part), 0n);
      expect(paid).to.equal(BigInt(badDebtAssets));
      // Three tenths of the debt are lost at least, and the least incentive of 2 % on what the rest is worth.
      expect(BigInt(badDebtAssets)).to.be.at.least((BigInt(debtAssets) * 3n) / 10n);
      expect(BigInt(healthAfter)).to.be.lessThan(ONE);
      expect(BigInt(writeOffGas)).to.be.greaterThan(100_000n);
      expect(BigInt(impairGas)).to.be.greaterThan(50_000n);
    }
    await copy.goBack();
    expect((await world.vault.positionOf(large!, await world.collateral.getAddress())).debtAssets).to.be.at.least(
      1_400n * ONE,
    );
    expect(await world.engine.writeOffCount(vault.address)).to.equal(0n);
  });

  it("says of a position without debt that it is not insolvent", async () => {
    const { lens, vault } = await open();
    const copy = await openCopy(world.node.url);
    const key = { borrower: `0x${"9".repeat(40)}`, collateral: vault.collaterals[0]!.token };
    const [nothing] = await forceInsolvent(copy, lens, vault, [key]);
    await copy.goBack();
    expect(nothing!.outcome).to.equal("not insolvent");
    expect(nothing!.reason).to.match(/^PositionSolvent\(/);
  });

  it("refuses a node that does not let its state be changed", async () => {
    const proxy = await startProxy(world.node.url);
    proxy.behave(({ method }) => (method.startsWith("hardhat_") ? { drop: "before" } : undefined));
    const error = await openCopy(proxy.url).catch((reason: unknown) => reason);
    await proxy.stop();
    expect(error).to.be.instanceOf(NotACopy);
  });
});
