/** What commands are told by variables of the environment, as make passes them. */
import { GovernanceError } from "../errors.ts";

/** A variable that must be given. */
export function required(name: string, meaning: string): string {
  const value = optional(name);
  if (value === undefined) throw new GovernanceError("MissingValue", `${name} is missing: ${meaning}`);
  return value;
}

/** A variable that may be given; an empty one is not. */
export function optional(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value.trim() === "" ? undefined : value;
}

/** Whether machines are reading. */
export function wantsJson(): boolean {
  return optional("JSON") !== undefined;
}
