const LONGEST_SIZE_LINE = 1024;

/** A body put together from its chunks, and where it ended in the message. */
export interface Dechunked {
  body: Buffer;
  end: number;
  /** False when the bytes stop before the last chunk. */
  complete: boolean;
}

/**
 * Undoes the chunked coding (RFC 9112 §7.1). Lines may end in LF alone, as dumps have them; trailer fields are left
 * out, since a signature there is not one of the request's headers.
 *
 * @returns undefined when the bytes are not chunks: many tools undo the coding and leave the header.
 */
export function dechunk(bytes: Buffer, start: number): Dechunked | undefined {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const line = sizeLine(bytes, at);
    if (line === undefined) return at === start ? undefined : unfinished(chunks, at);
    if (line.size === 0) return { body: Buffer.concat(chunks), end: afterTrailers(bytes, line.end), complete: true };
    const chunk = bytes.subarray(line.end, line.end + line.size);
    chunks.push(chunk);
    if (chunk.length < line.size) return unfinished(chunks, bytes.length);
    at = afterLineEnd(bytes, line.end + line.size);
  }
}

function unfinished(chunks: Buffer[], end: number): Dechunked {
  return { body: Buffer.concat(chunks), end, complete: false };
}

function sizeLine(bytes: Buffer, at: number): { size: number; end: number } | undefined {
  const newline = bytes.subarray(at, at + LONGEST_SIZE_LINE).indexOf("\n");
  if (newline === -1) return undefined;
  const line = bytes.toString("latin1", at, at + newline);
  const digits = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?\r?$/.exec(line)?.[1];
  return digits === undefined ? undefined : { size: Number.parseInt(digits, 16), end: at + newline + 1 };
}

function afterLineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2;
  return bytes[at] === 0x0a ? at + 1 : at;
}

function afterTrailers(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const newline = bytes.indexOf("\n", at);
    if (newline === -1) return bytes.length;
    const line = bytes.toString("latin1", at, newline).replace(/\r$/, "");
    if (line !== "" && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/.test(line)) return at;
    at = newline + 1;
    if (line === "") return at;
  }
}
