import { expect } from "chai";
import { AbiCoder, concat, getBytes, id, Interface, keccak256, Wallet, ZeroAddress } from "ethers";

import {
  type BuilderFile,
  builderCalls,
  builderChecksum,
  builderFile,
  checkBuilderFile,
} from "../../../../scripts/governance/safe/builder-file.ts";
import {
  approvedSignature,
  checkSignatures,
  type OwnerSignature,
  packSignatures,
  signSafeTransaction,
} from "../../../../scripts/governance/safe/signatures.ts";
import { callsInside, safeHashes, safeTransaction } from "../../../../scripts/governance/safe/transaction.ts";
import { SAFE_CONTRACTS } from "../../../../scripts/lib/safe/index.ts";
import { expectNamed } from "../../../helpers/namedErrors.ts";

/** Written by Safe's own app, release 1.18.2; from the documentation of 5afe/safe-cli-nodejs. */
const FROM_THE_APP: BuilderFile = {
  version: "1.0",
  chainId: "1",
  createdAt: 1761326849944,
  meta: {
    name: "Transactions Batch",
    description: "",
    txBuilderVersion: "1.18.2",
    createdFromSafeAddress: "0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6",
    createdFromOwnerAddress: "",
    checksum: "0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989",
  },
  transactions: [
    {
      to: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
      value: "0",
      data: null,
      contractMethod: {
        inputs: [
          { internalType: "address", name: "spender", type: "address" },
          { internalType: "uint256", name: "value", type: "uint256" },
        ],
        name: "approve",
        payable: false,
      },
      contractInputsValues: { spender: "0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8", value: "100000000000" },
    },
  ],
};

const SAFE = "0x00000000000000000000000000000000000000A1";
const TARGET = "0x00000000000000000000000000000000000000b2";
const DOMAIN = { chainId: 11155111n, safe: SAFE };
const CALLS = [
  { to: TARGET, value: 0n, data: "0x12345678" },
  { to: SAFE, value: 7n, data: "0x" },
];

describe("Transaction Builder files", () => {
  it("have the checksum that Safe's app writes", () => {
    expect(builderChecksum(FROM_THE_APP)).to.equal(FROM_THE_APP.meta.checksum);
    checkBuilderFile(FROM_THE_APP);
  });

  it("keep it when keys change places or the batch is renamed, and not when anything else changes", () => {
    const { meta, transactions, ...rest } = FROM_THE_APP;
    const turned = { transactions, ...rest, meta: { ...meta, name: "Renamed" } };
    expect(builderChecksum(turned)).to.equal(meta.checksum);
    expectNamed(
      () => {
        checkBuilderFile({ ...FROM_THE_APP, chainId: "10" });
      },
      "WrongChecksum",
      meta.checksum,
    );
    const [first] = transactions;
    const changed = { ...FROM_THE_APP, transactions: [{ ...first!, value: "1" }] };
    expectNamed(() => {
      checkBuilderFile(changed);
    }, "WrongChecksum");
  });

  it("carry the exact bytes, and the arguments for people", () => {
    const abi = new Interface(["function set(address who, (uint16 lltvBps, uint128[] caps) rules)"]);
    const fragment = abi.getFunction("set")!;
    const data = abi.encodeFunctionData("set", [TARGET, [8_000, [1, 2]]]);
    const args = [...abi.decodeFunctionData("set", data)] as unknown[];
    const about = { name: "N", description: "D", createdAt: 5 };
    const file = builderFile(DOMAIN, [{ to: TARGET, value: 0n, data, fragment, args }], about);
    checkBuilderFile(JSON.parse(JSON.stringify(file)) as BuilderFile);
    expect(builderCalls(file)).to.deep.equal([{ to: TARGET, value: 0n, data }]);
    expect(file.transactions[0]?.contractInputsValues).to.deep.equal({ who: TARGET, rules: `["8000",["1","2"]]` });
    expect(file.transactions[0]?.contractMethod?.inputs[1]).to.deep.equal({
      internalType: "(uint16,uint128[])",
      name: "rules",
      type: "tuple",
      components: [
        { internalType: "uint16", name: "lltvBps", type: "uint16" },
        { internalType: "uint128[]", name: "caps", type: "uint128[]" },
      ],
    });
    expectNamed(() => builderCalls(FROM_THE_APP), "BadProposal", "has no data");
  });
});

describe("Safe transactions", () => {
  it("have the hashes of EIP-712, computed here by hand", () => {
    const transaction = safeTransaction(CALLS.slice(0, 1), 3n);
    const coder = AbiCoder.defaultAbiCoder();
    const domain = keccak256(
      coder.encode(
        ["bytes32", "uint256", "address"],
        [id("EIP712Domain(uint256 chainId,address verifyingContract)"), 11155111, SAFE],
      ),
    );
    const message = keccak256(
      coder.encode(
        [
          "bytes32",
          "address",
          "uint256",
          "bytes32",
          "uint8",
          ...Array<string>(3).fill("uint256"),
          "address",
          "address",
          "uint256",
        ],
        [
          id(
            "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)",
          ),
          ...[TARGET, 0, keccak256("0x12345678"), 0, 0, 0, 0, ZeroAddress, ZeroAddress, 3],
        ],
      ),
    );
    const safeTx = keccak256(concat(["0x1901", domain, message]));
    expect(safeHashes(DOMAIN, transaction)).to.deep.equal({ domain, message, safeTx });
  });

  it("make one call as it is, and several through MultiSendCallOnly, packed byte by byte", () => {
    const [only] = CALLS;
    const single = safeTransaction([only!], 0n);
    expect([single.to, single.data, single.operation]).to.deep.equal([TARGET, "0x12345678", 0]);
    const batch = safeTransaction(CALLS, 0n);
    expect([batch.to, batch.value, batch.operation]).to.deep.equal([SAFE_CONTRACTS.MultiSendCallOnly.address, 0n, 1]);
    const word = (value: number): string => value.toString(16).padStart(64, "0");
    const packed = `00${TARGET.slice(2)}${word(0)}${word(4)}12345678` + `00${SAFE.slice(2)}${word(7)}${word(0)}`;
    // Selector of multiSend(bytes), offset, length, the packed bytes, padded to words.
    const length = packed.length / 2;
    const padded = packed.padEnd(Math.ceil(length / 32) * 64, "0");
    expect(batch.data).to.equal(`0x8d80ff0a${word(32)}${word(length)}${padded}`.toLowerCase());
    expect(callsInside(batch)).to.deep.equal(CALLS);
    expect(callsInside(single)).to.deep.equal([only]);
  });

  it("hide no delegate call and no cut-off call in a batch", () => {
    const batch = safeTransaction(CALLS, 0n);
    const bytes = getBytes(batch.data);
    const multiSend = new Interface(["function multiSend(bytes)"]);
    const packed = multiSend.decodeFunctionData("multiSend", bytes)[0] as string;
    const again = (inner: string) => ({ ...batch, data: multiSend.encodeFunctionData("multiSend", [inner]) });
    expectNamed(() => callsInside(again(`0x01${packed.slice(4)}`)), "BadProposal", "delegate call");
    expectNamed(() => callsInside(again(packed.slice(0, -2))), "BadProposal", "cut off");
  });
});

describe("owners' signatures", () => {
  const wallets = [1, 2, 3].map((i) => new Wallet(`0x${i.toString().repeat(64)}`));
  const owners = wallets.map(({ address }) => address);
  const stranger = new Wallet(`0x${"4".repeat(64)}`);
  const transaction = safeTransaction(CALLS, 0n);
  const safeTxHash = safeHashes(DOMAIN, transaction).safeTx;
  const rules = { safeTxHash, owners, threshold: 2 };
  const sign = async (wallet: Wallet): Promise<OwnerSignature> => signSafeTransaction(wallet, DOMAIN, transaction);
  let signed: OwnerSignature[];

  before(async () => {
    signed = await Promise.all(wallets.map(sign));
  });

  it("are packed in the order of the owners' addresses, as many as are needed", () => {
    const ascending = [...owners].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
    const chosen = checkSignatures([...signed].reverse(), rules);
    expect(chosen.map(({ signer }) => signer)).to.deep.equal(ascending.slice(0, 2));
    const expected = ascending.slice(0, 2).map((owner) => signed.find(({ signer }) => signer === owner)!.signature);
    expect(packSignatures([...chosen].reverse())).to.equal(concat(expected));
  });

  it("can be approvals on chain", () => {
    const approval = approvedSignature(owners[0]!, safeTxHash);
    const owner = owners[0]!.slice(2).toLowerCase();
    expect(approval.signature).to.equal(`0x${"0".repeat(24)}${owner}${"0".repeat(64)}01`);
    expect(checkSignatures([approval, signed[1]!], rules).length).to.equal(2);
  });

  it("are too few by name, and by whose are missing", () => {
    expectNamed(() => checkSignatures([signed[0]!], rules), "TooFewSignatures", "1 of 2", owners[1]!, owners[2]!);
  });

  it("count once", () => {
    expectNamed(() => checkSignatures([signed[0]!, signed[0]!], rules), "DuplicateSigner", owners[0]!);
  });

  it("are of owners", async () => {
    const foreign = await sign(stranger);
    expectNamed(() => checkSignatures([signed[0]!, foreign], rules), "NotAnOwner", stranger.address);
  });

  it("are of whom they say, and of this transaction", async () => {
    const claimed = { ...signed[0]!, signer: owners[1]! };
    expectNamed(() => checkSignatures([claimed], rules), "BadSignature", owners[0]!, owners[1]!);
    const other = await signSafeTransaction(wallets[0]!, DOMAIN, safeTransaction(CALLS, 1n));
    expectNamed(() => checkSignatures([other], rules), "HashMismatch", other.safeTxHash);
    const relabeled = { ...other, safeTxHash };
    expectNamed(() => checkSignatures([relabeled], rules), "BadSignature");
    expectNamed(() => checkSignatures([{ ...signed[0]!, signature: "0x1234" }], rules), "BadSignature", "65 bytes");
  });
});
