/**
 * What governance can set, in the words of `set <contract>.<subject> [keys] <field> <value>`: the setter, what it takes, how
 * each figure is written, which way it loosens, and where its present value is read. A test compares this table with the
 * role table: a setter that is missing here can only be called by hand.
 */
import { type ContractName } from "../../lib/interfaces.ts";
import {
  address,
  assets,
  type Field,
  field,
  type Getter,
  type Key,
  ratio,
  type Row,
  seconds,
  tokens,
  whole,
} from "./fields.ts";
import { LENDING_VAULT, MARGIN_VAULT } from "./vault-rows.ts";

export interface Subject {
  readonly contract: ContractName;
  /** Name of the contract in the address file, and with a small letter in words: two funds are contracts of one kind. */
  readonly place: string;
  readonly name: string;
  readonly setter: string;
  readonly keys: readonly Key[];
  readonly fields: readonly Field[];
  /** The fields are one struct. */
  readonly isStruct: boolean;
  /** Getters whose answers hold the fields, in the order of the fields. */
  readonly getters: readonly Getter[];
}

const SOURCE: readonly Field[] = [
  address("feed"),
  seconds("maxStaleness", "up"),
  field("minAnswer", "money", "down", { money: "feed" }),
  field("maxAnswer", "money", "up", { money: "feed" }),
];

const INSURANCE_FUND: readonly Row[] = [
  [
    "cooldown",
    [],
    "plain",
    [seconds("cooldown", "down"), seconds("withdrawalWindow", "up")],
    [
      { name: "cooldown", count: 1 },
      { name: "withdrawalWindow", count: 1 },
    ],
  ],
  ["drawCaps", [], "plain", [assets("hourCap", "any"), assets("monthCap", "any")]],
  [
    "restructuringCover",
    [],
    "plain",
    [field("covers", "flag", "up")],
    [{ name: "coversRestructuring", count: 1, forVault: true }],
  ],
];

const DILUTION: readonly Row[] = [
  ["limits", ["vault"], "struct", [tokens("hourCap", "up"), tokens("monthCap", "up"), tokens("lifetimeCap", "up")]],
  [
    "saleTerms",
    ["vault"],
    "struct",
    [
      assets("startPrice", "any"),
      assets("floorPrice", "down"),
      seconds("fallSeconds", "any"),
      seconds("saleSeconds", "any"),
    ],
  ],
  [
    "buybackTerms",
    ["vault"],
    "struct",
    [ratio("startBps", "any"), seconds("riseSeconds", "any"), seconds("offerSeconds", "any")],
  ],
  ["underwriters", ["vault"], "plain", [address("book")]],
  ["tokenOracle", ["vault"], "plain", [address("oracle")]],
  ["inKindClaims", [], "plain", [address("claims")]],
  ["claimWindow", ["vault"], "plain", [seconds("claimSeconds", "any")]],
  [
    "restructuringCover",
    ["vault"],
    "plain",
    [field("covers", "flag", "up")],
    [{ name: "coversRestructuring", count: 1 }],
  ],
  ["globalCap", [], "plain", [tokens("tokens", "up")]],
];

const CHAINLINK_ORACLE: readonly Row[] = [
  ["feed", ["token"], "struct", SOURCE, whole("feedConfig", SOURCE, ["primary"])],
  ["secondSource", ["token"], "struct", SOURCE, whole("feedConfig", SOURCE, ["second"])],
];

/** A margin vault's loans cannot be restructured, so its fund has no cover for that to set. */
const MARGIN_FUND = INSURANCE_FUND.filter(([name]) => name !== "restructuringCover");

function subjectsOf(contract: ContractName, rows: readonly Row[], place: string = contract): Subject[] {
  return rows.map(([name, keys, form, fields, getters = whole(name, fields)]) => ({
    contract,
    place,
    name,
    setter: `set${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    keys,
    fields,
    isStruct: form === "struct",
    getters,
  }));
}

export const SUBJECTS: readonly Subject[] = [
  ...subjectsOf("LendingVault", LENDING_VAULT),
  ...subjectsOf("InsuranceFund", INSURANCE_FUND),
  ...subjectsOf("MarginVault", MARGIN_VAULT),
  ...subjectsOf("InsuranceFund", MARGIN_FUND, "MarginFund"),
  ...subjectsOf("Dilution", DILUTION),
  ...subjectsOf("ChainlinkOracle", CHAINLINK_ORACLE),
];
