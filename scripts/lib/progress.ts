/**
 * Progress of a long run. On a terminal one line that is rewritten; elsewhere (a log, a pipe) a plain line at most
 * every few percent, so that a log stays short and still shows that something happens.
 */

/** Where progress goes; `process.stderr` fits. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_CELLS = 24;
const PLAIN_STEP_PERCENT = 10;
const REDRAW_MILLISECONDS = 80;

/** One bar at a time; `start` ends the one before. */
export class Progress {
  private readonly stream: ProgressStream;
  private label = "";
  private total = 1;
  private startedAt = 0;
  private drawnAt = 0;
  private drawnPercent = 0;
  private open = false;

  constructor(stream: ProgressStream = process.stderr) {
    this.stream = stream;
  }

  /** Begins a stretch of `total` steps. */
  start(label: string, total: number): void {
    this.finish();
    this.label = label;
    this.total = Math.max(1, total);
    this.startedAt = performance.now();
    this.drawnAt = 0;
    this.drawnPercent = 0;
    this.open = true;
    if (this.stream.isTTY) this.update(0);
    else this.stream.write(`${label} ...\n`);
  }

  /** Says that `done` steps are done and what is going on, in a few words. */
  update(done: number, note = ""): void {
    if (!this.open) return;
    const percent = Math.floor((100 * done) / this.total);
    if (this.stream.isTTY) {
      if (performance.now() - this.drawnAt < REDRAW_MILLISECONDS && done < this.total) return;
      this.drawnAt = performance.now();
      const cells = Math.floor((BAR_CELLS * done) / this.total);
      const bar = `${"█".repeat(cells)}${"░".repeat(BAR_CELLS - cells)}`;
      const line = `${this.label} ${bar} ${String(percent).padStart(3)} %  ${note}`;
      this.stream.write(`\r\u001b[2K${line.slice(0, this.width() - 1)}`);
      return;
    }
    if (percent < this.drawnPercent + PLAIN_STEP_PERCENT) return;
    this.drawnPercent = percent - (percent % PLAIN_STEP_PERCENT);
    this.stream.write(`${this.label} ${String(percent).padStart(3)} %  ${note}\n`);
  }

  /** Columns of the terminal; some say nothing or zero. */
  private width(): number {
    const { columns = 0 } = this.stream;
    return columns > 0 ? columns : 80;
  }

  /** Ends the stretch, if one is open, and says how long it took. */
  finish(note = ""): void {
    if (!this.open) return;
    this.open = false;
    const seconds = ((performance.now() - this.startedAt) / 1000).toFixed(1);
    const line = `${this.label}: ${note === "" ? "" : `${note}, `}${seconds} s\n`;
    this.stream.write(this.stream.isTTY ? `\r\u001b[2K${line}` : line);
  }
}

/** A progress that says nothing, for tests. */
export const SILENT_STREAM: ProgressStream = { write: () => true };
