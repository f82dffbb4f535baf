import { backslash, dot, minus, nine, plus, quote, space, zero } from "./ascii.ts";

/** The tokens of JSON (RFC 8259), in bytes. Each function takes where one starts and gives where it ends; -1 for none. */

const letterE = 0x65;
const letterU = 0x75;

/** A string, quotes included. What is not ASCII in it is taken as it is. */
export function stringEnd(bytes: Uint8Array, start: number, words: () => Int32Array): number {
  for (let at = start + 1; ;) {
    at = plainEnd(bytes, at, words);
    if (at >= bytes.length) return -1;
    if (bytes[at] === quote) return at + 1;
    const escape = bytes[at] === backslash ? escapeLength(bytes, at + 1) : 0;
    if (escape === 0) return -1;
    at += 1 + escape;
  }
}

/** All that is in memory at addresses by fours, four bytes at a time. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const start = firstWordOf(bytes);
  return new Int32Array(bytes.buffer, bytes.byteOffset + start, Math.max(0, (bytes.length - start) >> 2));
}

function firstWordOf({ byteOffset }: Uint8Array): number {
  return -byteOffset & 3;
}

/** Most strings are shorter, and begin and end before four bytes at a time would pay. */
const shortBytes = 64;

/** The first byte that no string may hold as it is; the length of all when there is none. */
function plainEnd(bytes: Uint8Array, start: number, words: () => Int32Array): number {
  const first = firstWordOf(bytes);
  const wordAt = first + ((start - first + shortBytes) & ~3);
  const at = plainEndBefore(Math.min(wordAt, bytes.length), bytes, start);
  if (at < wordAt) return at;

  const all = words();
  let word = (wordAt - first) >> 2;
  // Four words in one step take half the time of one.
  for (const last = all.length - 3; word < last; word += 4) {
    const four = marksOf(all[word]!) | marksOf(all[word + 1]!) | marksOf(all[word + 2]!) | marksOf(all[word + 3]!);
    if (!arePlain(four)) break;
  }
  while (word < all.length && arePlain(marksOf(all[word]!))) word += 1;
  return plainEndBefore(bytes.length, bytes, first + (word << 2));
}

function plainEndBefore(end: number, bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < end && isPlain[bytes[at]!] === 1) at += 1;
  return at;
}

/** What a string may hold as it is: all but quotes, backslashes and control characters (RFC 8259 §7). */
const isPlain = table((byte) => byte >= space && byte !== quote && byte !== backslash);

function arePlain(marks: number): boolean {
  return (marks & 0x80808080) === 0;
}

/** The highest bit of a byte is set when one of the four is none of those. */
function marksOf(four: number): number {
  // A quote changes places with a space, and then is below what a string may hold, as control characters are.
  const swapped = four ^ 0x02020202;
  const backslashes = four ^ 0x5c5c5c5c;
  return ((swapped - 0x21212121) & ~swapped) | ((backslashes - 0x01010101) & ~backslashes);
}

const isHex = table((byte) => /[\dA-Fa-f]/.test(String.fromCharCode(byte)));
const isEscape = table((byte) => /["\\/bfnrt]/.test(String.fromCharCode(byte)));

function table(has: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(byte) ? 1 : 0));
}

/** Of the escape whose backslash stands before; 0 when it is none. */
function escapeLength(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return 0;
  if (isEscape[bytes[at]!] === 1) return 1;
  if (bytes[at] !== letterU || at + 4 >= bytes.length) return 0;
  for (let digit = at + 1; digit <= at + 4; digit += 1) if (isHex[bytes[digit]!] === 0) return 0;
  return 5;
}

export function numberEnd(bytes: Uint8Array, start: number): number {
  const whole = bytes[start] === minus ? start + 1 : start;
  let end = digitsEnd(bytes, whole);
  if (end === -1 || (bytes[whole] === zero && end > whole + 1)) return -1;
  if (bytes[end] === dot) end = digitsEnd(bytes, end + 1);
  if (end === -1 || (bytes[end]! | 0x20) !== letterE) return end;
  const sign = bytes[end + 1];
  return digitsEnd(bytes, sign === plus || sign === minus ? end + 2 : end + 1);
}

/** One digit at least. */
function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at]! >= zero && bytes[at]! <= nine) at += 1;
  return at === start ? -1 : at;
}

const literals = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

export function literalEnd(bytes: Uint8Array, start: number): number {
  const literal = literals.get(bytes[start]!);
  if (literal === undefined) return -1;
  for (let at = 1; at < literal.length; at += 1) if (bytes[start + at] !== literal[at]) return -1;
  return start + literal.length;
}
