import { type Mined, type Refusal } from "../lib/chain.ts";

/** The same thing tried several times in the same situation, with the same answer. */
export interface Attempt {
  readonly when: string;
  readonly call: string;
  /** Name of the error, or "went through". */
  readonly answer: string;
  count: number;
}

/** What was tried and what the contracts answered, counted. */
export class Attempts {
  readonly all: Attempt[] = [];

  add(when: string, call: string, outcome: Mined | Refusal): void {
    const answer = "error" in outcome ? outcome.error : "went through";
    const known = this.all.find(
      (attempt) => attempt.when === when && attempt.call === call && attempt.answer === answer,
    );
    if (known === undefined) this.all.push({ when, call, answer, count: 1 });
    else known.count += 1;
  }
}
