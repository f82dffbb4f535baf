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

/**
 * The bytes of an open file at `start`, at most `length`; fewer at its end.
 *
 * @param room where they are read to, when there is room for them.
 */
export function readPart(file: number, start: number, length: number, room?: Buffer): Buffer {
  const buffer = room !== undefined && length <= room.length ? room : Buffer.allocUnsafeSlow(length);
  let held = 0;
  while (held < length) {
    const read = readSync(file, buffer, held, length - held, start + held);
    if (read === 0) break;
    held += read;
  }
  return buffer.subarray(0, held);
}
