/** A deployment as the package tells it; deploy/addresses/<chainId>.json has all of it. */

/** One contract. */
export interface DeployedContract {
  readonly address: string;
  /** Block of its creation: where to start reading its events. */
  readonly block: number;
  /** keccak256 of its runtime code. */
  readonly codeHash: string;
}

/** One deployment. */
export interface Deployment {
  readonly chainId: number;
  /** Version of this package that was deployed; its ABIs are in `plimsoll/abis/<version>/<Contract>.json`. */
  readonly version: string;
  readonly governance: Readonly<Record<"governor" | "guardian" | "riskCouncil", string>>;
  readonly market: Readonly<Record<"asset" | "collateral", string>>;
  /** By contract name. */
  readonly contracts: Readonly<Record<string, DeployedContract>>;
}
