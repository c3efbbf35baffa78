/**
 * A file of changes: either lines of words, with `#` comments, or JSON:
 *
 *   { "name": "…", "description": "…", "changes": { "lendingVault.collateral WETH": { "lltv": "0.80" }, "dilution.globalCap": "1000" } }
 *
 * where `changes` can also be a list of lines of words. Values are texts, so that no figure passes through a
 * floating-point number.
 */
import { GovernanceError } from "../errors.ts";

export interface ChangeFile {
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** Words, one change a line. */
  readonly text: string;
}

/** @param fileName for errors */
export function readChangeFile(content: string, fileName: string): ChangeFile {
  if (!content.trimStart().startsWith("{")) return { name: undefined, description: undefined, text: content };
  const bad = (why: string): GovernanceError => new GovernanceError("BadParameterFile", `${fileName}: ${why}`);
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw bad(String(error));
  }
  const { name, description, changes } = json as Record<string, unknown>;
  if (typeof changes !== "object" || changes === null) throw bad("it has no changes");
  const unknown = Object.keys(json as object).find((key) => !["name", "description", "changes"].includes(key));
  if (unknown !== undefined) throw bad(`"${unknown}" is none of name, description, changes`);
  const lines = Array.isArray(changes)
    ? changes.map((line) => textOf(line, "changes"))
    : Object.entries(changes).map(lineOf);
  return { name: optional(name, "name"), description: optional(description, "description"), text: lines.join("\n") };

  function lineOf([path, value]: [string, unknown]): string {
    if (typeof value !== "object" || value === null) return `set ${path} ${textOf(value, path)}`;
    const fields = Object.entries(value).map(([field, figure]) => `${field} ${textOf(figure, `${path} ${field}`)}`);
    return `set ${path} ${fields.join(" ")}`;
  }

  function textOf(value: unknown, what: string): string {
    if (typeof value !== "string" || /[;\n#]/.test(value)) throw bad(`${what}: write the value as one text in quotes`);
    return value;
  }

  function optional(value: unknown, what: string): string | undefined {
    return value === undefined ? undefined : textOf(value, what);
  }
}
