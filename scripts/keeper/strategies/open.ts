import { type StrategyConfig } from "../config/types.ts";
import { type Venue } from "../venues/types.ts";
import { Auctions } from "./auctions.ts";
import { Claim } from "./claim.ts";
import { Impair } from "./impair.ts";
import { Liquidate } from "./liquidate.ts";
import { LiquidateMargin } from "./liquidate-margin.ts";
import { Orders } from "./orders.ts";
import { Prepare } from "./prepare.ts";
import { Sweep } from "./sweep.ts";
import { type Strategy } from "./types.ts";
import { WriteOff } from "./write-off.ts";

export function openStrategy(config: StrategyConfig, venues: readonly Venue[]): Strategy {
  switch (config.use) {
    case "liquidate":
      return new Liquidate(config, venues);
    case "liquidateMargin":
      return new LiquidateMargin(config);
    case "orders":
      return new Orders(config);
    case "impair":
      return new Impair(config);
    case "writeOff":
      return new WriteOff(config);
    case "auctions":
      return new Auctions(config);
    case "prepare":
      return new Prepare(config);
    case "sweep":
      return new Sweep(config);
    case "claim":
      return new Claim(config);
  }
}
