/** Tests of the keeper share one world: each starts from the same chain, with a folder of its own. */
import { newPlace, type Place } from "../../scripts/keeper/local/bot.ts";
import { type Proxy } from "../../scripts/keeper/local/proxy.ts";
import { type KeeperWorld } from "../../scripts/keeper/local/world.ts";

/** What a suite holds once its `before` has run. */
export interface Held {
  readonly world: KeeperWorld;
  /** Starts each test passing everything on. */
  readonly proxy?: Proxy;
}

/** To be called in a `describe`, after its own `before`. */
export function branchForEachTest(held: () => Held, begin: (place: Place) => void): void {
  let goBack: () => Promise<void>;
  let place: Place;
  beforeEach(async () => {
    const { world, proxy } = held();
    goBack = await world.chain.branch();
    place = newPlace();
    proxy?.behave(() => undefined);
    begin(place);
  });
  afterEach(async () => {
    await goBack();
    place.clean();
  });
}
