import type { Waiting } from "../../delivery/attempts.ts";
import type { Style } from "./style.ts";
import { countText, fitted, safeText } from "./text.ts";

/** How long from now, for people: `now`, `24 s`, `4 m 12 s`, `1 h 59 m`. */
export function spanText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds <= 0) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`;
}

/** Which attempt comes next, and when. */
export function nextTryText(waiting: Pick<Waiting, "made" | "plan" | "dueAt">, now: number): string {
  const when = spanText(waiting.dueAt - now);
  return `attempt ${nextOf(waiting)} ${when === "now" ? when : `in ${when}`}`;
}

function nextOf({ made, plan }: Pick<Waiting, "made" | "plan">, between = " of "): string {
  return `${made + 1}${between}${plan.delaysMs.length + 1}`;
}

/** When a row is drawn, and whether its attempt is being made. */
export interface RowFacts {
  now: number;
  isTrying: boolean;
}

const usualColumns = 80;
/** With fewer, words are left out. */
const columnsForAll = 64;
/** What fills the row from the right: the answer, the next attempt, when. */
const tail = { wide: 38, narrow: 27 };
const leastCall = 8;

/** `… call.ended  call_3f9a8b7c6  503  attempt 2 of 6  in 24 s`, in the columns of the terminal. */
export function waitingRow(waiting: Waiting, { now, isTrying }: RowFacts, style: Style): string {
  const columns = (style.columns ?? usualColumns) - 1;
  const isWide = columns >= columnsForAll - 1;
  const room = columns - 2 - (isWide ? tail.wide : tail.narrow);
  const event = isWide ? Math.min(room, 18) : room;
  const call = room - event - 2 >= leastCall ? Math.min(room - event - 2, 24) : 0;
  const attempt = isWide ? `attempt ${nextOf(waiting)}`.padEnd(15) : nextOf(waiting, "/").padEnd(5);
  return [
    `${style.warn("…")} ${style.strong(fitted(safeText(waiting.event ?? "-"), event))}`,
    ...(call > 0 ? [fitted(safeText(waiting.callId ?? "-"), call)] : []),
    style.bad(fitted(safeText(waiting.last ?? "-"), 7)),
    attempt,
    isTrying ? style.accent("trying") : inText(waiting.dueAt - now),
  ].join("  ");
}

function inText(milliseconds: number): string {
  const when = spanText(milliseconds);
  return when === "now" ? when : `in ${when}`;
}

/** What the block under the lines says of a run whose failures are tried again. */
export interface WaitingFacts {
  /** Those being tried, and then the soonest of those that wait. */
  rows: readonly { waiting: Waiting; isTrying: boolean }[];
  /** How many wait, beside those that are tried now. */
  size: number;
  /** When the first of them is due; null when none waits. */
  nextAt: number | null;
  counts: { total: number; delivered: number; failed: number };
  /** Why the newest attempt failed; null while none has. */
  advice: string | null;
  /** What Ctrl-C leaves behind can be gone on with. */
  isOnRecord: boolean;
  now: number;
}

/** A row for each of the first that wait, then why, counts, and how to stop. */
export function waitingBlock(facts: WaitingFacts, style: Style, window: { columns: number; rows: number }): string[] {
  const { rows, size, nextAt, counts, advice, now } = facts;
  const most = Math.max(Math.min(10, window.rows - 8), 1);
  const shown = rows.slice(0, most);
  const waitingShown = shown.filter(({ isTrying }) => !isTrying).length;
  const more = size - waitingShown;
  const next = nextAt === null || window.columns < columnsForAll ? "" : `, the next ${inText(nextAt - now)}`;
  const words = [
    style.good(`${countText(counts.delivered)} of ${countText(counts.total)} delivered`),
    counts.failed > 0 ? style.bad(`${countText(counts.failed)} given up`) : "",
    size > 0 ? style.warn(`${countText(size)} ${size === 1 ? "waits" : "wait"}${next}`) : "",
  ];
  const stop = facts.isOnRecord ? "Ctrl-C stops; send --resume goes on" : "Ctrl-C stops, and nothing can go on then";
  return [
    ...shown.map(({ waiting, isTrying }) => waitingRow(waiting, { now, isTrying }, style)),
    ...(more > 0 ? [style.faint(`  … and ${countText(more)} more`)] : []),
    ...(advice === null ? [] : [style.faint(advice)]),
    words.filter(Boolean).join("  "),
    style.faint(stop),
  ];
}
