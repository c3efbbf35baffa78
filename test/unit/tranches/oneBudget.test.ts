import { expect } from "chai";
import { network } from "hardhat";

import { deployDilutionLayer } from "../../helpers/layers.js";
import { deployLending, fundAccount, MAX } from "../../helpers/lending.js";
import { dice } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const TOKEN = 10n ** 18n;
const HOUR = 3_600n;
const DAY = 24n * HOUR;
const LIFETIME = 60n * TOKEN;

/**
 * Standing bids, auction and in-kind claims draw on one mint budget: twelve loans are lost one after the other while
 * bidders fill, buyers buy, lenders take tokens for their claims and lots are settled, in an order that dice decide.
 */
describe("one mint budget for bids, auction and claims", () => {
  async function market(assetDecimals: number) {
    const s = await deployLending(ethers, { assetDecimals, minDebt: 1n });
    const [admin, ann, ben, liquidator, buyer, bidder, ...rest] = await ethers.getSigners();
    const { one } = s;
    const address = await s.at(s.vault);
    const weth = await s.at(s.collateral);
    const { dilution, book, auction, token } = await deployDilutionLayer(ethers, s, admin!, {
      limits: { hourCap: 10n * TOKEN, monthCap: 50n * TOKEN, lifetimeCap: LIFETIME },
      sale: { startPrice: 150n * one, floorPrice: 40n * one, fallSeconds: HOUR, saleSeconds: 2n * HOUR },
      levels: Array.from({ length: 16 }, (_, k) => (100n - 4n * BigInt(k)) * one),
      token: { initialSupply: 0n },
    });
    const claims = await ethers.deployContract("InKindClaims", [dilution]);
    await dilution.setInKindClaims(claims);
    await dilution.setBuybackTerms(address, { startBps: 5_000n, riseSeconds: HOUR, offerSeconds: DAY });
    await dilution.setClaimWindow(address, DAY);
    await s.engine.setStack(address, [{ tranche: await s.at(dilution), gasStipend: 2_500_000n, kind: 1n }]);
    for (const account of [ann!, ben!, liquidator!, buyer!])
      await fundAccount(s.asset, account, address, 100_000n * one);
    await s.asset.connect(buyer).approve(auction, MAX);
    await fundAccount(s.asset, bidder!, await s.at(book), 100_000n * one);
    for (const lender of [ann!, ben!]) {
      await s.vault.connect(lender).deposit(20_000n * one, lender.address);
      await s.vault.connect(lender).setAuthorization(claims, true);
    }
    const borrowers = rest.slice(0, 12);
    for (const borrower of borrowers) {
      await fundAccount(s.collateral, borrower, address, 10n * TOKEN);
      await s.vault.connect(borrower).supplyCollateral(weth, 10n * TOKEN, borrower.address);
      await s.vault.connect(borrower).borrow(weth, 1_400n * one, borrower.address, borrower.address);
    }
    await s.setPrice(100n);
    return {
      ...{ ...s, address, weth, dilution, claims, book, auction, token, borrowers },
      ...{ lenders: [ann!, ben!], liquidator: liquidator!, buyer: buyer!, bidder: bidder! },
    };
  }

  /** What the walks have done, all together. */
  const done = { bids: 0, sales: 0, taken: 0, settled: 0 };

  for (const [decimals, seed] of [
    [0, 3n],
    [2, 11n],
    [6, 5n],
    [8, 17n],
    [18, 7n],
    [24, 13n],
  ] as const) {
    it(`DI1: is never exceeded, and no token is cheaper than the floor (asset of ${decimals} decimals)`, async () => {
      const t = await market(decimals);
      const roll = dice(seed * 104_729n);
      const floorPrice = 40n * t.one;
      let lost = 0n;
      const attempt = async (name: keyof typeof done, call: Promise<unknown>) => {
        // Most calls of a walk by dice are refused: no lot, expired, nothing left.
        const succeeded = await call.then(
          () => true,
          () => false,
        );
        if (succeeded) done[name] += 1;
      };
      for (let step = 0; step < 70; step++) {
        const id = lost === 0n ? 1n : 1n + roll(lost);
        const lender = t.lenders[Number(roll(2n))]!;
        switch (Number(roll(6n))) {
          case 0:
            if (lost === BigInt(t.borrowers.length)) break;
            await t.vault
              .connect(t.liquidator)
              .liquidate(t.borrowers[Number(lost)]!.address, t.weth, MAX, 0n, MAX, "0x");
            lost += 1n;
            break;
          case 1:
            await attempt(
              "bids",
              t.book.connect(t.bidder).commit(roll(16n), (1n + roll(120n)) * t.one, t.bidder.address),
            );
            break;
          case 2:
            await attempt(
              "sales",
              t.auction.connect(t.buyer).buy(t.address, id, roll(4n * TOKEN), MAX, t.buyer.address, 2n ** 48n),
            );
            break;
          case 3: {
            const { epoch } = await t.engine.ledger(t.address, id).catch(() => ({ epoch: 1n }));
            const shares = 1n + roll(await t.vault.balanceOf(lender.address));
            await attempt(
              "taken",
              t.claims.connect(lender).take(t.address, id, epoch, lender.address, shares, 0n, lender.address),
            );
            break;
          }
          case 4:
            await attempt("settled", t.auction.settle(t.address, id));
            break;
          default:
            await time.increase(roll(3n) === 0n ? roll(30n * HOUR) : roll(3n * HOUR));
        }
        // What was minted and what is still on offer are exactly what the budget has issued.
        const { issuedTokens } = await t.dilution.budget(t.address);
        let offered = 0n;
        for (let lot = 1n; lot <= lost; lot++) {
          offered += await t.auction.remainingTokens(t.address, lot);
          const { raisedAssets, mintedTokens } = await t.dilution.issueOf(t.address, lot);
          const taken = await t.dilution.takenOf(t.address, lot);
          expect(raisedAssets * TOKEN, "sold under the floor").to.be.greaterThanOrEqual(mintedTokens * floorPrice);
          expect(taken.raisedAssets * TOKEN, "taken under the floor").to.be.greaterThanOrEqual(
            taken.mintedTokens * floorPrice,
          );
          const { socialized, auctionProceeds, recovered } = await t.engine.ledger(t.address, lot);
          expect(auctionProceeds + recovered + taken.raisedAssets, "paid twice").to.be.lessThanOrEqual(socialized);
        }
        expect(issuedTokens).to.equal((await t.token.totalSupply()) + offered);
        expect(issuedTokens).to.be.lessThanOrEqual(LIFETIME);
      }
    });
  }

  it("has been drawn on in every way by those walks", () => {
    for (const [way, times] of Object.entries(done)) expect(times, way).to.be.greaterThan(3);
  });
});
