import { type VenueConfig } from "../config/types.ts";
import { Desk } from "./desk.ts";
import { Hold } from "./hold.ts";
import { type Venue } from "./types.ts";
import { UniswapV3 } from "./uniswap-v3.ts";

export function openVenue(config: VenueConfig): Venue {
  switch (config.use) {
    case "hold":
      return new Hold(config.haircutBps);
    case "desk":
      return new Desk(config.desk);
    case "uniswapV3":
      return new UniswapV3(config.router, config.version, config.paths);
  }
}
