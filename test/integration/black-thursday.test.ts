import { expect } from "chai";

import { Progress, SILENT_STREAM } from "../../scripts/lib/progress.ts";
import { sum } from "../../scripts/lib/units.ts";
import { addLayers, splitLoss, totalOf } from "../../scripts/lib/waterfall.ts";
import { combined } from "../../scripts/lib/provision.ts";
import { type CrashRun, runCrash } from "../../scripts/replay/crash.ts";
import { provisionOutcome } from "../../scripts/replay/provision-outcome.ts";
import { crashReport } from "../../scripts/replay/report/crash-report.ts";
import { crashSummary } from "../../scripts/replay/crash-summary.ts";
import { blackThursday, type CrashScenario } from "../../scripts/replay/scenarios/black-thursday.ts";

const ONE = 10n ** 18n;

/** The crash at a quarter of its size: all its rounds, fewer borrowers, everybody's money scaled down. */
function smallCrash(): CrashScenario {
  const whole = blackThursday();
  const quarter = (assets: bigint): bigint => assets / 4n;
  return {
    ...whole,
    book: { ...whole.book, borrowers: 120 },
    // The small fund is used up by the time at which the panic of the whole scenario comes.
    stakers: { ...whole.stakers, assets: quarter(whole.stakers.assets), panicAt: whole.start + 22 * 3_600 },
    lenders: { ...whole.lenders, initial: 10, leaving: 3, joining: 3 },
    liquidators: {
      ...whole.liquidators,
      leastMoney: quarter(whole.liquidators.leastMoney),
      liquidators: whole.liquidators.liquidators.map(({ capital, aim }) => ({ capital: quarter(capital), aim })),
    },
    restructuring: {
      ...whole.restructuring,
      debt: quarter(whole.restructuring.debt),
      principal: quarter(whole.restructuring.principal),
      repays: quarter(whole.restructuring.repays),
    },
    // So little that lots are left over and lenders are still owed something when a debtor pays back.
    buyer: { ...whole.buyer, capital: quarter(whole.buyer.capital) / 10n },
    underwriters: {
      ...whole.underwriters,
      bids: whole.underwriters.bids.map(({ price, assets }) => ({ price, assets: assets / 20n })),
    },
  };
}

describe("black thursday, at a quarter of its size", function () {
  this.timeout(240_000);
  let run: CrashRun;

  before(async () => {
    run = await runCrash(smallCrash(), "integration test", new Progress(SILENT_STREAM));
  });
  after(async () => {
    await run.world.chain.connection.close();
  });

  it("splits every bad debt as the independent computation does (WO1, WO2)", async () => {
    const { engine, vault } = run.world;
    expect(run.audit.all.length).to.be.greaterThan(20);
    const ids = new Set(run.audit.all.map(({ id }) => id));
    for (const id of ids) {
      const entry = await engine.ledger(vault, id);
      // A debt closed in parts has several reports under one number.
      const expected = run.audit.all
        .filter((writeOff) => writeOff.id === id)
        .map(({ badDebt, insurable, capacities }) => splitLoss({ badDebt, insurable }, capacities))
        .reduce(addLayers);
      const { reserves, insurance, dilutionCash, socialized } = entry;
      expect({ reserves, insurance, dilutionCash, socialized }, `write-off ${id}`).to.deep.equal(expected);
      expect(totalOf(expected), `write-off ${id}`).to.equal(entry.badDebt);
    }
  });

  it("books exactly the ledger that was computed beside it, and nothing else (WO1, RE1, RE2)", async () => {
    const count = await run.world.engine.writeOffCount(run.world.vault);
    expect(await run.mirror.checkAgainstChain()).to.equal(Number(count));
    // Impaired debts have a number too, even if they were never written off.
    const { falseAlarms } = provisionOutcome(run.mirror);
    const writtenOff = new Set(run.audit.all.map(({ id }) => id));
    expect(Number(count)).to.equal(writtenOff.size + falseAlarms.length);
  });

  it("reaches every layer by both causes, and mints tokens", () => {
    const summary = crashSummary(run);
    for (const layer of [
      "reserves",
      "insurance",
      "dilutionCash",
      "socialized",
      "auctionProceeds",
      "recovered",
      "tokensMinted",
    ] as const) {
      expect(BigInt(summary[layer]) > 0n, layer).to.equal(true);
    }
    expect(new Set(run.audit.all.map(({ cause }) => cause))).to.deep.equal(
      new Set(["liquidation", "write-off", "restructuring"]),
    );
  });

  it("adds up: bad debt is reserves + insurance + dilution cash + socialized, to the unit (WO1)", () => {
    const summary = crashSummary(run);
    const layers = [summary.reserves, summary.insurance, summary.dilutionCash, summary.socialized];
    expect(sum(layers, BigInt)).to.equal(BigInt(summary.badDebt));
  });

  it("writes a summary of exactly the promised keys", () => {
    const money = "badDebt reserves insurance dilutionCash socialized auctionProceeds recovered tokensMinted".split(
      " ",
    );
    const rest = [
      ..."scenario asset positions liquidations writeOffs sharePriceBefore sharePriceAfter seed".split(" "),
      ..."provisions falseAlarm underwriters paidBack restructuring".split(" "),
    ];
    const summary = crashSummary(run);
    expect(Object.keys(summary).sort()).to.deep.equal([...money, ...rest].sort());
    for (const key of money) expect(summary[key as keyof typeof summary]).to.match(/^\d+$/);
  });

  it("charges the lenders in epochs that add up to what was socialized and what was given back (WO5)", async () => {
    const { vault } = run.world;
    let charged = 0n;
    const epochs = (await vault.openEpoch()) - 1n;
    for (let epoch = 1n; epoch <= epochs; epoch++) charged += (await vault.lossEpoch(epoch)).chargedAssets;
    const { socialized } = crashSummary(run);
    expect(charged).to.equal(BigInt(socialized) + provisionOutcome(run.mirror).givenBack.charged);
    expect(run.sharePriceAfter < run.sharePriceBefore).to.equal(true);
  });

  it("sets losses apart at once, and every unit of it is used or given back (IM1)", async () => {
    const { vault, fund } = run.world;
    const { taken, used, givenBack } = provisionOutcome(run.mirror);
    expect(combined(used, givenBack)).to.deep.equal(taken);
    for (const part of ["reserves", "earmarked", "charged"] as const) {
      expect(taken[part] > 0n && givenBack[part] > 0n, part).to.equal(true);
    }
    expect((await vault.provisions()).provisionedAssets).to.equal(0n);
    expect(await fund.totalEarmarked()).to.equal(0n);
  });

  it("leaves everybody with what they had after a false alarm, to the unit (IM1)", () => {
    const { falseAlarms } = provisionOutcome(run.mirror);
    expect(falseAlarms.length).to.be.greaterThan(5);
    expect(falseAlarms[0]!.taken.charged > 0n).to.equal(true);
    const { vaultEpochs, fundEpochs } = run.mirror.books;
    for (const { id, taken, givenBack } of falseAlarms) {
      expect(givenBack, `debt ${id}`).to.deep.equal(taken);
      for (const [holders, books] of [
        [run.lenders.all, vaultEpochs],
        [run.stakers.all, fundEpochs],
      ] as const) {
        for (const { name, epochs } of holders) {
          for (const epoch of books.epochsOf(id)) {
            const entry = epochs.get(epoch);
            if (entry !== undefined) expect(entry.claimed, `${name}, debt ${id}`).to.equal(entry.charged);
          }
        }
      }
    }
  });

  it("fills standing bids within the write-offs, and pays the bidders their tokens (DI1)", async () => {
    const { token, underwriters, asset } = run.world;
    const { all } = run.underwriters;
    const spent = sum(all, ({ committed, left, dust }) => committed - left - dust);
    const { dilutionCash } = crashSummary(run);
    // What rounding leaves in the book is the protocol's: less than a unit for each bid and fill.
    expect(spent - BigInt(dilutionCash)).to.satisfy((lost: bigint) => lost >= 0n && lost < 10_000n);
    const collected = sum(all, ({ tokens }) => tokens);
    const { filledTokens } = run.mirror.books.dilution;
    expect(filledTokens - collected).to.satisfy((lost: bigint) => lost >= 0n && lost < 1_000_000n);
    expect(await token.balanceOf(underwriters)).to.equal(filledTokens - collected);
    for (const { name, price, committed, left, tokens } of all) {
      // Nobody paid more than the level's price, and all of the best level was taken before the next.
      expect(tokens * price <= (committed - left) * ONE, name).to.equal(true);
      if (left > 0n) expect(all.every((one) => one.price <= price || one.left === 0n)).to.equal(true);
    }
    expect(await asset.balanceOf(underwriters)).to.equal(sum(all, ({ left, withdrawn }) => left - withdrawn));
  });

  it("holds an underwriter to its notice, and fills its bid meanwhile (IN1)", () => {
    expect(run.underwriters.panic?.error).to.equal("ExceedsMaturedNotice");
    expect(run.underwriters.all[0]!.tokens > 0n).to.equal(true);
  });

  it("pays everybody whom a debtor's write-off charged, and lets the debtor borrow again (RE1, RE2)", async () => {
    const { vault, engine, collateral } = run.world;
    expect(run.paidBack).to.have.length(2);
    for (const { account, ids, refusal, paid, received, borrowedAgain } of run.paidBack) {
      expect(refusal.error).to.equal("PositionInDefault");
      expect(refusal.args[3]).to.equal(paid);
      const { toLenders, toDilution, toInsurance, toReserves } = received;
      expect(toLenders + toDilution + toInsurance + toReserves).to.equal(paid);
      for (const id of ids) expect(await engine.outstanding(vault, id)).to.equal(0n);
      const position = await vault.positionOf(account, collateral);
      expect(position.writeOffId).to.equal(0n);
      expect(position.debtAssets >= borrowedAgain).to.equal(true);
    }
    expect(run.paidBack[0]!.received.toLenders > 0n).to.equal(true);
    expect(run.paidBack[1]!.received.toDilution > 0n).to.equal(true);
  });

  it("forgives one debtor no more than the collateral does not cover, after everybody could have left (WO1)", async () => {
    const { engine, vault, collateral, fund } = run.world;
    const { id, announcedAt, executedAt, principal, interest, badDebt, layers, debtBefore, debtAfter } =
      run.restructured;
    expect(BigInt(executedAt - announcedAt) >= (await fund.cooldown())).to.equal(true);
    const entry = await engine.ledger(vault, id);
    expect([entry.cause, entry.badDebt]).to.deep.equal([2n, badDebt]);
    const near = (left: bigint): boolean => left >= -2n && left <= 2n;
    expect(badDebt - principal - interest).to.satisfy(near);
    expect(debtBefore - debtAfter - badDebt).to.satisfy(near);
    expect(interest > 0n && principal > 0n).to.equal(true);
    // At 134.06 the collateral, 100,000 / 0.72 at 194.61, covers 100,000 / 0.72 x 134.06 / 194.61 / 1.02 = 93,799.688.
    expect(debtAfter / 10n ** 16n).to.equal(9_379_968n);
    expect([totalOf(layers), layers.dilutionCash]).to.deep.equal([badDebt, 0n]);
    // What was forgiven is not owed any longer, and the rest of the loan is sound.
    expect((await engine.defaultOf(vault, id)).assets).to.equal(0n);
    const account = run.positions.all.find(({ borrower }) => borrower.standstill)!.account;
    const position = await vault.positionOf(account, collateral);
    expect([position.impairedAt, position.impairmentId]).to.deep.equal([0n, 0n]);
  });

  it("mints a token for each one sold, above the floor, and burns those bought back (DI1)", async () => {
    const { token, dilution, vault } = run.world;
    const minted = sum(run.buyer.purchases, ({ tokens }) => tokens) + run.mirror.books.dilution.filledTokens;
    const initial = 1_000_000n * ONE;
    expect(await token.totalSupply()).to.equal(initial + minted - run.buybacks.burntTokens);
    const { floorPrice } = await dilution.saleTerms(vault);
    for (const { price } of run.buyer.purchases) expect(price >= floorPrice).to.equal(true);
    const paid = sum(run.buyer.purchases, ({ assets }) => assets);
    expect(paid).to.equal(BigInt(crashSummary(run).auctionProceeds));
  });

  it("leaves no recovered money lying in an auction (LI1)", async () => {
    const { asset, dilution, debtAuction, buybackAuction, engine } = run.world;
    expect(run.buybacks.rounds).to.be.greaterThan(0);
    for (const contract of [dilution, debtAuction, buybackAuction, engine]) {
      expect(await asset.balanceOf(contract)).to.equal(0n);
    }
  });

  it("pays what came back to those who were charged, gone or not (RE1)", async () => {
    const { vault } = run.world;
    const credited =
      sum([...run.mirror.entries.values()], (entry) => entry.auctionProceeds) +
      sum(run.mirror.recoveries, ({ toLenders }) => toLenders) +
      provisionOutcome(run.mirror).givenBack.charged;
    const claimed = sum(run.lenders.all, (lender) => lender.claimed);
    expect(claimed + (await vault.claimsOwed())).to.equal(credited);
    // What is left belongs to the virtual shares and to rounding.
    expect((await vault.claimsOwed()) < 1_000_000n).to.equal(true);
    for (const { name, charged, claimed: got } of run.lenders.all) expect(got <= charged, name).to.equal(true);

    const gone = run.lenders.all.filter(({ leftAt, charged }) => leftAt !== undefined && charged > 0n);
    expect(gone.length).to.be.greaterThan(0);
    for (const { claimed: got } of gone) expect(got > 0n).to.equal(true);
  });

  it("lets nobody claim twice, and nobody who came after the losses claim at all (RE1)", async () => {
    const { vault } = run.world;
    const epochs = (await vault.openEpoch()) - 1n;
    for (const { account, epochs: charged } of run.lenders.all) {
      for (let epoch = 1n; epoch <= epochs; epoch++) {
        expect(await vault.claimableRecovery(account, epoch)).to.equal(0n);
        if (!charged.has(epoch)) expect(await vault.balanceAtEpoch(account, epoch)).to.equal(0n);
      }
    }
  });

  it("charges lenders and stakers what their shares make of each loss, and not more", () => {
    const summary = crashSummary(run);
    const { givenBack } = provisionOutcome(run.mirror);
    const lenders = sum(run.lenders.all, ({ charged }) => charged) - givenBack.charged;
    const stakers = sum(run.stakers.all, ({ charged }) => charged) - givenBack.earmarked;
    const roundingLimit = BigInt(run.audit.all.length * 20) + 1_000_000n;
    expect(BigInt(summary.socialized) - lenders).to.satisfy((left: bigint) => left >= 0n && left < roundingLimit);
    expect(BigInt(summary.insurance) - stakers).to.satisfy((left: bigint) => left >= 0n && left < roundingLimit);
  });

  it("lets a staker go who gave notice in time, and holds one who did not (IN1)", () => {
    const [orderly, panicking] = run.stakers.all;
    expect(orderly?.withdrawn).to.equal(orderly?.staked);
    expect(orderly?.charged).to.equal(0n);
    expect(run.stakers.panic?.error).to.equal("ExceedsMaturedNotice");
    expect(panicking!.charged > 0n).to.equal(true);
  });

  it("holds in the vault and in the fund what the books say (LV1)", async () => {
    const { vault, fund, asset, collateral } = run.world;
    expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + (await vault.claimsOwed()));
    expect(await asset.balanceOf(fund)).to.equal((await fund.totalAssets()) + (await fund.claimsOwed()));
    let held = 0n;
    let principal = 0n;
    for (const { account } of run.positions.all) {
      const position = await vault.positionOf(account, collateral);
      held += position.collateralAssets;
      principal += position.principalAssets;
    }
    expect(await collateral.balanceOf(vault)).to.equal(held);
    expect(await vault.totalPrincipalOf(collateral)).to.equal(principal);
  });

  it("submitted every round of the crash to the feed at its own second, the low included", async () => {
    const { collateralAggregator, collateralFeed } = run.world;
    const { collateralRounds } = run.scenario;
    expect(await collateralAggregator.latestRound()).to.equal(BigInt(collateralFeed.rounds));
    // After the crash its last price is repeated twice, for the restructuring.
    const first = collateralFeed.rounds - 2 - collateralRounds.length + 1;
    for (const [index, { updatedAt, answer }] of collateralRounds.entries()) {
      const round = await collateralAggregator.getRoundData(first + index);
      expect([round.answer, round.updatedAt]).to.deep.equal([answer, BigInt(updatedAt)]);
    }
    expect(collateralRounds.some(({ answer }) => answer === 8_600_000_000n)).to.equal(true);
  });

  it("makes a report that opens from the file, with every chart", () => {
    const html = crashReport(run);
    for (const id of ["price", "health", "trouble", "losses", "share-price", "buffers", "tokens", "provisions"]) {
      expect(html).to.include(`id="${id}"`);
    }
    expect(html).to.not.match(/NaN|undefined|\[object/);
  });

  it("gives the same figures to the last unit for the same seed", async () => {
    const again = await runCrash(smallCrash(), "integration test", new Progress(SILENT_STREAM));
    expect(crashSummary(again)).to.deep.equal(crashSummary(run));
    await again.world.chain.connection.close();
  });
});
