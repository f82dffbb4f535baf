import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { systemCode, TelepathError } from "../model/errors.ts";
import type { Context } from "./context.ts";

/** The most a file or standard input may hold where it is read whole: 64 MiB. */
export const inputCap = 64 * 1024 ** 2;

/**
 * Reads a file the user named, or standard input for `-`, whole.
 *
 * Only regular files: a folder, a FIFO or a device is refused at once instead of hanging.
 *
 * @param what names the thing in errors: "the secret file", "the dump".
 * @throws TelepathError `UNREADABLE_INPUT`, `INPUT_TOO_LARGE`
 */
export async function readInput(path: string, what: string, context: Context, cap = inputCap): Promise<Buffer> {
  return path === "-"
    ? await readStandardInput(what, context, cap)
    : readRegularFile(resolve(context.cwd, path), what, cap);
}

/**
 * Reads a regular file whole; see `readInput`.
 *
 * @param room where it is read to, when there is room for it: for one file after the other.
 */
export function readRegularFile(path: string, what: string, cap = inputCap, room?: Buffer): Buffer {
  const { file, size } = openRegularFile(path, what);
  try {
    if (size > cap) throw tooLarge(path, what, cap);
    return readAll(file, size, room, () => tooLarge(path, what, cap), cap);
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a regular file; whoever calls closes it. A FIFO that nobody writes to, a folder, a device are refused at once.
 *
 * @throws TelepathError `UNREADABLE_INPUT`
 */
export function openRegularFile(path: string, what: string): { file: number; size: number } {
  let file: number;
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to must not wait.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = systemCode(error);
    throw unreadable(path, what, openReasons[code ?? ""] ?? `cannot be opened (${code})`, error);
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw unreadable(path, what, status.isDirectory() ? "is a folder" : "is not a regular file");
    return { file, size: status.size };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Reads to the end, for files whose size is not what they hold (`/proc`) as well. */
function readAll(
  file: number,
  expected: number,
  room: Buffer | undefined,
  over: () => TelepathError,
  cap: number,
): Buffer {
  const chunks: Buffer[] = [];
  let held = 0;
  for (;;) {
    const wanted = held < expected ? expected - held + 1 : 4096;
    const isRoomy = room !== undefined && held === 0 && wanted <= room.length;
    const chunk = isRoomy ? room.subarray(0, wanted) : Buffer.allocUnsafe(wanted);
    const read = readSync(file, chunk);
    held += read;
    if (held > cap) throw over();
    if (read > 0) chunks.push(chunk.subarray(0, read));
    // Of a regular file that has a size, less than was asked for is the rest.
    if (read === 0 || (expected > 0 && read < chunk.length)) {
      return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    }
  }
}

async function readStandardInput(what: string, context: Context, cap: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of standardInput(what, context)) {
    held += chunk.length;
    if (held > cap) throw tooLarge("standard input", what, cap);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Standard input piece by piece.
 *
 * @throws TelepathError `UNREADABLE_INPUT` when it is a terminal: it would wait for somebody to type.
 */
export async function* standardInput(what: string, context: Context): AsyncGenerator<Buffer> {
  if (context.stdin.isTTY === true) {
    throw new TelepathError(
      "UNREADABLE_INPUT",
      `${what} is to come from standard input, which is this terminal`,
      "pipe it in, or name a file",
    );
  }
  for await (const chunk of context.stdin) yield Buffer.from(chunk as Uint8Array | string);
}

const openReasons: Record<string, string> = {
  ENOENT: "does not exist",
  EACCES: "may not be read by you",
  EPERM: "may not be read by you",
  ELOOP: "is a circle of links",
  ENXIO: "is not a regular file",
  ENAMETOOLONG: "has too long a name",
  ENOTDIR: "lies below something that is no folder",
};

function unreadable(path: string, what: string, reason: string, cause?: unknown): TelepathError {
  return new TelepathError(
    "UNREADABLE_INPUT",
    `${what} ${path} ${reason}`,
    "name a readable file, or - for standard input",
    { cause },
  );
}

function tooLarge(path: string, what: string, cap: number): TelepathError {
  return new TelepathError(
    "INPUT_TOO_LARGE",
    `${what} ${path} holds more than ${cap / 1024 ** 2} MiB`,
    "cut out the requests in question",
  );
}
