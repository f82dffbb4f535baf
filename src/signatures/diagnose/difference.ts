import { isUtf8 } from "node:buffer";
import type { FirstDifference } from "../../model/delivery.ts";

const before = 16;
const after = 24;

/** Where two bodies part, with a few bytes of each around the place; null when they are the same. */
export function firstDifference(held: Buffer, signed: Buffer): FirstDifference | null {
  if (held.equals(signed)) return null;
  const shorter = Math.min(held.length, signed.length);
  let offset = 0;
  while (offset < shorter && held[offset] === signed[offset]) offset += 1;
  return {
    offset,
    held: around(held, offset),
    signed: around(signed, offset),
    heldBytes: held.length,
    signedBytes: signed.length,
  };
}

function around(bytes: Buffer, offset: number): string {
  const part = bytes.subarray(boundary(bytes, Math.max(0, offset - before), -1), boundary(bytes, offset + after, 1));
  if (!isUtf8(part)) return [...part].map((byte) => visibleByte(byte)).join("");
  return Array.from(part.toString("utf8"), visibleCharacter).join("");
}

/** The nearest place, in one direction, that is not inside a UTF-8 sequence. */
function boundary(bytes: Buffer, at: number, direction: 1 | -1): number {
  let place = Math.min(at, bytes.length);
  for (let step = 0; step < 3 && place > 0 && place < bytes.length && (bytes[place]! & 0xc0) === 0x80; step += 1) {
    place += direction;
  }
  return place;
}

const shortEscapes = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** Controls, format characters (bidi overrides, zero-width, BOM) and odd spaces would hide the very difference. */
function visibleCharacter(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  return /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(character)
    ? `\\u{${character.codePointAt(0)!.toString(16)}}`
    : character;
}

function visibleByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}
