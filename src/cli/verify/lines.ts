import { plainJson } from "../../dumps/plain.ts";
import type { DumpReading } from "../../dumps/read.ts";
import { TelepathError } from "../../model/errors.ts";
import type { UnreadDump } from "./big-dump.ts";
import { readPart } from "./chunks.ts";
import { largestPassed } from "./outcome.ts";

/** The lines of an open file that start from `start` on and before `end`. */
export interface LinesPart {
  file: number;
  start: number;
  end: number;
}

/** So many bytes of a file are a part. */
const partBytes = 512 * 1024;
/** The last line of a part mostly ends within so many bytes behind it. */
const overlapBytes = 8 * 1024;

/** Cuts a file of so many bytes into parts. */
export function* partsOf(file: number, size: number): Generator<LinesPart> {
  for (let start = 0; start < size; start += partBytes) yield { file, start, end: Math.min(start + partBytes, size) };
}

/** A line of a part. */
export interface Line {
  /** Which line of the part, from 0. */
  item: number;
  /** Where it starts in the file. */
  at: number;
  /** Undefined where it is too long to be passed on. */
  bytes: Buffer | undefined;
}

/** The memory of parts that have been read to their end: making it anew takes as long as reading into it. */
const rooms: Buffer[] = [];
const roomBytes = partBytes + overlapBytes + 1;

/** The lines of a part, each valid until the next; returns how many there were. */
export function* linesOf(part: LinesPart): Generator<Line, number> {
  const room = rooms.pop() ?? Buffer.allocUnsafeSlow(roomBytes);
  const { bytes, base, first, last } = bytesOf(part, room);
  let item = 0;
  let at = first;
  while (at < last) {
    const newline = bytes.indexOf(0x0a, at);
    const lineEnd = newline === -1 ? bytes.length : newline;
    yield { item, at: base + at, bytes: lineEnd - at >= largestPassed ? undefined : bytes.subarray(at, lineEnd) };
    item += 1;
    at = lineEnd + 1;
  }
  rooms.push(room);
  return item;
}

/** The bytes of a part, from `base` in the file; its lines start from `first` on and before `last`. */
function bytesOf({ file, start, end }: LinesPart, room: Buffer) {
  // A line belongs to the part that its first byte stands in: the byte before tells whether one starts here.
  const base = Math.max(start - 1, 0);
  const length = end - base;
  let bytes = readPart(file, base, length + overlapBytes, room);
  if (bytes.length > length && bytes.indexOf(0x0a, length - 1) === -1) {
    bytes = readPart(file, base, length + largestPassed);
  }
  return { bytes, base, first: start === 0 ? 0 : afterNewline(bytes, 0), last: Math.min(length, bytes.length) };
}

function afterNewline(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(0x0a, from);
  return newline === -1 ? bytes.length : newline + 1;
}

/** A line as a dump; undefined when it does not mean to be JSON: a log has lines of its own. */
export function lineDump(line: string): UnreadDump | undefined {
  const text = jsonOf(line);
  if (text === undefined) return undefined;
  return { plain: () => inLines(plainJson(text)), whole: (read) => inLines(read(Buffer.from(text))) };
}

/** A line of a log that holds no request. It is left out, unlike one that is broken. */
export function isWithoutRequest(error: unknown): boolean {
  return error instanceof TelepathError && error.code === "UNKNOWN_DUMP";
}

/** A line without the `data:` of server-sent events; undefined when it does not mean to be JSON. */
export function jsonOf(line: string): string | undefined {
  if (line.startsWith("{") && line.endsWith("}")) return line;
  const text = line.replace(/^\ufeff?(?:data: ?)?/, "").trim();
  return text.startsWith("{") || text.startsWith("[") ? text : undefined;
}

/** JSON of no known program, one value a line, is a form of its own. */
function inLines<Reading extends DumpReading | undefined>(reading: Reading): Reading {
  if (reading?.format === "json") reading.format = "ndjson";
  return reading;
}
