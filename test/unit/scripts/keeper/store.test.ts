import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { type DatabaseSettings, openStore } from "../../../../scripts/keeper/store/open.ts";
import { type Sighting, type Store } from "../../../../scripts/keeper/store/types.ts";

const POSTGRES = process.env.KEEPER_TEST_DATABASE_URL;
const CHAIN = 31_337;

const seen = (name: string, firstBlock: number): Sighting => ({
  ...{ kind: "position", source: "0xvault", first: name, second: "0xcollateral", firstBlock },
});
const block = (number: number, fork = "a") => ({ number, hash: `0x${fork}${number}` });

describe("keeper: memory in sqlite", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-store-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  remembers(() => ({ kind: "sqlite", path: join(folder, "keeper.sqlite") }));
});

describe("keeper: memory in PostgreSQL (where KEEPER_TEST_DATABASE_URL names a server)", () => {
  before(function () {
    if (POSTGRES === undefined) {
      console.log("      KEEPER_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
      this.skip();
    }
  });
  remembers(() => ({ kind: "postgres", url: POSTGRES ?? "" }));
});

function remembers(settings: () => DatabaseSettings): void {
  let store: Store;
  let other: Store;
  let engine = 0;
  // Each test has a deployment of its own in the same database, and two keepers on it.
  beforeEach(async () => {
    engine += 1;
    const name = `0x${process.pid}${Date.now()}${engine}`;
    store = await openStore(settings(), CHAIN, name);
    other = await openStore(settings(), CHAIN, name);
  });
  afterEach(async () => {
    await store.close();
    await other.close();
  });

  const first = {
    from: 0,
    to: block(10),
    sightings: [seen("b1", 3), seen("b2", 9)],
    keepUpTo: -1,
    expected: undefined,
  };

  it("keeps what was seen, and where it stopped", async () => {
    expect(await store.write(first)).to.equal(true);
    expect(await other.checkpoints()).to.deep.equal([block(10)]);
    expect(await other.sightings("position")).to.deep.equal([seen("b1", 3), seen("b2", 9)]);
    expect(await other.sightings("lot")).to.deep.equal([]);
  });

  it("replaces what was seen from a block on: nothing twice, nothing lost", async () => {
    await store.write(first);
    const again = { from: 5, to: block(11, "b"), keepUpTo: 7, expected: block(10) };
    const sightings = [seen("b1", 6), seen("b3", 8), seen("b3", 11)];
    expect(await store.write({ ...again, sightings })).to.equal(true);
    // b1 was seen at 3 and stays; b2 is gone with its block; b3 is one, however often it is seen.
    expect(await store.sightings("position")).to.deep.equal([seen("b1", 3), seen("b3", 8)]);
    expect(await store.checkpoints()).to.deep.equal([block(11, "b")]);
  });

  it("refuses a step that began before another keeper's was written", async () => {
    await store.write(first);
    const late = { ...first, to: block(12), sightings: [seen("b9", 12)] };
    expect(await other.write(late)).to.equal(false);
    expect(await store.sightings("position")).to.have.length(2);
  });

  it("lets one of two keepers write the same step when they do it at once", async () => {
    await store.write(first);
    const step = (name: string) => ({
      ...{ from: 11, to: block(11), sightings: [seen(name, 11)], keepUpTo: 10, expected: block(10) },
    });
    const written = await Promise.all([store.write(step("x")), other.write(step("y"))]);
    expect(written.filter(Boolean)).to.have.length(1);
    expect(await store.sightings("position")).to.have.length(3);
  });

  it("begins anew with other sources", async () => {
    await store.write(first);
    await store.beginWith(["0xa", "0xb"]);
    expect(await other.sources()).to.deep.equal(["0xa", "0xb"]);
    expect(await other.checkpoints()).to.deep.equal([]);
    expect(await other.sightings("position")).to.deep.equal([]);
  });

  it("keeps transactions by account and nonce, replaced ones too, until they are dropped", async () => {
    const transaction = (nonce: number, hash: string) => ({
      ...{ account: "0xme", nonce, hash, purpose: "p", signed: "0xsigned", maxFee: 10n ** 30n, priorityFee: 2n },
      atBlock: nonce,
    });
    await store.saveTransaction(transaction(4, "0x1"));
    await store.saveTransaction({ ...transaction(4, "0x2"), atBlock: 9 });
    await store.saveTransaction(transaction(5, "0x3"));
    expect((await other.transactions("0xme")).map(({ hash }) => hash)).to.deep.equal(["0x1", "0x2", "0x3"]);
    expect((await other.transactions("0xme"))[0]).to.deep.equal(transaction(4, "0x1"));
    await store.dropNonce("0xme", 4);
    expect((await other.transactions("0xme")).map(({ hash }) => hash)).to.deep.equal(["0x3"]);
    expect(await store.transactions("0xother")).to.deep.equal([]);
  });

  it("gives a lease to one keeper until it ends", async () => {
    expect(await store.lease("p", "one", 1_000, 2_000)).to.equal(true);
    expect(await other.lease("p", "two", 1_500, 2_500)).to.equal(false);
    expect(await store.lease("p", "one", 1_500, 3_000)).to.equal(true);
    expect(await other.lease("p", "two", 2_500, 4_000)).to.equal(false);
    expect(await other.lease("p", "two", 3_001, 4_000)).to.equal(true);
    await store.release("p", "one");
    expect(await store.lease("p", "one", 3_500, 4_500)).to.equal(false);
    await other.release("p", "two");
    expect(await store.lease("p", "one", 3_500, 4_500)).to.equal(true);
  });
}
