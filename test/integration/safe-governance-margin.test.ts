import { expect } from "chai";

import { Names } from "../../scripts/governance/names.ts";
import { allFlags, summaryOf } from "../../scripts/governance/print.ts";
import { Dilution__factory, InsuranceFund__factory, MarginVault__factory } from "../../types/ethers-contracts/index.ts";
import { expectRejected } from "../helpers/namedErrors.ts";
import { type Governance, localGovernance } from "../helpers/safeGovernance.ts";
import { changesIn, SafeSession } from "../helpers/safeSession.ts";

const ONE = 10n ** 18n;
const MARKET = 0n;

describe("governance by Safes of a margin vault, in words (AC1)", function () {
  this.timeout(240_000);
  let chain: Governance;
  let session: SafeSession;

  before(async () => {
    chain = await localGovernance();
    session = new SafeSession(chain);
  });
  after(async () => {
    session.close();
    await chain.close();
  });

  const addressOf = (name: string): string => chain.known.find((entry) => entry.name === name)!.address;
  const provider = () => chain.connection.ethers.provider;
  const vault = () => MarginVault__factory.connect(addressOf("MarginVault"), provider());
  const loosenings = async (words: string) =>
    allFlags((await session.propose(words)).proposal, new Names(chain.known))
      .filter(({ kind }) => kind === "loosening")
      .map(({ text }) => text);

  it("a market's rules change after the delay, and keep what nobody named", async () => {
    const before = await vault().marketConfig(MARKET);
    const filed = await session.propose("set marginVault.market 0 fee 12bps maintenance 0.02 openInterestCap 300,000");
    expect(filed.proposal.safe).to.equal(chain.governor);
    // What signers read is read from the bytes.
    expect(summaryOf(filed.proposal)).to.contain("maintenanceWad: 0.02").and.to.contain("feeBps: 0.12 %");
    expect(changesIn(await session.simulate(filed))).to.deep.equal({
      "marginVault.market 0 feeBps": "0.08 % → 0.12 %",
      "marginVault.market 0 maintenanceWad": "0.015 → 0.02",
      "marginVault.market 0 openInterestCapWad": "400,000 → 300,000",
    });
    await session.carryOut(filed, chain.owners.governor);
    const after = await vault().marketConfig(MARKET);
    expect([after.feeBps, after.maintenanceWad, after.openInterestCapWad]).to.deep.equal([
      12n,
      2n * 10n ** 16n,
      300_000n * ONE,
    ]);
    for (const field of ["skewCapWad", "maxFundingRateWad", "targetMultipleWad", "insuranceMultipleBps"] as const) {
      expect(after[field], field).to.equal(before[field]);
    }
  });

  it("its fund and its mint budget are told apart from the lending vault's", async () => {
    const dilution = Dilution__factory.connect(addressOf("Dilution"), provider());
    const lending = {
      limits: [...(await dilution.limits(addressOf("LendingVault")))],
      caps: [...(await InsuranceFund__factory.connect(addressOf("InsuranceFund"), provider()).drawCaps())],
    };
    const filed = await session.propose(
      "set marginFund.drawCaps hourCap 5,000 DAI; set dilution.limits marginVault hourCap 7 PLIM",
    );
    expect(changesIn(await session.simulate(filed))).to.deep.equal({
      "marginFund.drawCaps hourCap": "250,000 DAI → 5,000 DAI",
      "dilution.limits marginVault hourCap": "3,000 PLIM → 7 PLIM",
    });
    await session.carryOut(filed, chain.owners.governor);
    const fund = InsuranceFund__factory.connect(addressOf("MarginFund"), provider());
    expect((await fund.drawCaps())[0]).to.equal(5_000n * ONE);
    expect((await dilution.limits(addressOf("MarginVault"))).hourCap).to.equal(7n * ONE);
    expect([...(await dilution.limits(addressOf("LendingVault")))]).to.deep.equal(lending.limits);
    const own = InsuranceFund__factory.connect(addressOf("InsuranceFund"), provider());
    expect([...(await own.drawCaps())]).to.deep.equal(lending.caps);
  });

  it("the guardian stops trading, a market, its fund and its minting at once, and lifts nothing", async () => {
    const words = "pause marginVault trading; freeze market 0; pause marginFund; pause dilution marginVault";
    const filed = await session.propose(words);
    expect(filed.proposal.safe).to.equal(chain.guardian);
    await session.carryOut(filed, chain.owners.guardian);
    expect([...(await vault().paused())]).to.deep.equal([false, true]);
    expect((await vault().marketConfig(MARKET)).openInterestCapWad).to.equal(0n);
    const fund = InsuranceFund__factory.connect(addressOf("MarginFund"), provider());
    expect(await fund.depositsPaused()).to.equal(true);
    const dilution = Dilution__factory.connect(addressOf("Dilution"), provider());
    expect(await dilution.isPaused(addressOf("MarginVault"))).to.equal(true);
    expect(await dilution.isPaused(addressOf("LendingVault"))).to.equal(false);
    expect(await InsuranceFund__factory.connect(addressOf("InsuranceFund"), provider()).depositsPaused()).to.equal(
      false,
    );
    await expectRejected(session.propose("unpause marginVault", { safe: chain.guardian }), "NotAllowed", "GOVERNOR");
    await session.carryOut(
      await session.propose("unpause marginVault; unpause marginFund; unpause dilution marginVault"),
      chain.owners.governor,
    );
    expect([...(await vault().paused())]).to.deep.equal([false, false]);
  });

  it("flags what gives traders room at the providers' expense, and nothing else", async () => {
    expect((await loosenings("set marginVault.market 0 maintenance 0.01")).join()).to.contain("maintenanceWad");
    expect((await loosenings("set marginVault.market 0 insuranceMultiple 600%")).join()).to.contain(
      "insuranceMultipleBps",
    );
    expect(await loosenings("set marginVault.market 0 maintenance 0.03")).to.deep.equal([]);
    expect((await loosenings("set marginVault.riskConfig minDelay 5s")).join()).to.contain("minDelay");
  });

  it("refuses a market that is none, and a figure that is no size", async () => {
    await expectRejected(session.propose("set marginVault.market 7 fee 12bps"), "UnknownName", "no market 7", "has 1");
    await expectRejected(session.propose("set marginVault.market fee 12bps"), "MissingValue", "market's number");
    await expectRejected(
      session.propose("set marginVault.market 0 maintenance 2%"),
      "BadValue",
      "maintenanceWad",
      "0.015",
    );
    await expectRejected(
      session.propose("steward set marginVault.riskConfig minDelay 20s"),
      "UnknownParameter",
      "marginVault.riskConfig is the governor's",
    );
  });
});
