import type { Waiting } from "../../delivery/attempts.ts";
import type { Style } from "./style.ts";
import { countText, durationText, fitted, safeText } from "./text.ts";

/** How long until then, for people: `now`, `30 ms`, `1.3 s`, `24 s`, `4 m 12 s`, `29 m`, `1 h 59 m`, `29 d 23 h`. */
export function spanText(milliseconds: number): string {
  if (milliseconds <= 0) return "now";
  if (milliseconds < 999.5) return durationText(milliseconds);
  return milliseconds < 9950 ? `${Math.round(milliseconds / 100) / 10} s` : countdownText(milliseconds);
}

/** The same for what is drawn anew each second: in whole seconds, and of ten minutes and more in minutes. */
export function countdownText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (seconds <= 0) return "now";
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 10) return `${minutes} m ${seconds % 60} s`;
  if (hours === 0) return `${minutes} m`;
  return days === 0 ? `${hours} h ${minutes % 60} m` : `${days} d ${hours % 24} h`;
}

/** `now`, `in 24 s`. */
export function inText(milliseconds: number, textOf = spanText): string {
  const when = textOf(milliseconds);
  return when === "now" ? when : `in ${when}`;
}

/** The longest of them: `in 29 d 23 h`. */
const widestWhen = 12;

/** With fewer columns, words are left out. */
export const columnsForAll = 64;

/** Which attempt comes next, and when: `attempt 2 of 6 in 5 s`. */
export function nextTryText(waiting: Pick<Waiting, "made" | "plan" | "dueAt">, now: number): string {
  return `${attemptText(waiting, true)} ${inText(waiting.dueAt - now)}`;
}

function attemptText({ made, plan }: Pick<Waiting, "made" | "plan">, isWide: boolean): string {
  const most = plan.delaysMs.length + 1;
  return isWide ? `attempt ${made + 1} of ${most}` : `${made + 1}/${most}`;
}

/** One that waits, as a row shows it. */
export interface WaitingRow {
  waiting: Waiting;
  /** Its attempt is being made. */
  isTrying: boolean;
}

const usualColumns = 80;
const answerColumns = 7;
const leastCall = 8;
const leastEvent = 4;

/**
 * `… call.ended  call_3f9a8b7c6  503  attempt 2 of 6  in 24 s`, each in the columns of the terminal: of what does not
 * fit, the names are cut, and never the time.
 *
 * @param isLive they are drawn anew each second
 */
export function waitingRows(
  rows: readonly WaitingRow[],
  { now, isLive }: { now: number; isLive: boolean },
  style: Style,
): string[] {
  const columns = (style.columns ?? usualColumns) - 1;
  const isWide = columns >= columnsForAll - 1;
  // The last attempt's text is the longest of its plan: so a row stays as it is when the next one comes.
  const attemptColumns = Math.max(
    ...rows.map(({ waiting: { plan } }) => attemptText({ plan, made: plan.delaysMs.length }, isWide).length),
  );
  const gap = isWide ? "  " : " ";
  const taken = 2 + 2 + answerColumns + 2 + attemptColumns + gap.length + widestWhen;
  const room = Math.max(columns - taken, leastEvent);
  const event = isWide ? Math.min(room, 18) : room;
  const call = room - event - 2 >= leastCall ? Math.min(room - event - 2, 24) : 0;

  return rows.map(({ waiting, isTrying }) => {
    const when = inText(waiting.dueAt - now, isLive ? countdownText : spanText);
    const parts = [
      `${style.warn("…")} ${style.strong(fitted(safeText(waiting.event ?? "-"), event))}`,
      call > 0 ? fitted(safeText(waiting.callId ?? "-"), call) : "",
      style.bad(fitted(safeText(waiting.last ?? "-"), answerColumns)),
      attemptText(waiting, isWide).padEnd(attemptColumns) + gap + (isTrying ? style.accent("trying") : when),
    ];
    return parts.filter(Boolean).join("  ");
  });
}

/** What the block under the lines says of a run whose failures are tried again. */
export interface WaitingFacts {
  /** Those being tried, and then the soonest of those that wait. */
  rows: readonly WaitingRow[];
  /** How many wait, beside those that are tried now. */
  size: number;
  /** Why the newest attempt failed; null while none has. */
  advice: string | null;
  /** How far the run is, in rows. */
  counts: readonly string[];
  /** What Ctrl-C leaves behind can be gone on with. */
  isOnRecord: boolean;
  now: number;
}

/** A row for each of the first that wait, then why, counts, and how to stop. */
export function waitingBlock(facts: WaitingFacts, style: Style, window: { columns: number; rows: number }): string[] {
  const { rows, size, advice, counts, now } = facts;
  const most = Math.max(Math.min(10, window.rows - 8), 1);
  const shown = rows.slice(0, most);
  const more = size - shown.filter(({ isTrying }) => !isTrying).length;
  const stop = facts.isOnRecord ? "Ctrl-C stops; send --resume goes on" : "Ctrl-C stops for good";
  return [
    ...waitingRows(shown, { now, isLive: true }, style),
    ...(more > 0 ? [style.faint(`  … and ${countText(more)} more`)] : []),
    ...(advice === null ? [] : [style.faint(fitted(advice, window.columns - 1).trimEnd())]),
    ...counts,
    style.faint(stop),
  ];
}
