/** Whatever stops a proposal, a signature or an execution, by name, with the wrong value and what to do. */
export type GovernanceErrorName =
  // Words
  | "UnknownWord"
  | "UnknownContract"
  | "UnknownFunction"
  | "UnknownParameter"
  | "UnknownField"
  | "UnknownName"
  | "MissingValue"
  | "BadValue"
  | "BadParameterFile"
  | "NothingToChange"
  // Calls
  | "NotAllowed"
  | "MixedSafes"
  | "DuplicateCall"
  | "AlreadyScheduled"
  | "NotScheduled"
  | "NotListed"
  | "AlreadyListed"
  | "DecimalsDiffer"
  // Files
  | "BadProposal"
  | "WrongChecksum"
  | "HashMismatch"
  | "WrongChain"
  // Signatures and execution
  | "NotAnOwner"
  | "BadSignature"
  | "DuplicateSigner"
  | "TooFewSignatures"
  | "NonceUsed"
  | "NonceAhead"
  | "NotDue"
  | "Expired"
  | "StaleProposal"
  | "ThresholdUnusual"
  | "ExecutionRefused"
  | "NoKey"
  | "NoAddresses";

export class GovernanceError extends Error {
  override readonly name: GovernanceErrorName;

  constructor(name: GovernanceErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/** Runs the body of a script; an error is printed with its name and ends it with a code other than zero. */
export async function runScript(body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
