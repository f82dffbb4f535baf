import fastStringWidth from "fast-string-width";
import { checkPayload, type PayloadCheck, type Problem } from "../../contract/check.ts";
import { eventHead, type EventHead } from "../../model/event.ts";
import type { Style } from "./style.ts";
import { counted, countText, fitted, safeText } from "./text.ts";
import { row, rowColumns, wrappedThrough } from "./verification-layout.ts";
import type { Verification } from "./verification.ts";

type Payload = Pick<Verification, "request" | "judgement" | "bytes" | "payload">;

/** What the payload is about. */
export function headOf({ payload, request }: Pick<Verification, "payload" | "request">): EventHead {
  return payload ?? eventHead(request.body);
}

/**
 * How a request's payload fits the contract; null where the dump does not hold it whole. Where an HMAC proved which
 * bytes the dump has changed, those that came are the payload, not those that the dump shows.
 */
export function payloadCheck({ request, judgement, bytes, payload }: Payload): PayloadCheck | null {
  if (payload !== undefined) return payload.check ?? null;
  const { fidelity, body } = request;
  if (bytes !== undefined || fidelity === "absent") return null;
  const { proof } = judgement;
  if (proof?.sides.includes("dump") && !proof.sides.includes("sender")) return checkPayload(proof.signed);
  return fidelity === "truncated" ? null : checkPayload(body);
}

/** The same where a person reads it: what is neither signed nor an event is some other request, and no bad event. */
export function eventCheck(verification: Verification): PayloadCheck | null {
  const isOther = verification.judgement.reason === "missing-signature" && headOf(verification).event === null;
  return isOther ? null : payloadCheck(verification);
}

/** A problem in words. Comes from the sender: escape before showing. */
export function problemText({ expected, received, assumed }: Problem): string {
  const found = received === "undefined" ? "but it is missing" : `received ${received}`;
  return `expected ${expectedText(expected)}, ${found}${assumed ? " (assumed)" : ""}`;
}

/** Schemas name types and choices in the words of a programming language. */
function expectedText(expected: string): string {
  if (expected === "Object") return "an object";
  if (expected === "string" || expected === "number") return `a ${expected}`;
  return /^\(".*"\)$/.test(expected) ? expected.slice(1, -1).replaceAll(" | ", " or ") : expected;
}

/** What the text of `verify` says of payloads, without repeating itself over many requests. */
export interface ContractRows {
  /** The rows under a request; empty when there is nothing new to say. */
  rows(verification: Verification): string;
  /** Whether the next request is still compared with the contract. */
  compares(): boolean;
  /** Counts requests that are not compared. */
  pass(count: number): void;
  /** Counts of what was left out of the rows; empty when nothing was. */
  table(): string;
}

/** The same problem is shown under so many requests of a run, and then counted only. */
const mostRepeats = 3;
/** So many problems, and so many notes, under one request. */
const mostRows = 8;
/** So many of both in a run: what differs every time must not flood it either. */
const mostInRun = 100;
/** Comparing takes longer than checking a signature: of more requests only these are compared where people read. */
const mostCompared = 500;
/** The longest name of a member that has a column of its own. */
const widestPath = 28;
const mostCounted = 10;

export function contractRows(style: Style, columns: number): ContractRows {
  const seen = new Map<string, number>();
  let requests = 0;
  let shown = 0;
  let isCounting = false;

  /** Whether it is to be shown, or was often enough. */
  const isNew = (text: string): boolean => {
    const times = (seen.get(text) ?? 0) + 1;
    // What differs in every request is not worth a count.
    if (times > 1 || seen.size < mostCompared) seen.set(text, times);
    if (times > mostRepeats || shown >= mostInRun) return false;
    shown += 1;
    return true;
  };

  return {
    compares: () => requests < mostCompared,
    pass: (count) => void (requests += count),
    rows(verification) {
      requests += 1;
      if (requests > mostCompared) return "";
      const check = eventCheck(verification);
      if (check === null) return "";
      const problems = check.problems.filter((problem) => isNew(problemKey(problem)));
      const notes = check.notes.filter((note) => isNew(note));
      const isLess = problems.length < check.problems.length || notes.length < check.notes.length;
      const counts = isLess && !isCounting ? row(style.faint("schema"), onlyCounted, columns) : "";
      isCounting ||= isLess;
      return problemRows(check, problems, style, columns) + noteRows(notes, style, columns) + counts;
    },
    table() {
      const left = requests > mostCompared ? `\n${onlyFirst}\n` : "";
      if (!isCounting) return left;
      const repeated = [...seen].filter(([, count]) => count > 1).sort(([, a], [, b]) => b - a);
      const width = countText(Math.max(...repeated.map(([, count]) => count), 1)).length;
      const lines = repeated.slice(0, mostCounted).map(([text, count]) => {
        const words = fitted(safeText(text), Math.min(columns, 90) - width - 2).trimEnd();
        return `${countText(count).padStart(width)}  ${words}\n`;
      });
      const heading = `\n${style.faint(`${" ".repeat(width)}  schema problem or hint`)}\n`;
      return (lines.length === 0 ? "" : heading + lines.join("")) + left;
    },
  };
}

const onlyCounted = "what is said above of several requests is only counted from here on";
const onlyFirst = `${countText(mostCompared)} payloads were compared with the contract; --json compares every one`;

/** Problems are the same when a member is wrong in the same way, whatever stands there instead. */
function problemKey({ path, expected }: Problem): string {
  return `${path === "" ? "the payload" : path}: expected ${expectedText(expected)}`;
}

/** A table of members and what is wrong with each. */
function problemRows({ type, revision }: PayloadCheck, problems: Problem[], style: Style, columns: number): string {
  if (problems.length === 0) return "";
  const listed = problems.slice(0, mostRows);
  const rest = problems.length - listed.length;
  const longest = Math.max(...listed.map(({ path }) => fastStringWidth(path)));
  const width = Math.min(longest, widestPath, Math.floor(rowColumns(columns) / 2));
  const room = rowColumns(columns) - width - 2;
  const lines = listed.flatMap((problem) => {
    const path = safeText(problem.path);
    const text = safeText(problemText(problem));
    if (path === "") return wrappedThrough(text, rowColumns(columns));
    return wrappedThrough(text, room).map((line, index) => `${fitted(index === 0 ? path : "", width)}  ${line}`);
  });
  const title = `${counted(problems.length, "problem")} for ${type} of revision ${revision}:`;
  const heading = type === null ? [] : wrappedThrough(title, rowColumns(columns));
  const more = rest > 0 ? [`and ${rest} more (--json lists them all)`] : [];
  return labelled(style.faint("schema"), [...heading, ...lines, ...more]).join("");
}

/** Lines that are as wide as they may be. */
function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => row(index === 0 ? label : "", line, Number.POSITIVE_INFINITY));
}

function noteRows(notes: readonly string[], style: Style, columns: number): string {
  const rest = notes.length - mostRows;
  const more = rest > 0 ? [`and ${rest} more (--json lists them all)`] : [];
  return [...notes.slice(0, mostRows).map(safeText), ...more]
    .flatMap((note) => labelled(style.faint("hint"), wrappedThrough(note, rowColumns(columns))))
    .join("");
}
