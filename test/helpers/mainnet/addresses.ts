/** Contracts of Ethereum mainnet, and where its tokens keep balances. */

/** Chainlink's proxy for ETH / USD (https://data.chain.link). */
export const ETH_USD_FEED = "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419";

/** Uniswap V3 pool USDC/WETH with a fee of 0.05 %; USDC is token 0. */
export const USDC_WETH_POOL = "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640";
/** Uniswap V3's factory, and the first of its routers. */
export const V3_FACTORY = "0x1F98431c8aD98523631AE4a59f267346ea31F984";
export const V3_ROUTER = "0xE592427A0AEce92De3Edee1F18E0157C05861564";
/** Uniswap V2's factory and router. */
export const V2_FACTORY = "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f";
export const V2_ROUTER = "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D";

export const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
export const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";

/** Safe 1.4.1, as in Safe's own registry of deployments. */
export const SAFE_SINGLETON = "0x41675C099F32341bf84BFc5382aF534df5C7461a";
export const SAFE_FACTORY = "0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67";
export const SAFE_FALLBACK_HANDLER = "0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99";

/** A token and the base slot of its mapping of balances: a balance is at keccak256(holder, base). */
export interface MainnetToken {
  readonly address: string;
  readonly decimals: number;
  readonly balanceSlot: number;
}

export const TOKENS = {
  WETH: { address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", decimals: 18, balanceSlot: 3 },
  USDC: { address: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", decimals: 6, balanceSlot: 9 },
  DAI: { address: "0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18, balanceSlot: 2 },
  USDT: { address: "0xdAC17F958D2ee523a2206206994597C13D831ec7", decimals: 6, balanceSlot: 2 },
  WBTC: { address: "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599", decimals: 8, balanceSlot: 0 },
} as const satisfies Record<string, MainnetToken>;

export type TokenName = keyof typeof TOKENS;
