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

/** Reads a regular file whole; see `readInput`. */
export function readRegularFile(path: string, what: string, cap = inputCap): Buffer {
  let file: number;
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to must not wait.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(
      path,
      what,
      openReasons[systemCode(error) ?? ""] ?? `cannot be opened (${systemCode(error)})`,
      error,
    );
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw unreadable(path, what, status.isDirectory() ? "is a folder" : "is not a regular file");
    if (status.size > cap) throw tooLarge(path, what, cap);
    return readAll(file, status.size, () => tooLarge(path, what, cap), cap);
  } finally {
    closeSync(file);
  }
}

/** Reads to the end, for files whose size is not what they hold (`/proc`) as well. */
function readAll(file: number, expected: number, over: () => TelepathError, cap: number): Buffer {
  const chunks: Buffer[] = [];
  let held = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(expected - held, 0) + 4096);
    const read = readSync(file, chunk);
    if (read === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    held += read;
    if (held > cap) throw over();
    chunks.push(chunk.subarray(0, read));
  }
}

async function readStandardInput(what: string, context: Context, cap: number): Promise<Buffer> {
  if (context.stdin.isTTY === true) {
    throw new TelepathError(
      "UNREADABLE_INPUT",
      `${what} is to come from standard input, which is this terminal`,
      "pipe it in, or name a file",
    );
  }
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of context.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    held += bytes.length;
    if (held > cap) throw tooLarge("standard input", what, cap);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
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
