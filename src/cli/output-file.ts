import { closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { systemCode, TelepathError } from "../model/errors.ts";
import type { Context } from "./context.ts";

/** A file the user named for the result. Until `keep`, nothing of that name is touched. */
export interface OutputFile {
  write(bytes: Uint8Array): void;
  /** The file is whole: it gets its name. */
  keep(): void;
  /** Nothing came of it: there is no file. */
  discard(): void;
}

/**
 * Opens the file for a result that only its owner may read (0600). A file that is there is replaced only with `force`,
 * and only when the new one is whole; a link in its place is replaced, not followed.
 *
 * @throws TelepathError `FILE_EXISTS`, `UNWRITABLE_FILE`: at once, before there is a result
 */
export function createOutputFile(name: string, { force }: { force: boolean }, { cwd }: Context): OutputFile {
  const path = resolve(cwd, name);
  const inPlace = replaceable(path, name, force);
  const writtenTo = inPlace ? `${path}.${process.pid}.tmp` : path;
  const file = attempted(name, () => openSync(writtenTo, "wx", 0o600));
  // A closed pipe and a second Ctrl-C end the process where it stands.
  const abandon = (): void => rmSync(writtenTo, { force: true });
  process.once("exit", abandon);
  return {
    write(bytes) {
      attempted(name, () => {
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      });
    },
    keep() {
      attempted(name, () => {
        fsyncSync(file);
        closeSync(file);
        if (inPlace) renameSync(writtenTo, path);
      });
      process.off("exit", abandon);
    },
    discard() {
      process.off("exit", abandon);
      closeSync(file);
      abandon();
    },
  };
}

/** True when a file is there that may be replaced, false when there is none. */
function replaceable(path: string, name: string, force: boolean): boolean {
  const found = attempted(name, () => lstatSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return false;
  if (found.isDirectory()) throw unwritable(name, "is a folder", "name a file in it");
  if (!found.isFile() && !found.isSymbolicLink()) throw unwritable(name, "is not a regular file", "name another file");
  if (force) return true;
  throw new TelepathError("FILE_EXISTS", `${name} is already there`, "--force replaces it");
}

function attempted<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const reason =
      code === "ENOENT" || code === "ENOTDIR" ? "is in no folder that exists" : `cannot be written (${code})`;
    throw unwritable(name, reason, `make the folder ${dirname(name)}, or name another file`, error);
  }
}

function unwritable(name: string, reason: string, hint: string, cause?: unknown): TelepathError {
  return new TelepathError("UNWRITABLE_FILE", `${name} ${reason}`, hint, { cause });
}
