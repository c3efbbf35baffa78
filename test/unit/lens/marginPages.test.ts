import { expect } from "chai";
import { network } from "hardhat";

import { deployMargin, ETH, KEEPER_FEE, PRICE, priceWad, publish, RISK, USD } from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create({
  override: { blockGasLimit: 1_000_000_000n, transactionGasCap: 1_000_000_000n },
});

const ROWS = 1_000;
/** What geth allows for one call unless told otherwise. */
const CALL_GAS = 50_000_000n;
const DEPOSIT = 20n * USD;
const SIZE = ETH / 16n;
/** Two thousand blocks fit into it. */
const DEADLINE = 10_800n;
const GAS = "0xf4240";

describe("MarginLens: a thousand rows in one call, within a node's limit", function () {
  this.timeout(400_000);

  /** A thousand traders, each with an order of its own on its way. */
  async function crowd() {
    const room = await deployMargin(ethers, { risk: { expiry: DEADLINE } });
    const { provider } = ethers;
    const { vault, asset, alice } = room;
    const at = await vault.getAddress();
    const send = async (from: string, data: string): Promise<unknown> =>
      provider.send("eth_sendTransaction", [{ from, to: at, data, gas: GAS }]);
    await asset.mint(alice, BigInt(ROWS) * DEPOSIT);
    const traders = Array.from({ length: ROWS }, (_, i) =>
      ethers.getAddress(`0x${(0x1000_0000 + i * 7_919).toString(16).padStart(40, "a")}`),
    );
    for (const trader of traders) {
      await provider.send("hardhat_impersonateAccount", [trader]);
      await networkHelpers.setBalance(trader, ETH);
      await send(alice.address, vault.interface.encodeFunctionData("depositMargin", [DEPOSIT, trader]));
    }
    for (const trader of traders) {
      const order = {
        ...{ trader, marketId: 0, sizeDeltaWad: SIZE, acceptablePriceWad: priceWad(PRICE + 10n) },
        ...{ marginAssets: DEPOSIT, depositAssets: 0n, keeperFeeAssets: KEEPER_FEE },
      };
      await send(trader, vault.interface.encodeFunctionData("commitOrder", [order]));
    }
    return { ...room, traders, send, lens: await ethers.deployContract("MarginLens") };
  }

  it("reads orders before and after their round, and accounts, positions and losses after a fall", async () => {
    const room = await crowd();
    const { vault, lens, traders, send, keeper } = room;
    const keys = traders.map((trader) => ({ trader, marketId: 0n }));
    const limit = { gasLimit: CALL_GAS };
    const waiting = await lens.orders(vault, keys, limit);
    expect(
      waiting.filter(({ earliestRoundAt, isResolvable }) => earliestRoundAt !== 0n && !isResolvable),
    ).to.have.length(ROWS);
    await networkHelpers.time.increase(RISK.minDelay);
    const round = await publish(room, PRICE);
    for (let i = 0; i < 20; i++) await publish(room, PRICE + 50n);
    const decided = await lens.orders(vault, keys, limit);
    expect(decided.filter(({ roundId, isResolvable }) => isResolvable && roundId === round)).to.have.length(ROWS);
    for (const trader of traders) {
      await send(keeper.address, vault.interface.encodeFunctionData("resolveOrder", [trader, 0, round]));
    }
    await publish(room, 1_600n);
    const rows = await lens.accounts(vault, traders, limit);
    expect(
      rows.filter(({ openMarkets, shortfallAssets }) => openMarkets === 1n && shortfallAssets > 0n),
    ).to.have.length(ROWS);
    const positions = await lens.marginPositions(vault, keys, limit);
    expect(positions.filter(({ sizeWad }) => sizeWad === SIZE)).to.have.length(ROWS);
  });
});
