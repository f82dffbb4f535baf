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

/** What a signature takes of a dump. */
export interface Fitting {
  /** The value of the header, with the spaces that stand after it. */
  signature: string;
  /** Valid until the next dump is fitted. */
  body: Buffer;
  /** The same as text. */
  text: string;
}

const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const carriageReturn = 0x0d;

/** The shape of a plain dump with one signature, whose body stands last; undefined for any other. */
export function shapeOf(bytes: Buffer): Shape | undefined {
  if (readPlain(bytes) === undefined) return undefined;
  const text = bytes.toString("latin1");
  const shape = text.startsWith("{") ? jsonShape(text) : httpShape(text);
  return shape !== undefined && fit(shape, bytes) !== undefined ? shape : undefined;
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
  const isTwice = (kind: ValueKind): boolean => kinds.indexOf(kind) !== kinds.lastIndexOf(kind);
  if (isTwice("signature") || isTwice("length") || /"transfer-encoding"/i.test(front)) return undefined;
  let from = 0;
  const values = places.map(({ start, end }, index) => {
    const before = Buffer.from(front.slice(from, start), "latin1");
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
/** Longer bodies of JSON take a closer look: their bytes would need more room than there is. */
const longestText = 16_384;
const room = Buffer.allocUnsafeSlow(3 * longestText);

/** What a signature takes of a dump of this shape; undefined for one of another, or one that takes a closer look. */
export function fit(shape: Shape, dump: Buffer): Fitting | undefined {
  const { values, beforeBody, close } = shape;
  if (dump.length > longestFitting) return undefined;
  let at = 0;
  let signature: string | undefined;
  let length: string | undefined;
  for (const { before, is } of values) {
    const from = at + before.length;
    if (!standsAt(before, dump, at)) return undefined;
    at = valueEnd(dump, from, close);
    if (is === "signature") signature = dump.toString("latin1", from, at);
    else if (is === "length") length = dump.toString("latin1", from, at);
  }
  const from = at + beforeBody.length;
  if (from >= dump.length || signature === undefined || !standsAt(beforeBody, dump, at)) return undefined;
  const text = close === quote ? jsonText(dump, from) : dump.toString("utf8", from);
  if (text === undefined) return undefined;
  const body = close === quote ? room.subarray(0, room.write(text)) : dump.subarray(from);
  return length === undefined || length === String(body.length) ? { signature, body, text } : undefined;
}

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

/** The text of a body that stands last in a JSON object, from behind its opening quote. */
function jsonText(bytes: Buffer, from: number): string | undefined {
  let last = bytes.length - 1;
  while (isSpace(bytes[last]!)) last -= 1;
  if (bytes[last] !== closingBrace || last - from > longestText) return undefined;
  const text = jsonValue(bytes.toString("utf8", from - 1, last));
  return typeof text === "string" && isPlainBody(text) ? text : undefined;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
