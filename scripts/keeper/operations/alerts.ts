/** Tells a webhook when something begins to be wrong and when it is over, once each; the same text at most every hour. */
import { type Log } from "./log.ts";

export interface Alert {
  readonly level: "problem" | "resolved" | "notice";
  readonly text: string;
}

const REPEAT_MS = 3_600_000;
const TIMEOUT_MS = 5_000;

export class Alerts {
  private readonly url: string | undefined;
  private readonly log: Log;
  private readonly sentAt = new Map<string, number>();
  private wrong: readonly string[] = [];
  private sending: Promise<unknown> = Promise.resolve();

  constructor(url: string | undefined, log: Log) {
    this.url = url;
    this.log = log;
  }

  /** How things stand now. Numbers in a text change; what is wrong does not, so texts are compared without them. */
  state(problems: readonly string[]): void {
    const kinds = problems.map(kindOf);
    for (const [index, problem] of problems.entries()) {
      if (!this.wrong.includes(kinds[index] ?? "")) this.tell({ level: "problem", text: problem });
    }
    for (const kind of this.wrong) if (!kinds.includes(kind)) this.tell({ level: "resolved", text: kind });
    this.wrong = kinds;
  }

  tell(alert: Alert): void {
    const kind = `${alert.level}:${kindOf(alert.text)}`;
    const now = performance.now();
    const before = this.sentAt.get(kind);
    if (alert.level === "notice" && before !== undefined && now - before < REPEAT_MS) return;
    this.sentAt.set(kind, now);
    this.log.warn({ alert }, "alert");
    if (this.url !== undefined) this.sending = this.sending.then(async () => this.post(this.url ?? "", alert));
  }

  /** Waits for what is on its way. */
  async flush(): Promise<void> {
    await this.sending;
  }

  private async post(url: string, { level, text }: Alert): Promise<void> {
    const body = JSON.stringify({ text: `Plimsoll keeper, ${level}: ${text}`, level, detail: text });
    try {
      const response = await fetch(url, {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) this.log.error({ status: response.status }, "the webhook refused an alert");
    } catch (error) {
      this.log.error({ error }, "the webhook cannot be reached");
    }
  }
}

function kindOf(text: string): string {
  return text.replaceAll(/\d+/g, "#");
}
