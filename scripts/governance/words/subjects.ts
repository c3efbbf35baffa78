/**
 * What governance can set, in the words of `set <contract>.<subject> [keys] <field> <value>`: the setter, what it takes, how
 * each figure is written, which way it loosens, and where its present value is read. A test compares this table with the
 * role table: a setter that is missing here can only be called by hand.
 */
import { type ContractName } from "../../lib/interfaces.ts";
import { type Unit } from "./values.ts";

/** Which direction gives borrowers, keepers or governance more room at the expense of who stands ready to lose. */
export type Looser = "up" | "down" | "any" | "none";

/** Whose decimals a sum of money has. */
export type MoneyOf = "asset" | "backstop" | "collateralPrice" | "feed";

export interface Field {
  /** As in the getter's ABI. */
  readonly name: string;
  readonly unit: Unit;
  readonly money?: MoneyOf;
  readonly looser: Looser;
  /** Zero turns the protection off, whatever the direction otherwise. */
  readonly zeroIsOff?: true;
}

/** What stands between the subject and its fields. */
export type Key = "token" | "vault" | "market";

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

export interface Getter {
  readonly name: string;
  /** Path inside its answer to the fields; empty for the answer itself. */
  readonly path?: readonly string[];
  /** How many of the fields it gives. */
  readonly count: number;
  /** The getter takes the vault although the setter does not. */
  readonly forVault?: true;
}

const field = (name: string, unit: Unit, looser: Looser, more: Partial<Field> = {}): Field => ({
  name,
  unit,
  looser,
  ...more,
});
const ratio = (name: string, looser: Looser): Field => field(name, "ratio", looser);
const seconds = (name: string, looser: Looser): Field => field(name, "seconds", looser);
const assets = (name: string, looser: Looser, more: Partial<Field> = {}): Field =>
  field(name, "money", looser, { money: "asset", ...more });
const tokens = (name: string, looser: Looser): Field => field(name, "money", looser, { money: "backstop" });
const address = (name: string): Field => field(name, "address", "any");

const SOURCE: readonly Field[] = [
  address("feed"),
  seconds("maxStaleness", "up"),
  field("minAnswer", "money", "down", { money: "feed" }),
  field("maxAnswer", "money", "up", { money: "feed" }),
];

/** One getter that gives all fields. */
const whole = (name: string, fields: readonly Field[], path: readonly string[] = []): readonly Getter[] => [
  { name, path, count: fields.length },
];

type Row = readonly [
  name: string,
  keys: readonly Key[],
  form: "struct" | "plain",
  fields: readonly Field[],
  getters?: readonly Getter[],
];

const LENDING_VAULT: readonly Row[] = [
  [
    "collateral",
    ["token"],
    "struct",
    [
      ratio("ltvBps", "up"),
      ratio("lltvBps", "up"),
      ratio("liquidationIncentiveBps", "down"),
      ratio("minIncentiveBps", "any"),
      ratio("targetHealthBps", "down"),
      assets("principalCap", "up"),
    ],
    [{ name: "collateralConfig", count: 6 }],
  ],
  [
    "rateModel",
    [],
    "struct",
    [
      field("baseRateWad", "rate", "any"),
      field("slopeBelowKinkWad", "rate", "any"),
      field("slopeAboveKinkWad", "rate", "any"),
      ratio("kinkBps", "any"),
      ratio("reserveFactorBps", "down"),
    ],
  ],
  [
    "riskConfig",
    [],
    "struct",
    [
      assets("debtCap", "up"),
      assets("minDebt", "down"),
      seconds("waitingPeriod", "down"),
      seconds("confirmationDelay", "down"),
      seconds("confirmationWindow", "up"),
      ratio("liquidationFeeBps", "any"),
      ratio("keeperRewardBps", "up"),
      assets("maxKeeperReward", "up"),
    ],
  ],
  ["minProvision", [], "plain", [assets("assets", "up", { zeroIsOff: true })]],
  ["reservePolicy", [], "plain", [assets("targetAssets", "down"), address("recipient")]],
  ["premiumShare", [], "plain", [address("underwriters"), ratio("underwriterBps", "any")]],
  ["exitNotice", [], "plain", [seconds("noticeSeconds", "any"), seconds("windowSeconds", "any")]],
  ["restructuringCaps", [], "plain", [assets("hourCap", "up"), assets("monthCap", "up")]],
  [
    "retiredPrice",
    ["token"],
    "plain",
    [field("priceWad", "money", "down", { money: "collateralPrice" })],
    [{ name: "retirementOf", path: ["priceWad"], count: 1 }],
  ],
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

const wad = (name: string, looser: Looser): Field => field(name, "wad", looser);

/** Of the margin vault: what lets traders owe more, pay less or wait less for it at the providers' expense is looser. */
const MARGIN_VAULT: readonly Row[] = [
  [
    "market",
    ["market"],
    "struct",
    [
      wad("openInterestCapWad", "up"),
      wad("skewCapWad", "up"),
      wad("skewScaleWad", "up"),
      wad("depthWad", "up"),
      field("maxFundingVelocityWad", "integer", "any"),
      field("maxFundingRateWad", "rate", "any"),
      wad("maintenanceWad", "down"),
      wad("initialMultipleWad", "down"),
      wad("maxJumpWad", "down"),
      wad("volatilityWeightWad", "down"),
      wad("targetMultipleWad", "any"),
      ratio("feeBps", "down"),
      ratio("deviationBps", "down"),
      ratio("liquidationFeeBps", "any"),
      ratio("profitCoverBps", "down"),
      ratio("insuranceMultipleBps", "up"),
    ],
    [{ name: "marketConfig", count: 16 }],
  ],
  [
    "riskConfig",
    [],
    "struct",
    [
      seconds("minDelay", "down"),
      seconds("expiry", "any"),
      assets("minNotional", "down"),
      assets("minKeeperFee", "any"),
      assets("minKeeperReward", "up"),
      assets("maxKeeperReward", "up"),
      ratio("keeperShareBps", "up"),
      ratio("reserveFactorBps", "down"),
    ],
  ],
  ["minProvision", [], "plain", [assets("assets", "up", { zeroIsOff: true })]],
  ["reservePolicy", [], "plain", [assets("targetAssets", "down"), address("recipient")]],
  ["premiumShare", [], "plain", [address("underwriters"), ratio("underwriterBps", "any")]],
  ["exitNotice", [], "plain", [seconds("noticeSeconds", "any"), seconds("windowSeconds", "any")]],
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

/** Endings that say a unit, which people leave out: `lltv` for `lltvBps`. */
const UNIT_ENDING = /(Bps|Wad|Assets|Seconds)$/;

/** Names under which a field can be written. */
export function fieldNames({ name }: Field): readonly string[] {
  const short = name.replace(UNIT_ENDING, "");
  return short === "" || short === name ? [name] : [short, name];
}
