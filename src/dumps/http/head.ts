import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import { withoutWhite } from "../white.ts";

/** The head of a message in a dump: its start line and headers, and where its body begins. */
export interface Head {
  startLine: string;
  headers: Header[];
  end: number;
  /** False when the dump ends before the blank line that closes the head. */
  closed: boolean;
}

const REQUEST_LINE = /^([A-Z][A-Z-]{0,31}) (\S+) HTTP\/\d(?:\.\d)?$/;
const STATUS_LINE = /^HTTP\/\d(?:\.\d)? \d{3}(?: |$)/;
const LONGEST_START_LINE = 65_536;

/** Method and target of a request line (RFC 9112 §3); undefined for any other line. */
export function requestLine(line: string): { method: string; target: string } | undefined {
  const [, method, target] = REQUEST_LINE.exec(line) ?? [];
  return method === undefined || target === undefined ? undefined : { method, target };
}

/** Whether a message, request or response, starts at this offset. */
export function startsMessage(bytes: Buffer, at: number): boolean {
  // Most lines are told from their first letter.
  const first = bytes[at] ?? 0;
  if (first < 0x41 || first > 0x5a) return false;
  const line = lineText(bytes, at, Math.min(lineEnd(bytes, at), at + LONGEST_START_LINE));
  return REQUEST_LINE.test(line) || STATUS_LINE.test(line);
}

/** The offset of the next line at which a message starts, or the end. */
export function nextMessage(bytes: Buffer, from: number): number {
  for (let newline = bytes.indexOf("\n", from); newline !== -1; newline = bytes.indexOf("\n", newline + 1)) {
    if (startsMessage(bytes, newline + 1)) return newline + 1;
  }
  return bytes.length;
}

/** The offset after the blank lines at `from`. */
export function skipBlankLines(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1;
  return at;
}

/**
 * Reads a head whose lines end in CRLF or LF, also mixed. A line that starts with a space belongs to the header before
 * it (RFC 9112 §5.2).
 *
 * @throws TelepathError `BROKEN_DUMP` with the line's number when one is not a header.
 */
export function readHead(bytes: Buffer, start: number): Head {
  const end = lineEnd(bytes, start);
  const { headers, end: headEnd, closed } = readHeaderLines(bytes, end + 1);
  return { startLine: lineText(bytes, start, end), headers, end: headEnd, closed: closed && end < bytes.length };
}

/** Header lines up to a blank line or the end. */
export function readHeaderLines(bytes: Buffer, start: number): Omit<Head, "startLine"> {
  const headers: [name: string, value: string][] = [];
  for (let at = start; at < bytes.length;) {
    const end = lineEnd(bytes, at);
    const line = lineText(bytes, at, end);
    if (line === "") return { headers, end: end + 1, closed: true };
    const last = headers.at(-1);
    const colon = line.indexOf(":");
    if (last !== undefined && (line.startsWith(" ") || line.startsWith("\t")))
      last[1] = unfolded(last[1], withoutWhite(line));
    else if (colon > 0) headers.push([withoutWhite(line.slice(0, colon)), withoutWhite(line.slice(colon + 1))]);
    else throw notAHeader(bytes, at, line);
    at = end + 1;
  }
  return { headers, end: bytes.length, closed: false };
}

/** A value and the line that goes on with it. */
function unfolded(value: string, line: string): string {
  return value === "" || line === "" ? value + line : `${value} ${line}`;
}

/** The offset of the line end at or after an offset, or the end. */
function lineEnd(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(0x0a, at);
  return newline === -1 ? bytes.length : newline;
}

/** A line without a CR at its end. */
function lineText(bytes: Buffer, at: number, end: number): string {
  return bytes.toString("latin1", at, end > at && bytes[end - 1] === 0x0d ? end - 1 : end);
}

function notAHeader(bytes: Buffer, at: number, line: string): TelepathError {
  let number = 1;
  for (let newline = bytes.indexOf("\n"); newline !== -1 && newline < at; newline = bytes.indexOf("\n", newline + 1)) {
    number += 1;
  }
  const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
  return new TelepathError("BROKEN_DUMP", `line ${number}: expected "Name: value" or a blank line, found ${shown}`);
}
