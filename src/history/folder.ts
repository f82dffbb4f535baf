import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemCode, TelepathError } from "../model/errors.ts";

/**
 * Makes the folder that holds everything this tool keeps: for its owner only, and ignored by git from within.
 *
 * @throws TelepathError `HISTORY_UNWRITABLE`
 */
export function makeDataFolder(folder: string): void {
  try {
    if (!makeMissing(folder)) return;
    chmodSync(folder, 0o700); // the umask may have taken more, never less
    writeFileSync(join(folder, ".gitignore"), "*\n");
  } catch (error) {
    throw new TelepathError(
      "HISTORY_UNWRITABLE",
      `the data folder ${folder} cannot be made (${systemCode(error) ?? "unknown error"})`,
      "--data-dir or TELEPATH_HOOKS_DATA names another one",
      { cause: error },
    );
  }
}

/**
 * Makes a folder and those above it that are missing; false when it is there already. `mkdir -p` by hand: Node 20's own
 * goes round for ever where the system says that a folder below an existing one cannot be (`/proc/x`).
 */
function makeMissing(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST" && statSync(folder).isDirectory()) return false;
    if (systemCode(error) !== "ENOENT" || existsSync(dirname(folder))) throw error;
  }
  makeMissing(dirname(folder));
  return makeMissing(folder);
}
