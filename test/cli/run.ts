import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Context, OtherThreads, Terminal } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";
import type { Prompts } from "../../src/cli/prompts.ts";

export interface Surroundings {
  env?: Record<string, string>;
  /** Written into the folder first: path → content. */
  files?: Record<string, string | Uint8Array>;
  /** The folder the command runs in; a fresh one, removed after the test, when left out. */
  cwd?: string;
  stdin?: string | Uint8Array;
  /** Pretend that a person sits at stdin, stdout and stderr. */
  tty?: boolean;
  columns?: number;
  now?: () => number;
  /** Aborting it is the first Ctrl-C. */
  interrupted?: AbortSignal;
  /** The keyboard; none when left out. */
  terminal?: Terminal;
  prompts?: Partial<Prompts>;
  threads?: OtherThreads;
  /** Called with every piece of stdout as it comes. */
  onStdout?: (text: string) => void;
  /** The same of stderr. */
  onStderr?: (text: string) => void;
}

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** stdout as raw bytes, for commands that print a body. */
  bytes: Buffer;
}

/** A fresh folder that looks like a project (so that no folder above is taken for one), removed after the test. */
export function freshFolder(files: Surroundings["files"] = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, { "package.json": "{}", ...files });
  return folder;
}

function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Runs one command line in this process. */
export async function run(argv: readonly string[], around: Surroundings = {}): Promise<Ran> {
  const cwd = around.cwd ?? freshFolder();
  writeFiles(cwd, around.files ?? {});
  const stdout = sink(around, around.onStdout);
  const stderr = sink(around, around.onStderr);
  const context: Context = {
    stdin: Object.assign(Readable.from(around.stdin === undefined ? [] : [Buffer.from(around.stdin as string)]), {
      isTTY: around.tty ?? false,
    }),
    stdout: stdout.output,
    stderr: stderr.output,
    env: around.env ?? {},
    cwd,
    now: around.now ?? Date.now,
    interrupted: around.interrupted ?? new AbortController().signal,
    terminal: around.terminal ?? null,
    prompts: () => Promise.resolve(refusing(around.prompts ?? {})),
    ...(around.threads === undefined ? {} : { threads: around.threads }),
    exitCode: 0,
  };
  const exitCode = await main(argv, context);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text(), bytes: stdout.bytes() };
}

function sink({ tty, columns }: Surroundings, onText?: (text: string) => void) {
  const chunks: Buffer[] = [];
  const output = {
    isTTY: tty ?? false,
    ...(columns === undefined ? {} : { columns }),
    write(text: string | Uint8Array) {
      const bytes = Buffer.from(text);
      chunks.push(bytes);
      onText?.(bytes.toString());
      return true;
    },
  };
  return { output, bytes: () => Buffer.concat(chunks), text: () => Buffer.concat(chunks).toString() };
}

/** A question the test did not expect fails the test instead of waiting. */
function refusing(answers: Partial<Prompts>): Prompts {
  const unexpected = (question: string) =>
    Promise.reject(new Error(`the test did not expect to be asked: ${question}`));
  return { choose: unexpected, askSecret: unexpected, ...answers };
}

/** The objects of NDJSON output. */
export function jsonLines<Line = Record<string, unknown>>(text: string): Line[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}
