/** Names of the contracts' errors, so that logs and metrics say `PositionHealthy` and not four bytes. */
import { AbiCoder, FunctionFragment, id } from "ethers";

/** Errors a keeper may meet, with their arguments. A test compares them with the contracts. */
export const ERRORS: readonly string[] = [
  ...["PositionHealthy(address,address,uint256)", "PositionSolvent(address,address,uint256,uint256)"],
  ...["FractionTooSmall(uint256,uint256)", "WorthlessCollateral(address,address)", "SeizesTooLittle(uint256,uint256)"],
  ...["LossBlocked(address)", "NotConfirmed(address,address,uint256,uint256,uint256)", "NoNewerRound(uint256,uint256)"],
  ...["BelowMinDebt(uint256,uint256)", "UnknownCollateral(address)", "DuplicateItem(address,address)"],
  ...[
    "RestructuringPending(address,address)",
    "InsufficientGas(uint256,uint256)",
    "ExceedsMaxSocialized(uint256,uint256)",
  ],
  ...[
    "NothingToSweep(uint256,uint256,uint256)",
    "SweepWhileImpaired(uint256)",
    "NoSweepRecipient()",
    "SweepRefused(uint256)",
  ],
  ...[
    "LotStillOpen(address,uint256,uint256,uint256)",
    "LotClosed(address,uint256)",
    "LotExpired(address,uint256,uint256)",
  ],
  ...["PriceAboveLimit(uint256,uint256)", "NothingToBuy(uint256,uint256,uint256)", "SalePaused(address)"],
  ...["RoundClosed(address,uint256,uint256)", "RoundStillOpen(address,uint256,uint256,uint256,uint256)"],
  ...["ProfitTooSmall(uint256,uint256)", "NotAnOperator(address)", "AlreadyLiquidating()"],
  ...["AccountHealthy(address,int256,uint256)", "AccountSolvent(address,int256)", "NoPosition(address,uint256)"],
  ...["LossDisputed(address,int256,int256)", "OrderUndecided(address,uint256,uint8)", "NoOrder(address,uint256)"],
  ...["InsufficientFeedGas(uint256,uint256)", "FeedAlive(uint256)", "InsufficientCash(uint256,uint256)"],
  ...["StaleAnswer(address,address,uint256,uint256,uint256)", "ZeroAssets()", "NothingToRepay(address,address)"],
  ...["SequencerDown(address)", "SequencerGracePeriod(uint256,uint256,uint256)", "FeedReverted(address,address)"],
];

const BY_SELECTOR = new Map(ERRORS.map((signature) => [id(signature).slice(0, 10), signature]));

/** Name and values of an encoded error; the four bytes themselves if it is not known. */
export function errorName(data: string): string {
  if (data === "0x") return "no reason given";
  const signature = BY_SELECTOR.get(data.slice(0, 10));
  if (signature === undefined) return data.slice(0, 10);
  const { name, inputs } = FunctionFragment.from(`function ${signature}`);
  try {
    const values = AbiCoder.defaultAbiCoder().decode(inputs, `0x${data.slice(10)}`);
    return `${name}(${[...(values as Iterable<unknown>)].map(String).join(", ")})`;
  } catch {
    return name;
  }
}
