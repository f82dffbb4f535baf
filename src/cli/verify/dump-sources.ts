import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { TelepathError } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import { readInput, readRegularFile } from "../input.ts";

/** A file to be read as a dump. */
export interface DumpSource {
  /** As the user named it, or below the folder the user named; `-` for standard input. */
  name: string;
  /** Where the file is; null for standard input. */
  path: string | null;
  /** @throws TelepathError `UNREADABLE_INPUT`, `INPUT_TOO_LARGE` */
  read: () => Buffer | Promise<Buffer>;
}

/** What tools keep beside a project's own files. */
const skippedFolders = new Set([".git", "node_modules", ".telepath-hooks"]);

/**
 * The files that paths mean: each file itself, and of a folder every regular file in it and below, by name. Links in a
 * folder are not followed. What cannot be read is a source too, so that it is said in its place.
 */
export function dumpSources(paths: readonly string[], context: Context): DumpSource[] {
  return paths.flatMap((name) => {
    if (name === "-") return [{ name, path: null, read: () => readInput(name, "the dump", context) }];
    return isFolder(name, context) ? filesIn(name, context) : [fileSource(name, resolve(context.cwd, name))];
  });
}

function fileSource(name: string, path: string): DumpSource {
  // Of thousands of small files each is there at once: waiting for it would take longer than reading it.
  return { name, path, read: () => readRegularFile(path, "the dump") };
}

/** The reader of dumps knows no file names; the user wants to know which file it was. */
export function named<Reading>(name: string, read: () => Reading): Reading {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TelepathError) || error.code === "UNKNOWN_FORMAT") throw error;
    throw new TelepathError(error.code, `${name}: ${error.message}`, error.hint, { cause: error });
  }
}

function isFolder(path: string, { cwd }: Context): boolean {
  return statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === true;
}

function filesIn(folder: string, context: Context): DumpSource[] {
  const files = filesBelow(folder, context);
  return files.length > 0
    ? files
    : [failing(folder, `the folder ${folder} holds no file`, "name a file or another folder")];
}

function filesBelow(folder: string, context: Context): DumpSource[] {
  const path = resolve(context.cwd, folder);
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [failing(folder, `the folder ${folder} may not be read by you`, "change its permissions, or leave it out")];
  }
  // Joined once, since there may be thousands.
  const [nameStart, pathStart] = [join(folder, "_").slice(0, -1), join(path, "_").slice(0, -1)];
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = nameStart + entry.name;
      if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : filesBelow(name, context);
      return entry.isFile() ? [fileSource(name, pathStart + entry.name)] : [];
    });
}

function failing(name: string, message: string, hint: string): DumpSource {
  const read = (): never => {
    throw new TelepathError("UNREADABLE_INPUT", message, hint);
  };
  return { name, path: null, read };
}
