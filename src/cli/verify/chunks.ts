import { readSync } from "node:fs";
import type { Pauses } from "./pauses.ts";

/** Large enough that system calls cost nothing; above 128 KB reading and hashing take half as long again. */
const chunkBytes = 64 * 1024;

/**
 * Hands over the bytes of an open file from `start` up to `end` in pieces, and returns how many there were. All pieces
 * are one buffer that is filled anew: what is to be kept must be copied.
 *
 * @throws Interrupted when the user pressed Ctrl-C.
 */
export async function readChunks(
  file: number,
  { start, end = Number.POSITIVE_INFINITY }: { start: number; end?: number },
  pauses: Pauses,
  onChunk: (chunk: Buffer) => void | Promise<void>,
): Promise<number> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  let at = start;
  while (at < end) {
    const read = readSync(file, buffer, 0, Math.min(chunkBytes, end - at), at);
    if (read === 0) break;
    at += read;
    const handled = onChunk(buffer.subarray(0, read));
    if (handled !== undefined) await handled;
    await pauses.due();
  }
  return at - start;
}

/** The bytes of an open file at `start`, at most `length`; fewer at its end. */
export function readPart(file: number, start: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length);
  let held = 0;
  while (held < length) {
    const read = readSync(file, buffer, held, length - held, start + held);
    if (read === 0) break;
    held += read;
  }
  return buffer.subarray(0, held);
}

/** A line of a larger text, without its line end. */
export interface Line {
  /** From 1. */
  number: number;
  /** Null when there are more than may be kept. They may be overwritten when the next piece comes. */
  bytes: Buffer | null;
}

/** Cuts what comes in pieces into lines; of a line longer than `longest` nothing is kept but its number. */
export function lineReader(longest: number): { push(chunk: Buffer): Line[]; end(): Line[] } {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let number = 0;

  const closed = (last: Buffer): Line => {
    const isOverlong = keptBytes + last.length > longest;
    const bytes = isOverlong ? null : kept.length === 0 ? last : Buffer.concat([...kept, last]);
    kept = [];
    keptBytes = 0;
    number += 1;
    return { number, bytes };
  };
  return {
    push(chunk) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
        lines.push(closed(chunk.subarray(start, end)));
        start = end + 1;
      }
      keptBytes += chunk.length - start;
      if (keptBytes > longest) kept = [];
      else if (start < chunk.length) kept.push(Buffer.from(chunk.subarray(start)));
      return lines;
    },
    end: () => (keptBytes > 0 ? [closed(Buffer.alloc(0))] : []),
  };
}
