import { expect } from "chai";

import { priceAt, secondAt } from "../../../../scripts/replay/flop-auction.ts";
import { averageKnownPrice, flopLots } from "../../../../scripts/replay/flop-lots.ts";
import { makerFlop } from "../../../../scripts/replay/scenarios/maker-flop.ts";

const ONE = 10n ** 18n;

describe("maker's lots", () => {
  it("are 86 of 50,000 in the table, 84 of them with a price", () => {
    const { lotAssets, rows } = flopLots();
    expect(lotAssets).to.equal(50_000n * ONE);
    expect(rows.reduce((total, { lots }) => total + lots, 0)).to.equal(86);
    expect(rows.filter(({ price }) => price === undefined).map(({ lots }) => lots)).to.deep.equal([2]);
  });

  it("brought 244.07 on average where the price is known: money over tokens, not prices over lots", () => {
    const { lotAssets, rows } = flopLots();
    // 4,200,000 / (7 x 172.6698 + 33 x 188.6792 + 2 x 200 + 7 x 214.0045 + 12 x 220.6531 + 23 x 227.2727)
    expect(averageKnownPrice(rows, lotAssets)).to.equal(244_069_044_844_241_081_591n);
  });

  it("become 106 bids, highest first", () => {
    const { bids } = makerFlop();
    expect(bids.map(({ lots }) => lots)).to.deep.equal([7, 33, 2, 22, 7, 12, 23]);
    expect(bids.filter(({ known }) => !known).map(({ lots }) => lots)).to.deep.equal([22]);
  });
});

describe("a falling price", () => {
  const lot = { openedAt: 1_000, startPrice: 300n, floorPrice: 200n, fallSeconds: 1_000n };

  it("reaches a bid at the first second at which it is not above it", () => {
    expect(secondAt(lot, 265n)).to.equal(1_350);
    // Rounded up, the price is 265 until it has fallen by a whole unit more.
    expect([1_349, 1_350, 1_359, 1_360].map((second) => priceAt(lot, second))).to.deep.equal([266n, 265n, 265n, 264n]);
    expect(secondAt(lot, 300n)).to.equal(1_000);
    expect(secondAt(lot, 200n)).to.equal(2_000);
    expect(priceAt(lot, 9_000)).to.equal(200n);
  });
});
