import { systemCode, TelepathError } from "../model/errors.ts";
import { resultCode } from "./driver.ts";

/**
 * What to tell the user about a failure of SQLite or of the file system below it. What is neither is a bug and comes
 * back as it is.
 *
 * @see https://www.sqlite.org/rescode.html
 */
export function historyError(error: unknown, path: string): unknown {
  if (error instanceof TelepathError) return error;
  const code = resultCode(error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return corrupt(path, code === SQLITE_NOTADB ? "is not a history" : "is damaged", error);
  }
  const reason = unwritable[code ?? -1] ?? systemCode(error);
  if (reason === undefined || reason.startsWith("ERR_")) return error;
  return new TelepathError(
    "HISTORY_UNWRITABLE",
    `the history ${path} cannot be used: ${reason}`,
    code === SQLITE_BUSY
      ? "end the process that holds it, then try again"
      : "make room or allow writing there, or name another folder with --data-dir",
    { cause: error },
  );
}

/** True for a lock that another process holds now and will let go. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/** True for a fault of the file or the disk, which hits every write alike; false for a fault of one write. */
export function concernsFile(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && (code in unwritable || code === SQLITE_CORRUPT || code === SQLITE_NOTADB);
}

/** The error for a file that is no history, or is one no longer. */
export function corrupt(path: string, what: string, cause?: unknown): TelepathError {
  return new TelepathError(
    "HISTORY_CORRUPT",
    `the file ${path} ${what}`,
    "move it away, and the -wal and -shm files beside it: the next command starts a new history",
    { cause },
  );
}

/** The error for a log that was deleted, or became another, while it was in use. */
export function logTaken(path: string): TelepathError {
  return new TelepathError(
    "HISTORY_UNWRITABLE",
    `the history ${path} cannot be used: its -wal or -shm file was removed or replaced while it was in use`,
    "end the processes that use it, then start again",
  );
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

const unwritable: Record<number, string> = {
  3: "access denied",
  [SQLITE_BUSY]: "another process keeps it locked",
  [SQLITE_LOCKED]: "another process keeps it locked",
  8: "it may not be written",
  10: "the disk does not read or write it",
  13: "the disk is full",
  14: "it cannot be opened",
  15: "the file system cannot lock it",
};
