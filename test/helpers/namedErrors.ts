import { expect } from "chai";

/** The body must throw an error of this name, whose message has all these texts. */
export function expectNamed(body: () => unknown, name: string, ...texts: readonly string[]): void {
  let error: unknown;
  try {
    body();
  } catch (thrown) {
    error = thrown;
  }
  check(error, name, texts);
}

/** The promise must fail with an error of this name, whose message has all these texts. */
export async function expectRejected(
  promise: Promise<unknown>,
  name: string,
  ...texts: readonly string[]
): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(error, name, texts);
}

function check(error: unknown, name: string, texts: readonly string[]): void {
  expect(error, `nothing was thrown; expected ${name}`).to.be.instanceOf(Error);
  const { name: actual, message } = error as Error;
  expect(actual, message).to.equal(name);
  for (const text of texts) expect(message).to.contain(text);
}
