import type { ContractTransactionReceipt } from "ethers";

import {
  addFund,
  commit,
  decide,
  deployMargin,
  ETH,
  KEEPER_FEE,
  type MarginScene,
  publish,
  trade,
  USD,
} from "../../../../test/helpers/margin.ts";
import { expectChange, expectThat } from "../../checks.ts";
import { withoutPreparedSlots } from "./prepared.ts";
import type { Operation, Send } from "../operation.ts";
import type { World } from "../world.ts";
import { MAX } from "../terms.ts";

/** Notional of 20,000 dollars with 3,000 behind it. */
const SIZE = 10n * ETH;
const BEHIND = 3_000n * USD;
const MARKET = 0n;
/** Dollars: equity is above zero and below maintenance; and far below zero. */
const PRICE_OF_A_PART = 1_750n;
const PRICE_OF_A_LOSS = 1_640n;

interface Action {
  operation: string;
  prepare: (scene: MarginScene, world: World) => Promise<Send>;
  check: (scene: MarginScene, receipt: ContractTransactionReceipt) => Promise<void>;
}

/**
 * A pool that has been traded against: one long and one short position are open, fees have been paid, and a fund stands
 * behind it. Prices come through the real oracle contract from a feed of one slot.
 */
async function usedPool({ connection }: World): Promise<MarginScene> {
  const { ethers, networkHelpers } = connection;
  const scene = await deployMargin(ethers);
  await addFund(ethers, scene, 100_000n * USD);
  await scene.asset.mint(scene.provider, 100_000n * USD);
  await scene.asset.mint(scene.keeper, USD);
  await trade(networkHelpers, scene, scene.carol, { size: 5n * ETH, deposit: 5_000n * USD });
  await trade(networkHelpers, scene, scene.bob, { size: -3n * ETH, deposit: 5_000n * USD });
  await trade(networkHelpers, scene, scene.alice, { size: SIZE, deposit: BEHIND });
  return scene;
}

const positionOf = async ({ vault, alice }: MarginScene) => (await vault.positionOf(alice, MARKET)).sizeWad;

const ACTIONS: readonly Action[] = [
  {
    operation: "margin: deposit into the pool",
    prepare: ({ vault, provider }) => Promise.resolve(() => vault.connect(provider).deposit(1_234n * USD, provider)),
    check: ({ asset, provider }, receipt) => expectChange(receipt, asset, provider, -1_234n * USD),
  },
  {
    operation: "margin: depositMargin",
    prepare: ({ vault, alice }) => Promise.resolve(() => vault.connect(alice).depositMargin(100n * USD, alice)),
    check: ({ asset, alice }, receipt) => expectChange(receipt, asset, alice, -100n * USD),
  },
  {
    operation: "margin: commitOrder, with its margin",
    prepare: (scene) => Promise.resolve(() => commit(scene, scene.bob, { size: -ETH, deposit: 500n * USD })),
    check: async ({ vault, bob }) => {
      expectThat((await vault.orderOf(bob, MARKET)).sizeDeltaWad === -ETH, "an order");
    },
  },
  {
    operation: "margin: resolveOrder, executed",
    prepare: async (scene, { connection }) => {
      await commit(scene, scene.bob, { size: -ETH, deposit: 500n * USD });
      const round = await decide(connection.networkHelpers, scene);
      return () => scene.vault.connect(scene.keeper).resolveOrder(scene.bob, MARKET, round);
    },
    check: async ({ vault, bob, asset, keeper }, receipt) => {
      expectThat((await vault.positionOf(bob, MARKET)).sizeWad === -4n * ETH, "a larger position");
      await expectChange(receipt, asset, keeper, KEEPER_FEE);
    },
  },
  {
    operation: "margin: liquidation of a part",
    prepare: async (scene) => {
      await publish(scene, PRICE_OF_A_PART);
      return () => scene.vault.connect(scene.keeper).liquidate(scene.alice, MARKET, 0n);
    },
    check: async (scene) => {
      const left = await positionOf(scene);
      expectThat(left > 0n && left < SIZE, "a smaller position");
    },
  },
];

const IMPAIRED: Action = {
  operation: "margin: impair",
  prepare: async (scene) => {
    await scene.vault.setMinProvision(USD);
    await publish(scene, PRICE_OF_A_LOSS);
    return () => scene.vault.connect(scene.keeper).impair(scene.alice);
  },
  check: async ({ vault, alice }) => {
    expectThat((await vault.accountOf(alice)).impairmentId !== 0n, "a provision");
  },
};

const WRITTEN_OFF: Action = {
  operation: "margin: insolvent, paid by reserves, fund and providers",
  prepare: async (scene) => {
    await publish(scene, PRICE_OF_A_LOSS);
    return () => scene.vault.connect(scene.keeper).liquidate(scene.alice, MARKET, MAX);
  },
  check: async (scene) => {
    const { reserves, insurance, socialized } = await scene.engine.ledger(scene.vault, 1n);
    expectThat((await positionOf(scene)) === 0n, "nothing open");
    expectThat(reserves > 0n && insurance > 0n && socialized > 0n, "three layers that pay");
  },
};
const LOSSES = [IMPAIRED, WRITTEN_OFF];

/** In a pool of its own. */
const inPool = ({ operation, prepare, check }: Action): Operation => {
  let scene: MarginScene | undefined;
  return {
    operation,
    prepare: async (world) => {
      scene = await usedPool(world);
      return prepare(scene, world);
    },
    check: async (_world, receipt) => {
      if (scene === undefined) throw new Error("checked before it was prepared");
      await check(scene, receipt);
    },
  };
};

/** The next loss finds the slots used that it writes. */
const withPreparedLoss = (action: Action): Action => ({
  ...action,
  prepare: async (scene, world) => {
    const preparer = await world.connection.ethers.deployContract("LossPreparer", [scene.engine]);
    await preparer.prepare(scene.vault, 1n);
    return action.prepare(scene, world);
  },
});

/** What traders, keepers and providers do with a margin vault. Each action has a pool of its own. */
export const marginOperations: readonly Operation[] = [...ACTIONS, ...LOSSES.map(withPreparedLoss)].map(inPool);

/** The loss where nobody has prepared anything. */
export const marginUnprepared: Operation = withoutPreparedSlots(inPool(WRITTEN_OFF));
