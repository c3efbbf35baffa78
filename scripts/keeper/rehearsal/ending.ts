/** How the rehearsal of one loss ended: what stood in its way, who paid, and what it cost. */
import { WriteOffEngine__factory } from "../../../types/ethers-contracts/index.ts";
import { errorName } from "../executor/error-name.ts";
import { type Copy, type CopyReceipt } from "./copy.ts";

/** Amounts in asset units, as decimal texts. */
export interface Ending {
  readonly shortfallAssets: string;
  readonly outcome: "written off" | "not insolvent" | "not impaired" | "not written off";
  /** Error that stood in the way; empty if none. */
  readonly reason: string;
  readonly badDebtAssets: string;
  readonly paidBy: { reserves: string; insurance: string; dilutionCash: string; socialized: string };
  readonly impairGas: string;
  readonly writeOffGas: string;
}

const ENGINE = WriteOffEngine__factory.createInterface();

/** Sends; an error of the vault comes back by name. */
export async function attempt(copy: Copy, vault: string, data: string): Promise<CopyReceipt | string> {
  try {
    await copy.call(vault, data);
  } catch (error) {
    const found = /0x[0-9a-f]{8,}/.exec(String(error));
    return found === null ? String(error) : errorName(found[0]);
  }
  const receipt = await copy.send(vault, data);
  return receipt.succeeded ? receipt : "the transaction failed";
}

/** @param impaired receipts, or what stood in the way */
export function ending(
  shortfallAssets: bigint,
  impaired: CopyReceipt | string,
  writtenOff: CopyReceipt | string,
): Ending {
  const layers = typeof writtenOff === "string" ? undefined : layersIn(writtenOff);
  const outcome =
    layers !== undefined
      ? "written off"
      : shortfallAssets === 0n
        ? "not insolvent"
        : typeof impaired === "string"
          ? "not impaired"
          : "not written off";
  const reason = outcome === "not impaired" && typeof impaired === "string" ? impaired : writtenOff;
  return {
    ...{ shortfallAssets: shortfallAssets.toString(), outcome },
    reason: typeof reason === "string" ? reason : "",
    badDebtAssets: String(layers?.badDebt ?? 0n),
    paidBy: {
      ...{ reserves: String(layers?.reserves ?? 0n), insurance: String(layers?.insurance ?? 0n) },
      ...{ dilutionCash: String(layers?.dilutionCash ?? 0n), socialized: String(layers?.socialized ?? 0n) },
    },
    impairGas: gasOf(impaired),
    writeOffGas: gasOf(writtenOff),
  };
}

function gasOf(outcome: CopyReceipt | string): string {
  return typeof outcome === "string" ? "0" : outcome.gasUsed.toString();
}

/** Who paid, from the engine's event. */
function layersIn({ logs }: CopyReceipt): Record<string, bigint> | undefined {
  for (const log of logs) {
    const event = ENGINE.parseLog(log);
    if (event?.name === "WrittenOff") return event.args.toObject() as Record<string, bigint>;
  }
  return undefined;
}
