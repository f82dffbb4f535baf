import { existsSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";

/** What is at a path; undefined when nothing is, or nobody may look. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // below something that is no folder, or one that is closed to us
  }
}

/** Whether others than the owner may read it. Windows has other rules. */
export function isOpenToOthers({ mode }: Stats): boolean {
  return process.platform !== "win32" && (mode & 0o077) !== 0;
}

/** The mode as `chmod` takes it: `0644`. */
export function modeText({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}

/** The path itself or the nearest above it that is there. */
export function nearestThere(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThere(dirname(path));
}
