import { rateText, rowsOf } from "./batch.ts";
import type { Style } from "./style.ts";
import { countText, durationText } from "./text.ts";
import { columnsForAll, countdownText, inText } from "./waiting.ts";

/** How far a run is whose failures are tried again. */
export interface RunFacts {
  total: number;
  /** Whose first attempt was made. */
  begun: number;
  /** How many of those in a second. */
  perSecond: number;
  delivered: number;
  /** Given up. */
  failed: number;
  /** For their next attempt. */
  waiting: number;
  /** When the first of them is due, in milliseconds from now; null when none waits. */
  nextInMs: number | null;
}

/**
 * `11,803 of 20,000 begun, 513 a second  160 of 20,000 delivered  11,640 wait, the next in 4 s`, in rows of so many
 * columns. How long it takes is told only while none waits: else nobody knows.
 */
export function runRows(facts: RunFacts, style: Style, columns: number): string[] {
  const { total, delivered, failed, waiting, nextInMs } = facts;
  const isWide = columns >= columnsForAll - 1;
  const next = nextInMs === null || !isWide ? "" : `, the next ${inText(nextInMs, countdownText)}`;
  const parts = [
    begunText(facts),
    style.good(`${countText(delivered)} of ${countText(total)} delivered`),
    failed > 0 ? style.bad(`${countText(failed)} given up`) : "",
    waiting > 0 ? style.warn(`${countText(waiting)} ${waiting === 1 ? "waits" : "wait"}${next}`) : "",
  ];
  return rowsOf(parts, columns);
}

/** While first attempts are yet to be made. */
function begunText({ total, begun, perSecond, waiting }: RunFacts): string {
  if (begun === total || begun === 0) return "";
  const left = waiting > 0 || perSecond === 0 ? "" : `, ${durationText(((total - begun) / perSecond) * 1000)} left`;
  return `${countText(begun)} of ${countText(total)} begun, ${rateText(perSecond)}${left}`;
}
