import type { Readable } from "node:stream";
import { printableJson } from "../dumps/exports/request-parts.ts";
import type { Prompts } from "./prompts.ts";

/**
 * Everything a command may touch of the world around it, so that tests run `main(argv, context)` in process.
 * What is heavy is a function and loads when it is called.
 */
export interface Context {
  stdin: Readable & { isTTY?: boolean };
  /** Data. */
  stdout: Output;
  /** Narration. */
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Aborted by the first Ctrl-C. */
  interrupted: AbortSignal;
  prompts: () => Promise<Prompts>;
  /** What `main` returns when no error is thrown; a command sets it for the answer "no". */
  exitCode: number;
}

export interface Output {
  write(text: string | Uint8Array): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** The exit codes of every command. */
export const exitCodes = {
  done: 0,
  /** The answer is no: a delivery failed, a signature is invalid. */
  no: 1,
  /** The command could not run. */
  unable: 2,
  /** `verify` only: nothing invalid, something unverifiable. */
  unknown: 3,
  bug: 70,
  interrupted: 130,
} as const;

/** True when a person sits at both ends and can be asked. */
export function isInteractive(context: Context): boolean {
  return context.stdin.isTTY === true && context.stderr.isTTY === true;
}

/** Writes one JSON object as a line on stdout. What a terminal would obey is escaped as JSON escapes it. */
export function writeJson(context: Pick<Context, "stdout">, value: unknown): void {
  context.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
}
