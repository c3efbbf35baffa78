/** Structured logs, one JSON object a line, on stderr: stdout belongs to results. */
import { destination, type Logger, pino } from "pino";

export type Log = Logger;

export function openLog(level: string): Log {
  // Written at once: what a dying keeper was doing is what one wants to read.
  return pino(
    {
      level,
      base: { app: "plimsoll-keeper" },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : error) },
    },
    destination({ fd: 2, sync: true }),
  );
}
