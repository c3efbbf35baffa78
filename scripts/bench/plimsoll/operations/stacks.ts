import { expectThat } from "../../checks.ts";
import { drainReserves } from "../losses.ts";
import type { Operation } from "../operation.ts";
import { FUND, MAX, ONE, STIPENDS } from "../terms.ts";
import type { World } from "../world.ts";
import { closeSunk } from "./liquidations.ts";

/** `IWriteOffEngine.Kind.Insurance` */
const INSURANCE = 0;
const STAKE = 50_000n * ONE;
/** What each further fund may pay for one loss, dollars. */
const FURTHER_CAP = 1_000n * ONE;

/** Funds first, dilution last: one fund; fund and dilution; then more funds between them. */
async function setTranches(world: World, count: number): Promise<void> {
  const { vault, engine, stack } = world;
  const [fund, dilution] = stack;
  if (fund === undefined || dilution === undefined) throw new Error("no stack");
  const further = [];
  for (let i = 2; i < count; i++) {
    further.push({ tranche: await newFund(world), gasStipend: STIPENDS.insurance, kind: INSURANCE });
  }
  await engine.setStack(vault, count === 1 ? [fund] : [fund, ...further, dilution]);
}

/** Another fund of this vault with money in it. */
async function newFund({ connection, vault, fund, dollar, actors }: World): Promise<string> {
  const authority = await fund.authority();
  const terms = { ...FUND, hourCap: FURTHER_CAP };
  const another = await connection.ethers.deployContract("InsuranceFund", [vault, "More", "MORE", authority, terms]);
  await dollar.connect(actors.staker).approve(another, MAX);
  await another.connect(actors.staker).deposit(STAKE, actors.staker);
  return another.getAddress();
}

/** A loss that each of so many tranches has its part in, and the lenders the rest. */
export const throughTranches = (count: number): Operation => ({
  operation: `insolvent: through ${count} tranches, socialized`,
  prepare: async (world) => {
    await drainReserves(world);
    await setTranches(world, count);
    return closeSunk(world, 10_000n * ONE);
  },
  check: async ({ engine, vault }) => {
    const { insurance, socialized } = await engine.ledger(vault, await engine.writeOffCount(vault));
    const funds = BigInt(Math.max(1, count - 1));
    expectThat(insurance === FUND.hourCap + (funds - 1n) * FURTHER_CAP, `${funds} funds that paid up to their limits`);
    expectThat(socialized > 0n, "a rest for the lenders");
  },
});
