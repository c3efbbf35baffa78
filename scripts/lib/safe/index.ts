export * from "./account.ts";
export * from "./canonical.ts";
