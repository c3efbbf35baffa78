import { expect } from "chai";

import { Progress, SILENT_STREAM } from "../../scripts/lib/progress.ts";
import { type BothRun, runBoth } from "../../scripts/replay/margin/both.ts";
import { bothReport } from "../../scripts/replay/margin/both-report.ts";
import { bothSummary } from "../../scripts/replay/margin/print-both.ts";
import { provisionOutcome } from "../../scripts/replay/provision-outcome.ts";
import { type BothScenario, blackThursdayBoth } from "../../scripts/replay/scenarios/black-thursday-both.ts";

/** Both books small; everybody's money with them. */
function smallBoth(): BothScenario {
  const whole = blackThursdayBoth();
  const { lending, margin } = whole;
  const fewer = ({ bids }: { bids: readonly { price: bigint; assets: bigint }[] }, part: bigint) => ({
    bids: bids.map(({ price, assets }) => ({ price, assets: assets / part })),
  });
  return {
    ...whole,
    lending: {
      ...{ ...lending, stepSeconds: 900, book: { ...lending.book, borrowers: 40 } },
      stakers: { ...lending.stakers, assets: lending.stakers.assets / 4n },
      underwriters: fewer(lending.underwriters, 20n),
      liquidators: {
        ...lending.liquidators,
        liquidators: lending.liquidators.liquidators.map(({ capital, aim }) => ({ capital: capital / 8n, aim })),
      },
    },
    margin: {
      ...margin,
      traders: { ...margin.traders, traders: 36 },
      providers: { ...margin.providers, initial: 6, assets: margin.providers.assets / 4n },
      underwriters: fewer(margin.underwriters, 4n),
    },
  };
}

describe("black thursday with both vaults, small", function () {
  this.timeout(240_000);
  let run: BothRun;

  before(async () => {
    run = await runBoth(smallBoth(), "integration test", new Progress(SILENT_STREAM));
  });
  after(async () => {
    await run.lendingWorld.chain.connection.close();
  });

  it("leaves each vault's coverage as it was by every loss of the other (IN2)", () => {
    expect(run.watches.lending).to.be.greaterThan(3);
    expect(run.watches.margin).to.be.greaterThan(3);
  });

  it("charges both, each through its own fund and its own shares", () => {
    const { lending, margin } = bothSummary(run);
    for (const one of [lending, margin]) {
      expect(BigInt(one.badDebt) > 0n && BigInt(one.insurance) > 0n && BigInt(one.socialized) > 0n).to.equal(true);
    }
    const { before, after } = run;
    for (const kind of ["lending", "margin"] as const) {
      expect(after[kind].insurance < before[kind].insurance, kind).to.equal(true);
      expect(after[kind].vaultEpoch > before[kind].vaultEpoch, kind).to.equal(true);
    }
  });

  it("takes what insurance paid from the fund of the vault that lost, to the unit (IN2)", () => {
    // No staker of the margin fund left. What was earmarked and released is theirs to claim, apart from the fund's assets.
    const paid = BigInt(bothSummary(run).margin.insurance);
    const released = provisionOutcome(run.margin.mirror).givenBack.earmarked;
    expect(run.before.margin.insurance - run.after.margin.insurance).to.equal(
      paid + released + run.after.margin.earmarked,
    );
  });

  it("makes a report of both", () => {
    const html = bothReport(run);
    expect(html).to.include('id="losses"').and.to.include('id="margin-losses"');
    expect(html).to.not.match(/NaN|undefined|\[object/);
  });
});
