import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";

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
  const newline = bytes.subarray(at, at + LONGEST_START_LINE).indexOf("\n");
  const line = bytes.toString("latin1", at, newline === -1 ? at + LONGEST_START_LINE : at + newline).replace(/\r$/, "");
  return requestLine(line) !== undefined || STATUS_LINE.test(line);
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
  const first = lineAt(bytes, start);
  const { headers, end, closed } = readHeaderLines(bytes, first.end);
  return { startLine: first.text, headers, end, closed: closed && first.end <= bytes.length };
}

/** Header lines up to a blank line or the end. */
export function readHeaderLines(bytes: Buffer, start: number): Omit<Head, "startLine"> {
  const fields: { name: string; values: string[] }[] = [];
  const headers = (): Header[] => fields.map(({ name, values }) => [name, values.filter(Boolean).join(" ")]);
  let at = start;
  while (at < bytes.length) {
    const line = lineAt(bytes, at);
    if (line.text === "") return { headers: headers(), end: line.end, closed: true };
    const last = fields.at(-1);
    const colon = line.text.indexOf(":");
    if (/^[ \t]/.test(line.text) && last) last.values.push(line.text.trim());
    else if (colon > 0)
      fields.push({ name: line.text.slice(0, colon).trim(), values: [line.text.slice(colon + 1).trim()] });
    else throw notAHeader(bytes, at, line.text);
    at = line.end;
  }
  return { headers: headers(), end: bytes.length, closed: false };
}

function lineAt(bytes: Buffer, at: number): { text: string; end: number } {
  const newline = bytes.indexOf("\n", at);
  const end = newline === -1 ? bytes.length : newline;
  return { text: bytes.toString("latin1", at, end).replace(/\r$/, ""), end: end + 1 };
}

function notAHeader(bytes: Buffer, at: number, line: string): TelepathError {
  let number = 1;
  for (let newline = bytes.indexOf("\n"); newline !== -1 && newline < at; newline = bytes.indexOf("\n", newline + 1)) {
    number += 1;
  }
  const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
  return new TelepathError("BROKEN_DUMP", `line ${number}: expected "Name: value" or a blank line, found ${shown}`);
}
