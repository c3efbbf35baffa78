import { expect } from "chai";
import { Interface, ZeroAddress } from "ethers";

import { decodeTransaction } from "../../../../scripts/governance/decode.ts";
import { flagsOf } from "../../../../scripts/governance/flags.ts";
import { Names } from "../../../../scripts/governance/names.ts";
import {
  type BatchCall,
  OPERATION,
  type SafeTransaction,
  safeTransaction,
} from "../../../../scripts/governance/safe/transaction.ts";
import { SAFE_CONTRACTS } from "../../../../scripts/lib/safe/index.ts";

const VAULT = "0x00000000000000000000000000000000000000A1";
const MANAGER = "0x00000000000000000000000000000000000000A2";
const TOKEN = "0x00000000000000000000000000000000000000A3";
const SAFE = "0x00000000000000000000000000000000000000A4";
const STRANGER = "0x00000000000000000000000000000000000000B1";
const NAMES = new Names([
  { name: "lendingVault", address: VAULT, contract: "LendingVault" },
  { name: "accessManager", address: MANAGER, contract: "AccessManager" },
  { name: "WETH", address: TOKEN, contract: "ERC20" },
  { name: "governor", address: SAFE, contract: "Safe" },
]);
const ABI = new Interface([
  "function approve(address,uint256)",
  "function transfer(address,uint256)",
  "function setAuthorization(address,bool)",
  "function pause(bool,bool)",
  "function grantRole(uint64,address,uint32)",
  "function schedule(address,bytes,uint48)",
  "function setAuthority(address)",
  "function addOwnerWithThreshold(address,uint256)",
]);

const call = (to: string, name = "", args: unknown[] = [], value = 0n): BatchCall => ({
  to,
  value,
  data: name === "" ? "0x" : ABI.encodeFunctionData(name, args),
});
const kinds = (transaction: SafeTransaction) =>
  flagsOf(transaction, decodeTransaction(transaction, NAMES), NAMES).map(({ kind, call: number }) => [number, kind]);
const kindsOf = (...calls: BatchCall[]) => kinds(safeTransaction(calls, 0n));

describe("red flags of a batch", () => {
  it("has none for a known call of a known contract", () => {
    expect(kindsOf(call(VAULT, "pause", [true, true]))).to.deep.equal([]);
  });

  it("has none for MultiSendCallOnly, through which every batch goes", () => {
    expect(kindsOf(call(VAULT, "pause", [true, false]), call(VAULT, "pause", [false, true]))).to.deep.equal([]);
  });

  it("tells any other delegate call: of a stranger, of MultiSend that lets its calls delegate", () => {
    for (const to of [STRANGER, VAULT, SAFE_CONTRACTS.MultiSend.address]) {
      const delegated = {
        ...safeTransaction([call(to, "pause", [true, true])], 0n),
        operation: OPERATION.delegateCall,
      };
      expect(kinds(delegated)).to.deep.include([0, "delegate call"]);
    }
  });

  it("tells an address that the deployment does not know, and which call it is", () => {
    const flags = kindsOf(call(VAULT, "pause", [true, true]), call(STRANGER, "pause", [true, true]));
    expect(flags).to.deep.equal([
      [2, "unknown target"],
      [2, "unknown selector"],
    ]);
  });

  it("tells a function that a known contract has not got, or bytes behind its arguments", () => {
    expect(kindsOf(call(VAULT, "grantRole", [1n, STRANGER, 0n]))).to.deep.equal([[1, "unknown selector"]]);
    const longer = { ...call(VAULT, "pause", [true, true]) };
    expect(kindsOf({ ...longer, data: `${longer.data}00` })).to.deep.equal([[1, "unknown selector"]]);
  });

  it("tells approvals of tokens and of operators", () => {
    expect(kindsOf(call(TOKEN, "approve", [STRANGER, 1n]))).to.deep.equal([[1, "approval"]]);
    expect(kindsOf(call(VAULT, "setAuthorization", [STRANGER, true]))).to.deep.equal([[1, "approval"]]);
  });

  it("tells money that leaves, as token or as ether", () => {
    expect(kindsOf(call(TOKEN, "transfer", [STRANGER, 1n]))).to.deep.equal([[1, "money leaves"]]);
    expect(kindsOf(call(VAULT, "", [], 1n))).to.deep.equal([[1, "money leaves"]]);
  });

  it("tells a change of roles or of the authority, also where it is only scheduled", () => {
    expect(kindsOf(call(MANAGER, "grantRole", [1n, STRANGER, 0n]))).to.deep.equal([[1, "role change"]]);
    const inside = ABI.encodeFunctionData("approve", [STRANGER, 1n]);
    expect(kindsOf(call(MANAGER, "schedule", [TOKEN, inside, 0n]))).to.deep.equal([[1, "approval"]]);
  });

  it("tells a change of the Safe's owners", () => {
    expect(kindsOf(call(SAFE, "addOwnerWithThreshold", [STRANGER, 1n]))).to.deep.equal([[1, "owner change"]]);
  });

  it("tells each field of a gas refund, which is money for whoever executes", () => {
    const plain = safeTransaction([call(VAULT, "pause", [true, true])], 0n);
    const refunds: Partial<SafeTransaction>[] = [
      { safeTxGas: 1n },
      { baseGas: 1n },
      { gasPrice: 1n },
      { gasToken: TOKEN },
      { refundReceiver: STRANGER },
    ];
    for (const refund of refunds) expect(kinds({ ...plain, ...refund })).to.deep.equal([[0, "gas refund"]]);
    expect(kinds({ ...plain, gasToken: ZeroAddress })).to.deep.equal([]);
  });
});
