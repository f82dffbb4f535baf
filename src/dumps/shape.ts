import { backslash, carriageReturn, closeBrace, quote } from "../model/ascii.ts";
import { jsonValue } from "./json.ts";
import { bodyMember, isPlainBody, readPlain } from "./plain.ts";

/**
 * What the dumps of one program have in common: everything but the values of their headers and the body. One that fits
 * need not be read: it is a plain dump, as `readPlain` says, and what a signature takes stands in known places.
 */
export interface Shape {
  values: { before: Buffer; is: ValueKind }[];
  beforeBody: Buffer;
  /** The byte that ends a value. */
  close: number;
}

/** What stands in a place; undefined where it says nothing about the body. */
type ValueKind = "signature" | "length" | undefined;

/** What is known of a dump that fits. */
export interface Fitting {
  /** What stands behind `sha256=` in the header. */
  digits: string;
  /** The body, and how many bytes it has. */
  text: string;
  length: number;
  /** How many quotes the body holds when nothing but those was escaped in the dump; negative where that is not known. */
  quotes: number;
}

const prefix = "sha256=";

/** The shape of a plain dump with one signature, whose body stands last; undefined for any other. */
export function shapeOf(dump: Buffer): Shape | undefined {
  if (readPlain(dump) === undefined) return undefined;
  const text = dump.toString("latin1");
  const shape = text.startsWith("{") ? jsonShape(text) : httpShape(text);
  return shape !== undefined && fit(shape, dump, Buffer.alloc(dump.length + spare)) !== undefined ? shape : undefined;
}

/** A value in the part of a dump before its body. */
interface Place {
  name: string;
  start: number;
  end: number;
}

function jsonShape(text: string): Shape | undefined {
  const front = text.slice(0, text.indexOf(bodyMember) + bodyMember.length);
  if (front.includes("\\")) return undefined;
  // Without escapes every second piece between quotes is a string; the last one is the body's.
  const pieces = front.split('"').slice(0, -1);
  const places: Place[] = [];
  let start = 0;
  for (const [index, piece] of pieces.entries()) {
    const isValue = index % 2 === 1 && pieces[index - 1] === ":";
    if (isValue) places.push({ name: pieces[index - 2]!, start, end: start + piece.length });
    start += piece.length + 1;
  }
  return shapeWith(front, places, quote);
}

function httpShape(text: string): Shape | undefined {
  const front = text.slice(0, text.indexOf("\r\n\r\n") + 4);
  const places: Place[] = [];
  for (const { 0: line, 1: name, 2: value, index } of front.matchAll(/\r\n([^:]+): *([^\r]*)/g)) {
    const end = index + line.length;
    places.push({ name: name!, start: end - value!.length, end });
  }
  return shapeWith(front, places, carriageReturn);
}

function shapeWith(front: string, places: readonly Place[], close: number): Shape | undefined {
  const kinds: ValueKind[] = places.map(({ name }) => kindOf(name));
  const signatureAt = places[kinds.indexOf("signature")]?.start;
  if (signatureAt === undefined || !front.startsWith(prefix, signatureAt)) return undefined;
  const isTwice = (kind: ValueKind): boolean => kinds.indexOf(kind) !== kinds.lastIndexOf(kind);
  if (isTwice("signature") || isTwice("length") || /"transfer-encoding"/i.test(front)) return undefined;
  let from = 0;
  const values = places.map(({ start, end }, index) => {
    const valueStart = start === signatureAt ? start + prefix.length : start;
    const before = Buffer.from(front.slice(from, valueStart), "latin1");
    from = end;
    return { before, is: kinds[index] };
  });
  return { values, beforeBody: Buffer.from(front.slice(from), "latin1"), close };
}

function kindOf(name: string): ValueKind {
  const lower = name.trim().toLowerCase();
  if (lower === "x-telepath-signature") return "signature";
  return lower === "content-length" ? "length" : undefined;
}

/** Limits of the plain reading are above this. */
const longestFitting = 65_536;

/**
 * Reads a dump of this shape; undefined for one of another, or one that takes a closer look.
 *
 * @param room where its body is written; a body that fills it takes a closer look.
 */
export function fit({ values, beforeBody, close }: Shape, dump: Buffer, room: Buffer): Fitting | undefined {
  if (dump.length > longestFitting) return undefined;
  let at = 0;
  let digits: string | undefined;
  let declared: string | undefined;
  for (const { before, is } of values) {
    const from = at + before.length;
    if (!standsAt(before, dump, at)) return undefined;
    at = valueEnd(dump, from, close);
    if (is === "signature") digits = dump.toString("latin1", from, at);
    else if (is === "length") declared = dump.toString("latin1", from, at);
  }
  const from = at + beforeBody.length;
  if (from >= dump.length || digits === undefined || !standsAt(beforeBody, dump, at)) return undefined;
  const body = close === quote ? jsonBody(dump, from, room) : bareBody(dump, from, room);
  if (body === undefined || (declared !== undefined && declared !== String(body.length))) return undefined;
  return { digits, ...body };
}

type Body = Omit<Fitting, "digits">;

/** The body that stands last in a JSON object, from behind its opening quote. */
function jsonBody(dump: Buffer, from: number, room: Buffer): Body | undefined {
  let last = dump.length - 1;
  while (isSpace(dump[last]!)) last -= 1;
  if (dump[last] !== closeBrace || dump[last - 1] !== quote) return undefined;
  const json = dump.toString("utf8", from - 1, last);
  const text = jsonValue(json);
  if (typeof text !== "string" || !isPlainBody(text)) return undefined;
  const length = room.write(text);
  // Escapes are longer than what they stand for: by one character, when they are quotes.
  return length > room.length - spare ? undefined : { text, length, quotes: json.length - 2 - text.length };
}

/** The body that is the rest. */
function bareBody(dump: Buffer, from: number, room: Buffer): Body | undefined {
  const length = dump.copy(room, 0, from);
  return length === dump.length - from ? { text: room.toString("utf8", 0, length), length, quotes: -1 } : undefined;
}

/** A character of UTF-8 that did not fit leaves less than this. */
const spare = 4;

function standsAt(expected: Buffer, bytes: Buffer, at: number): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (expected[index] !== bytes[at + index]) return false;
  }
  return true;
}

/** Where a value ends: what is not printable ASCII ends it, too, where what comes after it does not begin. */
function valueEnd(bytes: Buffer, from: number, close: number): number {
  let at = from;
  for (let byte = bytes[at]!; byte >= 0x20 && byte <= 0x7e; byte = bytes[at]!) {
    if (byte === close || byte === backslash) break;
    at += 1;
  }
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
