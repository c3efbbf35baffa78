/**
 * Peers that are not on npm. Their figures are those of issue 8 of this project, measured there in the same way (same
 * tokens, infinite approvals, one-slot price, cold access list, whole transactions). The issue names no commit of the
 * peers, so none is given here, and they cannot be measured again from this repository. Repositories are where their
 * code is public.
 */
export const FIXED_PEERS = {
  comet: { name: "Comet", about: "Compound III, without its proxy", repository: "compound-finance/comet" },
  eulerV2: { name: "Euler v2", about: "vaults of its kit", repository: "euler-xyz/euler-vault-kit" },
  aaveUmbrella: {
    name: "Aave v3 with Umbrella",
    about: "liquidation, slashing and covering the deficit",
    repository: "aave-dao/aave-umbrella",
  },
  makerFlop: { name: "Maker flop", about: "kick, dent, deal", repository: "makerdao/dss" },
  venus: {
    name: "Venus",
    about: "shortfall auction: start, bid, close",
    repository: "VenusProtocol/isolated-pools",
  },
} as const;

export const FIXED_SOURCE = "issue 8 of this project; which commit was measured is not recorded there";

export type FixedPeer = keyof typeof FIXED_PEERS;
