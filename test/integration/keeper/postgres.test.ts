import { expect } from "chai";
import { Client } from "pg";

import { newPlace, type Place, startBot } from "../../../scripts/keeper/local/bot.ts";
import { type KeeperWorld, ONE, SECOND_KEY, startWorld } from "../../../scripts/keeper/local/world.ts";

const SERVER = process.env.KEEPER_TEST_DATABASE_URL;
const LOAN = { collateral: 10n, debt: 1_400n };

describe("keeper: two bots on one PostgreSQL state (where KEEPER_TEST_DATABASE_URL names a server)", function () {
  this.timeout(120_000);
  let world: KeeperWorld;
  let place: Place;
  let server: Client;
  // A database of its own, because what an earlier run remembers is of another chain under the same name.
  const database = `keeper_${process.pid}_${Date.now()}`;

  before(async function () {
    if (SERVER === undefined) {
      console.log("      KEEPER_TEST_DATABASE_URL is not set: bots that share a state are not tested");
      this.skip();
    }
    server = new Client({ connectionString: SERVER });
    await server.connect();
    await server.query(`CREATE DATABASE ${database}`);
    place = newPlace();
    world = await startWorld();
  });
  after(async () => {
    if (SERVER === undefined) return;
    await world.stop();
    place.clean();
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.end();
  });

  it("divide the work: everything is done once, and neither sends what the other has taken", async () => {
    const other = newPlace();
    await world.plant([LOAN, LOAN, LOAN, LOAN, LOAN, LOAN]);
    await world.setPrice(170n);
    await world.desk.setPrice(168n * ONE);
    process.env.TEST_SHARED_STATE = SERVER!.replace(/\/[^/]*$/, `/${database}`);
    const config = { database: { kind: "postgres", url: { env: "TEST_SHARED_STATE" } } };
    const bots = await Promise.all([
      startBot(world, place, ["--once", "--json"], { config }),
      startBot(world, other, ["--once", "--json"], { config, urgentKey: SECOND_KEY }),
    ]);
    const runs = await Promise.all(bots.map(async ({ done }) => done));
    other.clean();
    const sent = runs.flatMap(({ summary }) => summary?.proposals.filter(({ status }) => status === "sent") ?? []);
    // One of the two may have met the other while reading, and leave this block to it (1).
    for (const { exitCode, stderr } of runs) expect([0, 1], stderr).to.include(exitCode);
    expect(new Set(sent.map(({ name }) => name)).size).to.equal(sent.length);
    for (const { summary } of runs) expect(summary?.mined.every(({ succeeded }) => succeeded) ?? true).to.equal(true);
    expect(await world.vault.queryFilter(world.vault.filters.Liquidated())).to.have.length(6);
  });
});
