import { execFile } from "node:child_process";
import type { Context } from "../context.ts";

/** What git says of a path: kept in the repository, ignored, or neither; null where there is no git or no repository. */
export type GitState = "tracked" | "ignored" | "untracked" | null;

/** Longer than any answer from a repository on a disk takes. */
const timeoutMs = 3000;

export async function gitState(path: string, folder: string, { env }: Pick<Context, "env">): Promise<GitState> {
  const tracked = await git(["ls-files", "--error-unmatch", "--", path], folder, env);
  if (tracked === 0) return "tracked";
  // 1 is "no such file in the index"; anything else is no repository, or no git.
  if (tracked !== 1) return null;
  return (await git(["check-ignore", "--quiet", "--", path], folder, env)) === 0 ? "ignored" : "untracked";
}

/** The exit code; null when git could not be run. A repository's own programs are not: looking must be harmless. */
async function git(argv: string[], cwd: string, env: Context["env"]): Promise<number | null> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env }, timeout: timeoutMs, windowsHide: true };
    execFile("git", ["-c", "core.fsmonitor=false", ...argv], options, (error) => {
      if (error === null) return resolve(0);
      resolve(typeof error.code === "number" ? error.code : null);
    });
  });
}
