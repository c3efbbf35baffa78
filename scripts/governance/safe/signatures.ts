/** Signatures of owners: made, read back, checked, and packed as a Safe wants them. */
import { concat, getAddress, isHexString, recoverAddress, Signature, type Signer, toBeHex, zeroPadValue } from "ethers";

import { GovernanceError } from "../errors.ts";
import { SAFE_TX_TYPES, type SafeDomain, safeHashes, type SafeTransaction } from "./transaction.ts";

/** One owner's consent to one transaction. */
export interface OwnerSignature {
  readonly signer: string;
  readonly safeTxHash: string;
  /** 65 bytes; with v = 1 the owner has approved the hash on chain, and r is its address. */
  readonly signature: string;
}

const SIGNATURE_BYTES = 65;
const APPROVED_V = 1;

/** Signs a transaction by EIP-712, without a chain. */
export async function signSafeTransaction(
  signer: Signer,
  domain: SafeDomain,
  transaction: SafeTransaction,
): Promise<OwnerSignature> {
  const signature = await signer.signTypedData(
    { chainId: domain.chainId, verifyingContract: domain.safe },
    SAFE_TX_TYPES,
    transaction,
  );
  return {
    signer: await signer.getAddress(),
    safeTxHash: safeHashes(domain, transaction).safeTx,
    signature: Signature.from(signature).serialized,
  };
}

/** Stands for the approval that `owner` has given on chain with `approveHash`. */
export function approvedSignature(owner: string, safeTxHash: string): OwnerSignature {
  const signature = concat([zeroPadValue(owner, 32), toBeHex(0, 32), toBeHex(APPROVED_V, 1)]);
  return { signer: getAddress(owner), safeTxHash, signature };
}

/** Whom signatures are checked against. */
export interface SigningRules {
  readonly safeTxHash: string;
  readonly owners: readonly string[];
  readonly threshold: number;
}

/**
 * Checks signatures: each of this transaction, by whom it says, by an owner, once; and enough of them.
 * @returns as many as are needed, in the order of the owners' addresses, as the Safe demands
 */
export function checkSignatures(signatures: readonly OwnerSignature[], rules: SigningRules): OwnerSignature[] {
  const valid = validSignatures(signatures, rules);
  const { owners, threshold } = rules;
  if (valid.length < threshold) {
    const signed = new Set(valid.map(({ signer }) => signer));
    const missing = owners.map((owner) => getAddress(owner)).filter((owner) => !signed.has(owner));
    throw new GovernanceError(
      "TooFewSignatures",
      `${valid.length} of ${threshold} signatures; not signed yet: ${missing.join(", ")}`,
    );
  }
  return valid.slice(0, threshold);
}

/** The same without asking for enough: all of them, in order. */
export function validSignatures(
  signatures: readonly OwnerSignature[],
  { safeTxHash, owners }: SigningRules,
): OwnerSignature[] {
  const known = new Set(owners.map((owner) => getAddress(owner)));
  const bySigner = new Map<string, OwnerSignature>();
  for (const signature of signatures) {
    const signer = checkSignature(signature, safeTxHash);
    if (!known.has(signer)) {
      throw new GovernanceError(
        "NotAnOwner",
        `${signer} signed, and owns nothing here; owners: ${[...known].join(", ")}`,
      );
    }
    if (bySigner.has(signer)) {
      throw new GovernanceError("DuplicateSigner", `${signer} signed twice: remove one of the files`);
    }
    bySigner.set(signer, { ...signature, signer });
  }
  return [...bySigner.values()].sort(byAddress);
}

/** The signatures one after the other. */
export function packSignatures(signatures: readonly OwnerSignature[]): string {
  return concat([...signatures].sort(byAddress).map(({ signature }) => signature));
}

/** @returns who signed */
function checkSignature({ signer, safeTxHash, signature }: OwnerSignature, expected: string): string {
  const claimed = getAddress(signer);
  if (safeTxHash !== expected) {
    throw new GovernanceError("HashMismatch", `${claimed} signed ${safeTxHash}, the transaction is ${expected}`);
  }
  if (!isHexString(signature, SIGNATURE_BYTES)) {
    throw new GovernanceError("BadSignature", `the signature of ${claimed} has not 65 bytes`);
  }
  if (signature === approvedSignature(claimed, safeTxHash).signature) return claimed;
  let recovered: string;
  try {
    recovered = recoverAddress(expected, signature);
  } catch (error) {
    throw new GovernanceError("BadSignature", `the signature of ${claimed} cannot be read: ${String(error)}`);
  }
  if (recovered !== claimed) {
    throw new GovernanceError("BadSignature", `the signature said to be of ${claimed} is of ${recovered}`);
  }
  return claimed;
}

function byAddress(left: OwnerSignature, right: OwnerSignature): number {
  return BigInt(left.signer) < BigInt(right.signer) ? -1 : 1;
}
