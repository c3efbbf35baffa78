/** Whose functions a call's bytes are read with. */
import { Interface } from "ethers";

import { AccessManager__factory, SolvencyLens__factory } from "../../types/ethers-contracts/index.ts";
import { INTERFACES } from "../lib/interfaces.ts";
import { SAFE_CONTRACTS } from "../lib/safe/index.ts";
import { type Callee } from "./words/actions.ts";

export const ACCESS_MANAGER = AccessManager__factory.createInterface();
export const SAFE = SAFE_CONTRACTS.SafeL2.interface;
export const LENS = SolvencyLens__factory.createInterface();

/** What is read of tokens, and what a batch must not do with them unnoticed. */
export const ERC20 = new Interface([
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address account) view returns (uint256)",
  "function approve(address spender, uint256 value) returns (bool)",
  "function increaseAllowance(address spender, uint256 addedValue) returns (bool)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function transferFrom(address from, address to, uint256 value) returns (bool)",
  "function setApprovalForAll(address operator, bool approved)",
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event Approval(address indexed owner, address indexed spender, uint256 value)",
]);

/** ABI of what a name in the deployment is. */
export function abiOf(contract: Callee | "ERC20"): Interface {
  if (contract === "AccessManager") return ACCESS_MANAGER;
  if (contract === "Safe") return SAFE;
  return contract === "ERC20" ? ERC20 : INTERFACES[contract];
}
