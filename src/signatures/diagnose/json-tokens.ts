/** Up to so many bytes a loop is quicker than a call. */
const shortCopy = 48;

/**
 * Texts in UTF-8, one after the other in one piece of memory: the tokens of a JSON text, or what stands between them.
 * To print a text again is to copy bytes, which is what makes thousands of candidates affordable.
 */
export class Tokens {
  readonly bytes: Buffer;
  /** Where each starts, and where the last one ends. */
  readonly starts: Uint32Array;

  constructor(texts: readonly string[]) {
    const joined = texts.join("");
    this.bytes = Buffer.from(joined, "utf8");
    this.starts = new Uint32Array(texts.length + 1);
    const isAscii = this.bytes.length === joined.length;
    for (let index = 0, at = 0; index < texts.length; index += 1) {
      at += isAscii ? texts[index]!.length : Buffer.byteLength(texts[index]!, "utf8");
      this.starts[index + 1] = at;
    }
  }
}

/** Bytes that are written one after the other. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  /** @param expected how many they are likely to be */
  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(expected, 64));
  }

  ascii(text: string): void {
    const end = this.#at + text.length;
    if (end > this.#bytes.length) this.#grow(end);
    for (let index = 0; index < text.length; index += 1) this.#bytes[this.#at + index] = text.charCodeAt(index);
    this.#at = end;
  }

  token({ bytes, starts }: Tokens, number: number): void {
    const start = starts[number]!;
    const length = starts[number + 1]! - start;
    const end = this.#at + length;
    if (end > this.#bytes.length) this.#grow(end);
    if (length > shortCopy) bytes.copy(this.#bytes, this.#at, start, start + length);
    else for (let index = 0; index < length; index += 1) this.#bytes[this.#at + index] = bytes[start + index]!;
    this.#at = end;
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
