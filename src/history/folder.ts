import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode, TelepathError } from "../model/errors.ts";

/**
 * Makes the folder that holds everything this tool keeps: for its owner only, and ignored by git from within.
 *
 * @throws TelepathError `HISTORY_UNWRITABLE`
 */
export function makeDataFolder(folder: string): void {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (made === undefined) return;
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
