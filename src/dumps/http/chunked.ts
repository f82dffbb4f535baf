const LONGEST_SIZE_LINE = 1024;
const SIZE_LINE = /^[0-9a-fA-F]{1,12}[ \t]*(?:;.*)?\r?$/;

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
  const chunks: Chunk[] = [];
  for (let at = start; ;) {
    const line = sizeLine(bytes, at);
    if (line === undefined) return at === start ? undefined : { body: joined(bytes, chunks), end: at, complete: false };
    if (line.size === 0) return { body: joined(bytes, chunks), end: afterTrailers(bytes, line.end), complete: true };
    const chunk = { start: line.end, end: line.end + line.size };
    chunks.push(chunk);
    if (chunk.end > bytes.length) return { body: joined(bytes, chunks), end: bytes.length, complete: false };
    at = afterLineEnd(bytes, chunk.end);
  }
}

/** Where the bytes of a chunk stand; the last one may end behind all there are. */
interface Chunk {
  start: number;
  end: number;
}

/** The bytes of the chunks one after the other. A body of many chunks has few bytes in each. */
function joined(bytes: Buffer, chunks: readonly Chunk[]): Buffer {
  const { length } = bytes;
  const body = Buffer.alloc(chunks.reduce((sum, { start, end }) => sum + Math.min(end, length) - start, 0));
  let at = 0;
  for (const { start, end } of chunks) at += bytes.copy(body, at, start, end);
  return body;
}

function sizeLine(bytes: Buffer, at: number): { size: number; end: number } | undefined {
  const newline = bytes.indexOf(0x0a, at);
  if (newline === -1 || newline >= at + LONGEST_SIZE_LINE) return undefined;
  const line = bytes.toString("latin1", at, newline);
  return SIZE_LINE.test(line) ? { size: Number.parseInt(line, 16), end: newline + 1 } : undefined;
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
