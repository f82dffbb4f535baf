import {
  backslash,
  carriageReturn,
  closeBrace,
  colon,
  comma,
  lineFeed,
  openBrace,
  openBracket,
  quote,
  space,
  tab,
} from "./ascii.ts";
import { literalEnd, numberEnd, stringEnd, wordsOf } from "./json-bytes.ts";

/** Of a character, as in `\u0063`. */
const longestEscape = 6;

/** Where a string is written, with its quotes. */
export interface Written {
  start: number;
  end: number;
}

/**
 * Goes through JSON (RFC 8259) without making its values. Each step starts where the one before ended; one that finds
 * something else than it should says so, and then the whole is no JSON.
 */
export class JsonScan {
  readonly #bytes: Buffer;
  #words: Int32Array | undefined;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte that is no space; undefined at the end. */
  next(): number | undefined {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at]!;
      if (byte > space || (byte !== space && byte !== lineFeed && byte !== tab && byte !== carriageReturn)) return byte;
      this.#at += 1;
    }
    return undefined;
  }

  /** Where that is. */
  get at(): number {
    return this.#at;
  }

  /** Goes past the next byte when it is this one. */
  takes(byte: number): boolean {
    if (this.next() !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** Goes past a string, and tells where it is; null when there is none. */
  string(): Written | null {
    if (this.next() !== quote) return null;
    const start = this.#at;
    return this.#takesString() ? { start, end: this.#at } : null;
  }

  /** Goes past a value of any kind. */
  takesValue(): boolean {
    /** What ends each of the objects and arrays that it is inside of. */
    const ends: number[] = [];
    for (;;) {
      const first = this.next();
      if (first === openBrace || first === openBracket) {
        this.#at += 1;
        const end = first + 2; // `}` and `]`
        if (!this.takes(end)) {
          if (end === closeBrace && !this.#takesName()) return false;
          ends.push(end);
          continue;
        }
      } else if (!this.#takesScalar(first)) return false;
      // A value has ended, and with it perhaps what it stands in.
      for (;;) {
        const end = ends.at(-1);
        if (end === undefined) return true;
        if (this.takes(comma)) {
          if (end === closeBrace && !this.#takesName()) return false;
          break;
        }
        if (!this.takes(end)) return false;
        ends.pop();
      }
    }
  }

  /** Whether a string is this one, which is ASCII and short. */
  says(written: Written, text: string): boolean {
    const { start, end } = written;
    const length = end - start - 2;
    if (length < text.length || length > longestEscape * text.length) return false;
    for (let at = 0; at < length; at += 1) {
      const byte = this.#bytes[start + 1 + at]!;
      if (byte === backslash) return this.textOf(written) === text;
      if (byte !== text.charCodeAt(at)) return false;
    }
    return length === text.length;
  }

  textOf({ start, end }: Written): string {
    const bytes = this.#bytes.subarray(start, end);
    return bytes.includes(backslash)
      ? (JSON.parse(bytes.toString()) as string)
      : bytes.toString("utf8", 1, end - start - 1);
  }

  #takesName(): boolean {
    return this.next() === quote && this.#takesString() && this.takes(colon);
  }

  #takesString(): boolean {
    return this.#goesTo(stringEnd(this.#bytes, this.#at, this.#allWords));
  }

  #takesScalar(first: number | undefined): boolean {
    if (first === quote) return this.#takesString();
    const end = numberEnd(this.#bytes, this.#at);
    return this.#goesTo(end === -1 ? literalEnd(this.#bytes, this.#at) : end);
  }

  #goesTo(end: number): boolean {
    if (end !== -1) this.#at = end;
    return end !== -1;
  }

  readonly #allWords = (): Int32Array => (this.#words ??= wordsOf(this.#bytes));
}
