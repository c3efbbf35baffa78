import { expect } from "chai";
import { Contract } from "ethers";

import { Names } from "../../scripts/governance/names.ts";
import { allFlags } from "../../scripts/governance/print.ts";
import { type Proposal } from "../../scripts/governance/proposal.ts";
import { safeAt } from "../../scripts/lib/safe/index.ts";
import { LendingVault__factory } from "../../types/ethers-contracts/index.ts";
import { expectRejected } from "../helpers/namedErrors.ts";
import { type Governance, localGovernance } from "../helpers/safeGovernance.ts";
import { changesIn, type Filed, SafeSession } from "../helpers/safeSession.ts";

const DAY = 86_400n;

/** One chain, one deployment, one story: every test goes on where the one before has stopped. */
describe("governance by Safes, a whole life (AC1)", function () {
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

  const vault = () => LendingVault__factory.connect(addressOf("LendingVault"), chain.connection.ethers.provider);
  const addressOf = (name: string): string => chain.known.find((entry) => entry.name === name)!.address;
  const rules = async () => vault().collateralConfig(chain.collateral);

  describe("a change of rules", () => {
    let filed: Filed;

    it("is proposed in words, for the governor's Safe, and keeps what nobody named", async () => {
      filed = await session.propose("set lendingVault.collateral WETH lltv 0.82");
      const { proposal } = filed;
      expect(proposal.safe).to.equal(chain.governor);
      expect(proposal.batches.map(({ kind, transaction }) => [kind, transaction.nonce])).to.deep.equal([
        ["schedule", 0n],
        ["execute", 1n],
      ]);
      const data = vault().interface.encodeFunctionData("setCollateral", [
        chain.collateral,
        {
          ...{ ltvBps: 7_500, lltvBps: 8_200, liquidationIncentiveBps: 800, minIncentiveBps: 200 },
          ...{ targetHealthBps: 10_500, principalCap: 150_000_000n * 10n ** 18n },
        },
      ]);
      const manager = new Contract(addressOf("AccessManager"), ["function schedule(address,bytes,uint48)"]).interface;
      const { transaction } = proposal.batches[0]!;
      expect(transaction.to).to.equal(addressOf("AccessManager"));
      expect(transaction.operation).to.equal(0);
      expect(transaction.data).to.equal(manager.encodeFunctionData("schedule", [addressOf("LendingVault"), data, 0]));
      expect(proposal.delay).to.equal(2n * DAY);
    });

    it("has the hashes that the Safe itself computes", async () => {
      for (const { hashes, transaction: t } of filed.proposal.batches) {
        const safe = safeAt(chain.governor, chain.connection.ethers.provider);
        const args = [
          t.to,
          t.value,
          t.data,
          t.operation,
          t.safeTxGas,
          t.baseGas,
          t.gasPrice,
          t.gasToken,
          t.refundReceiver,
          t.nonce,
        ];
        expect(await safe.getFunction("getTransactionHash").staticCall(...args)).to.equal(hashes.safeTx);
        expect(await safe.getFunction("domainSeparator").staticCall()).to.equal(hashes.domain);
      }
    });

    it("is tried on a copy, which shows what it does and leaves the chain as it is", async () => {
      const simulation = await session.simulate(filed);
      expect(simulation.warnings).to.deep.equal([]);
      expect(changesIn(simulation)).to.deep.equal({ "lendingVault.collateral WETH lltvBps": "80 % → 82 %" });
      expect(
        simulation.batches.map(({ outcome, approved, signed }) => [outcome, approved.length, signed.length]),
      ).to.deep.equal([
        ["executed", 2, 0],
        ["executed", 2, 0],
      ]);
      const [scheduled, executed] = simulation.batches;
      expect(executed!.timestamp - scheduled!.timestamp).to.be.at.least(Number(2n * DAY));
      expect(executed!.events.join()).to.contain(
        "LendingVault.CollateralConfigured(WETH, [7500, 8200, 800, 200, 10500",
      );
      expect((await rules()).lltvBps).to.equal(8_000n);
      expect(await safeAt(chain.governor, chain.connection.ethers.provider).getFunction("nonce").staticCall()).to.equal(
        0n,
      );
    });

    it("needs two signatures: one is too few for the checks and for the Safe", async () => {
      await session.sign(filed, "schedule", chain.owners.governor[2]!);
      await expectRejected(session.execute(filed, "schedule"), "TooFewSignatures", "1 of 2");
      await expectRejected(session.force(filed, "schedule"), "ExecutionRefused", "GS020");
    });

    it("uses real signatures in a simulation as soon as there are any", async () => {
      const [schedule] = (await session.simulate(filed)).batches;
      expect(schedule?.signed).to.deep.equal([chain.owners.governor[2]!.address]);
      expect(schedule?.approved.length).to.equal(1);
    });

    it("is announced by anybody who has the signatures, and waits", async () => {
      await session.sign(filed, "schedule", chain.owners.governor[0]!);
      const { next } = await session.execute(filed, "schedule");
      expect(next).to.contain("2-execute.json, from");
      await session.sign(filed, "execute", chain.owners.governor[0]!, chain.owners.governor[1]!);
      await expectRejected(session.execute(filed, "execute"), "NotDue");
      await expectRejected(session.force(filed, "execute"), "ExecutionRefused", "AccessManagerNotReady");
      expect((await rules()).lltvBps).to.equal(8_000n);
      await expectRejected(
        session.propose("set lendingVault.collateral WETH lltv 0.82"),
        "AlreadyScheduled",
        "executable in",
      );
    });

    it("is simulated from where it stands: announced already", async () => {
      const { batches, differences } = await session.simulate(filed);
      expect(batches.map(({ outcome }) => outcome)).to.deep.equal(["was executed before", "executed"]);
      expect(differences.length).to.equal(1);
    });

    it("takes effect after the delay", async () => {
      await chain.oracle.wait(2n * DAY);
      await session.execute(filed, "execute");
      expect((await rules()).lltvBps).to.equal(8_200n);
      expect((await rules()).ltvBps).to.equal(7_500n);
    });

    it("cannot be replayed", async () => {
      await expectRejected(session.execute(filed, "execute"), "NonceUsed", "nonce 1", "at 2");
      // With the nonce that is next, its hash is another one, and the signatures are nobody's.
      await expectRejected(session.force(filed, "execute"), "ExecutionRefused", "GS026");
    });
  });

  describe("what stops a batch", () => {
    it("a nonce that is not the next one", async () => {
      const ahead = await session.propose("set lendingVault.minProvision 3,000 DAI", { nonce: 7n });
      await session.sign(ahead, "schedule", ...chain.owners.governor.slice(0, 2));
      await expectRejected(session.execute(ahead, "schedule"), "NonceAhead", "nonce 7", "5 transaction(s)");
      await expectRejected(session.propose("pause dilution; unpause dilution"), "NotAllowed");
      await expectRejected(session.propose("set lendingVault.minProvision 1 DAI", { nonce: 1n }), "NonceUsed");
    });

    it("keys that own another Safe", async () => {
      const filed = await session.propose("set lendingVault.minProvision 3,000 DAI");
      await session.sign(filed, "schedule", chain.owners.governor[0]!, chain.owners.guardian[0]!);
      await expectRejected(session.execute(filed, "schedule"), "NotAnOwner", chain.owners.guardian[0]!.address);
    });

    it("a transaction that does nothing, in its place", async () => {
      const unwanted = await session.propose("set lendingVault.minProvision 3,500 DAI");
      await session.sign(unwanted, "schedule", ...chain.owners.governor.slice(0, 2));
      const skip = await session.propose("safe skip", { safe: "governor" });
      await session.carryOut(skip, chain.owners.governor);
      await expectRejected(session.execute(unwanted, "schedule"), "NonceUsed");
      await expectRejected(session.force(unwanted, "schedule"), "ExecutionRefused", "GS026");
    });

    it("the guardian, who cancels what was announced", async () => {
      const filed = await session.propose("set lendingVault.minProvision 4,000 DAI");
      await session.sign(filed, "schedule", ...chain.owners.governor.slice(0, 2));
      await session.execute(filed, "schedule");
      await session.sign(filed, "execute", ...chain.owners.governor.slice(0, 2));
      const cancel = await session.propose(`cancel ${filed.folder}`, { safe: chain.guardian });
      expect(cancel.proposal.batches.map(({ kind }) => kind)).to.deep.equal(["direct"]);
      await session.carryOut(cancel, chain.owners.guardian);
      await chain.oracle.wait(2n * DAY);
      await expectRejected(session.execute(filed, "execute"), "NotScheduled", "LendingVault.setMinProvision");
      await expectRejected(session.force(filed, "execute"), "ExecutionRefused", "AccessManagerNotScheduled");
      await expectRejected(session.simulate(filed), "NotScheduled");
      expect(await vault().minProvision()).to.equal(2_000n * 10n ** 18n);
    });

    it("rules that somebody changed in between: executing would undo that", async () => {
      const nonce = await nextNonce();
      const filed = await session.propose("set lendingVault.collateral WETH lltv 0.81", { nonce });
      await session.sign(filed, "schedule", ...chain.owners.governor.slice(0, 2));
      await session.execute(filed, "schedule");
      await session.carryOut(await session.propose("freeze WETH"), chain.owners.guardian);
      expect((await rules()).principalCap).to.equal(0n);
      await session.sign(filed, "execute", ...chain.owners.governor.slice(0, 2));
      await chain.oracle.wait(2n * DAY);
      await expectRejected(session.execute(filed, "execute"), "StaleProposal", "principalCap", "and is 0");
      expect((await session.simulate(filed)).warnings.join()).to.contain("principalCap");
      await session.execute(filed, "execute", chain.stranger, true);
      expect([(await rules()).lltvBps, (await rules()).principalCap]).to.deep.equal([
        8_100n,
        150_000_000n * 10n ** 18n,
      ]);
    });
  });

  describe("guardian and risk council", () => {
    it("the guardian pauses at once, and cannot lift it", async () => {
      const filed = await session.propose("pause lendingVault borrowing; pause dilution");
      expect(filed.proposal.safe).to.equal(chain.guardian);
      await session.carryOut(filed, chain.owners.guardian);
      expect([...(await vault().paused())]).to.deep.equal([false, true]);
      await expectRejected(
        session.propose("unpause dilution", { safe: chain.guardian }),
        "NotAllowed",
        "GOVERNOR",
        "guardian",
      );
      await session.carryOut(await session.propose("unpause lendingVault; unpause dilution"), chain.owners.governor);
      expect([...(await vault().paused())]).to.deep.equal([false, false]);
    });

    it("the council moves a rule within the steward's step, at once", async () => {
      const filed = await session.propose("steward set lendingVault.collateral WETH ltv 0.745");
      expect(filed.proposal.safe).to.equal(chain.riskCouncil);
      await session.carryOut(filed, chain.owners.riskCouncil);
      expect((await rules()).ltvBps).to.equal(7_450n);
    });

    it("not further, and not again so soon: the simulation says it first, the chain holds", async () => {
      const far = await session.propose("steward set lendingVault.collateral WETH lltv 0.83");
      await expectRejected(session.simulate(far), "ExecutionRefused", "StepTooLarge");
      await session.sign(far, "direct", ...chain.owners.riskCouncil.slice(0, 2));
      await expectRejected(session.execute(far, "direct"), "ExecutionRefused", "StepTooLarge");
      const soon = await session.propose("steward set lendingVault.collateral WETH ltv 0.74");
      await expectRejected(session.simulate(soon), "ExecutionRefused", "ChangedTooRecently");
      expect((await rules()).ltvBps).to.equal(7_450n);
    });
  });

  describe("what a report shows", () => {
    it("who could pay less, before and after", async () => {
      const simulation = await session.simulate(await session.propose("set insuranceFund.drawCaps hourCap 1,000 DAI"));
      expect(changesIn(simulation)).to.deep.equal({
        "insuranceFund.drawCaps hourCap": "250,000 DAI → 1,000 DAI",
        "layer 2, InsuranceFund, can pay": "200,000 DAI → 1,000 DAI",
      });
      expect(simulation.before.find(({ what }) => what === "WETH falls 75 %: bad debt")?.value).to.match(
        /^9\d,\d{3}\.\d+ DAI$/,
      );
    });

    it("roles and owners that would change", async () => {
      const grant = await session.propose(`grant GUARDIAN to ${chain.stranger.address} delay 0`);
      expect(flagKinds(grant.proposal)).to.deep.equal(["role change"]);
      const simulation = await session.simulate(grant);
      expect(simulation.batches.at(-1)?.events.join()).to.contain("AccessManager.RoleGranted(2");
      expect(changesIn(simulation)).to.deep.equal({ [`${chain.stranger.address} is GUARDIAN`]: "no → yes, delay 0s" });
      const owners = await session.propose(
        `safe replace owner ${chain.owners.governor[1]!.address} by ${chain.stranger.address}`,
        {
          safe: chain.governor,
        },
      );
      expect(flagKinds(owners.proposal)).to.deep.equal(["owner change"]);
      const [difference] = (await session.simulate(owners)).differences;
      expect(difference?.what).to.equal("governor owners");
      expect(difference?.after).to.contain(chain.stranger.address);
    });

    it("a warning when nothing changes", async () => {
      const filed = await session.propose("set lendingVault.minProvision 2,000 DAI");
      expect(flagKinds(filed.proposal)).to.deep.equal(["changes nothing"]);
      expect((await session.simulate(filed)).warnings).to.have.lengthOf(1);
      expect((await session.simulate(filed)).warnings[0]).to.contain("NOTHING CHANGED");
    });
  });

  describe("a large batch", () => {
    it("executes a batch of 150 calls within one transaction", async () => {
      const calls = Array.from({ length: 150 }, (_call, i) => `call lendingVault.setMinProvision ["${i + 1}"]`);
      const filed = await session.propose(calls.join("\n"));
      expect(filed.proposal.intents.length).to.equal(150);
      await session.carryOut(filed, chain.owners.governor);
      expect(await vault().minProvision()).to.equal(150n);
    });
  });

  const nextNonce = async (): Promise<bigint> =>
    (await safeAt(chain.governor, chain.connection.ethers.provider).getFunction("nonce").staticCall()) as bigint;

  const flagKinds = (proposal: Proposal): string[] => [
    ...new Set(allFlags(proposal, new Names(proposal.names)).map(({ kind }) => kind)),
  ];
});
