/** A keeper's configuration, checked. Amounts of assets are in WAD of whole tokens, whatever the token's decimals. */
import { type RpcSettings } from "../rpc/open.ts";
import { type SecretSource } from "./secrets.ts";

export interface Contracts {
  readonly engine: string;
  readonly lens: string;
  /** `MarginLens`; undefined where no margin vault is kept. */
  readonly marginLens: string | undefined;
  /** The keeper's own contract for liquidations without capital; undefined if it has capital. */
  readonly flashLiquidator: string | undefined;
  /** Block in which the engine was deployed. */
  readonly fromBlock: number;
}

export type DatabaseSource =
  { readonly kind: "sqlite"; readonly path: string } | { readonly kind: "postgres"; readonly url: SecretSource };

export interface GasRules {
  /** Most that is ever paid, wei per gas. */
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
  /** Blocks after which a transaction is replaced by a dearer one. */
  readonly replaceAfterBlocks: number;
  /** By how much, percent; nodes ask for 10 at least. */
  readonly bumpPercent: number;
  /** Added to what a node estimates, percent. */
  readonly marginPercent: number;
  /** Most transactions of one account on their way. */
  readonly maxInFlight: number;
}

/** What a whole native coin is worth: asked of the vaults' oracle for this token, or a fixed amount of asset (WAD). */
export type NativePrice = { readonly token: string } | { readonly assetsWad: bigint };

/** Strategies and their settings, in the order in which they are tried. */
export type StrategyConfig =
  | { readonly use: "liquidate" | "liquidateMargin"; readonly minProfitWad: bigint; readonly perBlock: number }
  | { readonly use: "orders"; readonly minProfitWad: bigint; readonly cancel: boolean; readonly perBlock: number }
  | { readonly use: "impair"; readonly maxCostWad: bigint; readonly refreshBps: number; readonly batch: number }
  | {
      readonly use: "writeOff";
      /** Also where the reward does not pay for the gas, up to a loss of `maxCostWad` a transaction. */
      readonly alwaysWriteOff: boolean;
      readonly maxCostWad: bigint;
      readonly batch: number;
      readonly perBlock: number;
    }
  | {
      readonly use: "auctions";
      readonly settle: boolean;
      readonly maxCostWad: bigint;
      /** Tokens are bought at this price or below, WAD of assets a token; zero: none are. */
      readonly buyAtWad: bigint;
      readonly maxSpendWad: bigint;
      /** Tokens are sold back at this price or above; zero: none are. */
      readonly sellAtWad: bigint;
    }
  | { readonly use: "sweep"; readonly everyBlocks: number; readonly minAssetsWad: bigint; readonly maxCostWad: bigint }
  | {
      readonly use: "prepare";
      readonly preparer: string;
      /** Coming losses of each vault that shall be prepared. */
      readonly losses: number;
      /** Only while the base fee is at or below this, wei per gas. */
      readonly maxBaseFee: bigint;
      readonly everyBlocks: number;
      readonly maxCostWad: bigint;
    }
  | {
      readonly use: "claim";
      readonly everyBlocks: number;
      readonly minAssetsWad: bigint;
      readonly maxCostWad: bigint;
      readonly accounts: readonly { readonly account: string; readonly receiver: string; readonly shares: string }[];
    };

/** Where seized collateral goes, in the order in which they are tried. */
export type VenueConfig =
  | { readonly use: "hold"; readonly haircutBps: number }
  | {
      readonly use: "uniswapV3";
      /** SwapRouter (with a deadline) or SwapRouter02 (without). */
      readonly router: string;
      readonly version: "SwapRouter" | "SwapRouter02";
      /** For each collateral the encoded path to the asset: token, fee, token, … */
      readonly paths: ReadonlyMap<string, string>;
    }
  | { readonly use: "desk"; readonly desk: string };

export interface OperationRules {
  /** Where /metrics and /health are served; zero: nowhere. */
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  /** Milliseconds between two looks at the head. */
  readonly pollMs: number;
  /** Unhealthy beyond these. */
  readonly maxBlockGapSeconds: number;
  readonly maxTickSeconds: number;
  readonly maxInsolvencyBlocks: number;
  readonly minBalance: bigint;
  readonly webhook: SecretSource | undefined;
}

export interface KeeperConfig {
  readonly chainId: number;
  readonly rpc: RpcSettings & { readonly urls: readonly (SecretSource | string)[] };
  /** Urgent transactions go here instead of to the public nodes. */
  readonly privateRelay: SecretSource | string | undefined;
  readonly contracts: Contracts;
  readonly database: DatabaseSource;
  readonly accounts: { readonly urgent: SecretSource; readonly housekeeping: SecretSource };
  readonly native: NativePrice;
  readonly gas: GasRules;
  readonly indexer: { readonly rangeBlocks: number; readonly reorgDepth: number };
  readonly book: {
    readonly pageRows: number;
    readonly concurrency: number;
    /** Positions within this part above a health of one are watched row by row, bps. */
    readonly bandBps: number;
    /** Blocks after which every position has been read again. */
    readonly maxAgeBlocks: number;
  };
  readonly strategies: readonly StrategyConfig[];
  readonly venues: readonly VenueConfig[];
  readonly operations: OperationRules;
}
