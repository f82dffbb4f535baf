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
  /** The terminal at stdin and stdout; null where one of them is something else. */
  terminal: Terminal | null;
  prompts: () => Promise<Prompts>;
  /** Threads that may be started beside this one; undefined where there are none. */
  threads?: OtherThreads;
  /** What `main` returns when no error is thrown; a command sets it for the answer "no". */
  exitCode: number;
  /** Set by a command whose work goes on when nobody reads its output any more: that then ends it in good order. */
  outlivesOutput?: boolean;
}

/** Threads for work that takes long. */
export interface OtherThreads {
  /** The script they run. */
  entry: URL;
  count: number;
  /** They are started when the work has taken so many milliseconds. */
  afterMs: number;
  /** When none has sent anything for so many milliseconds, their work is done without them. */
  silentMs: number;
}

export interface Output {
  write(text: string | Uint8Array): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  /** Calls back once an output that took no more (`write` returned false) takes more. */
  once?(event: "drain", listener: () => void): unknown;
}

/** A terminal a person sits at: its keyboard, and its window. */
export interface Terminal {
  /**
   * Hands over every key as it is pressed, unechoed, Ctrl-C and Ctrl-Z too, until what it returns is called. Null while
   * the process is in the background, where the keyboard is another's.
   */
  attach(handlers: TerminalHandlers): (() => void) | null;
  /** What Ctrl-C does where the terminal itself sees it. */
  interrupt(): void;
  /** What Ctrl-Z does where the terminal itself sees it. Call it released. */
  suspend(): void;
  /** Calls back each time the process goes on after it was stopped; returns how to end that. */
  onContinue(listener: () => void): () => void;
}

export interface TerminalHandlers {
  onText(text: string): void;
  onResize(): void;
  /** What puts the screen in order, to be written should the process end without having released the terminal. */
  farewell(): string;
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
  context.stdout.write(jsonLine(value));
}

/** The line of one JSON object, with its end. */
export function jsonLine(value: unknown): string {
  return `${printableJson(JSON.stringify(value))}\n`;
}
