import { isUtf8 } from "node:buffer";
import fastStringWidth from "fast-string-width";
import type { Style } from "./style.ts";
import { safeText } from "./text.ts";

/** So much of what both bodies share is shown before the place where they part. */
const bytesBefore = 16;
/** The most that is decoded behind that place: more than any terminal is wide. */
const bytesAfter = 480;

/** Two bodies around the first byte in which they differ. */
export interface DifferenceText {
  held: string;
  signed: string;
  /** Spaces and a caret that points at the place, for under either. */
  caret: string;
  /** Bytes from the start. */
  offset: number;
}

/** One character, or a byte that is none, as it is shown. */
interface Mark {
  text: string;
  invisible: boolean;
}

/**
 * Where two bodies part, each in at most `columns` columns; null when they are the same. What the eye cannot see is
 * spelled out: `\n`, `\r`, `\t`, `␠` for a space at the end of a line or at the place itself, others by code point.
 */
export function differenceText(
  held: Uint8Array,
  signed: Uint8Array,
  columns: number,
  style: Style,
): DifferenceText | null {
  const [a, b] = [asBuffer(held), asBuffer(signed)];
  if (a.equals(b)) return null;
  const offset = firstDifferingByte(a, b);
  const from = characterStart(a, Math.max(0, offset - bytesBefore));
  // Never inside of a character: half of one would be shown as bytes.
  const to = Math.max(from, Math.min(characterStart(a, offset), characterStart(b, offset)));
  const lead = from > 0 ? "…" : "";
  const before = lead + marksOf(a, from, to).map(plain).join("");
  const room = columns - fastStringWidth(before);
  const shared = lead + drawn(marksOf(a, from, to), style);
  return {
    held: shared + rest(a, to, room, style),
    signed: shared + rest(b, to, room, style),
    caret: `${" ".repeat(fastStringWidth(before))}^`,
    offset,
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function firstDifferingByte(a: Buffer, b: Buffer): number {
  const shorter = Math.min(a.length, b.length);
  let offset = 0;
  while (offset < shorter && a[offset] === b[offset]) offset += 1;
  return offset;
}

/** The start of the UTF-8 sequence that a byte is part of (RFC 3629 §3). */
function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start > 0 && at - start < 3 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start -= 1;
  return start;
}

/** What stands from a place on, cut to fit. */
function rest(bytes: Buffer, from: number, room: number, style: Style): string {
  const end = Math.min(bytes.length, from + bytesAfter);
  const marks = marksOf(bytes, from, end < bytes.length ? characterStart(bytes, end) : end, true);
  if (end === bytes.length) marks.push({ text: "<end>", invisible: true });
  let width = 0;
  let count = 0;
  while (count < marks.length) {
    width += fastStringWidth(marks[count]!.text);
    if (width > room - 1) break;
    count += 1;
  }
  return drawn(marks.slice(0, count), style) + (count < marks.length ? "…" : "");
}

/** @param place the first of them is where the bodies part, so that a space there is shown */
function marksOf(bytes: Buffer, from: number, to: number, place = false): Mark[] {
  const part = bytes.subarray(from, to);
  if (!isUtf8(part)) return [...part].map(byteMark);
  const characters = Array.from(part.toString("utf8"));
  return characters.map((character, index) => {
    const next = characters[index + 1];
    const last = next === undefined ? to === bytes.length : next === "\n" || next === "\r";
    if (character === " ") {
      const visible = last || (place && index === 0);
      return { text: visible ? "␠" : " ", invisible: visible };
    }
    return characterMark(character, place && index < 2);
  });
}

function characterMark(character: string, nearPlace: boolean): Mark {
  if (character === "\ufeff") return { text: "<U+FEFF byte order mark>", invisible: true };
  // A combining accent would melt into the letter before it, which is just what a change of normalisation does.
  const odd = /(?! )\p{Zs}/u.test(character) || (nearPlace && /\p{M}/u.test(character));
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const text = odd ? `<U+${code}>` : safeText(character);
  return { text, invisible: text !== character };
}

function byteMark(byte: number): Mark {
  const printable = byte >= 0x20 && byte < 0x7f;
  return {
    text: printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
    invisible: !printable,
  };
}

function plain({ text }: Mark): string {
  return text;
}

function drawn(marks: readonly Mark[], style: Style): string {
  return marks.map(({ text, invisible }) => (invisible ? style.accent(text) : text)).join("");
}
