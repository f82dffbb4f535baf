import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The built command, as a user's shell finds it. */
export const bin = fileURLToPath(new URL("../../bin/telepath-hooks.js", import.meta.url));

export interface Tool {
  child: ChildProcess;
  /** All of stdout so far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves with the first line of stdout that fits, now or later; rejects when the tool ends before. */
  line: (fits: (line: string) => boolean) => Promise<string>;
  /** Resolves to the exit code, or the signal's name. */
  ended: Promise<number | string>;
}

/** Starts the built tool; it is killed when the test ends. */
export function start(argv: readonly string[], options: { cwd: string; env?: Record<string, string> }): Tool {
  const env = { PATH: process.env["PATH"] ?? "", HOME: options.cwd, ...options.env };
  const child = spawn(process.execPath, [bin, ...argv], { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));

  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const check of waiting) check();
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });

  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = stdout.split("\n").slice(0, -1).find(fits);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
        void ended.then((code) => reject(new Error(`ended with ${code} before the line came:\n${stdout}${stderr}`)));
      }),
  };
}

/** The `ready` object of `listen --json`. */
export async function ready(listen: Tool): Promise<{ localUrl: string; publicUrl: string | null }> {
  return JSON.parse(await listen.line((line) => line.includes('"type":"ready"'))) as {
    localUrl: string;
    publicUrl: string | null;
  };
}
