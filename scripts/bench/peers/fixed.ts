/**
 * Peers that are not on npm. Their figures are those of issue 8 of this project, measured there in the same way (same
 * tokens, infinite approvals, one-slot price, cold access list, whole transactions). The issue names no commit of the
 * peers, so none is given here: they cannot be measured again from this repository.
 */
export const FIXED_PEERS = {
  comet: { name: "Comet", about: "Compound III, without its proxy" },
  eulerV2: { name: "Euler v2", about: "EVK vaults" },
  aaveUmbrella: { name: "Aave v3 with Umbrella", about: "liquidation, slashing and covering the deficit" },
  makerFlop: { name: "Maker flop", about: "kick, dent, deal" },
  venus: { name: "Venus", about: "shortfall auction: start, bid, close" },
} as const;

export const FIXED_SOURCE = "issue 8 of this project; commit not recorded there";

export type FixedPeer = keyof typeof FIXED_PEERS;
