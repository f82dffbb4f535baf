import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { systemCode, TelepathError } from "../model/errors.ts";
import type { Context } from "./context.ts";
import { reportError } from "./errors.ts";
import { main } from "./main.ts";
import { terminalPrompts } from "./prompts.ts";
import { neverBlock, processTerminal } from "./terminal.ts";

/** One for each further processor: beside the bundle, and when what a thread takes to start has been worked here. */
const otherThreads = {
  entry: new URL("./verify-thread.js", import.meta.url),
  count: availableParallelism() - 1,
  afterMs: 60,
  silentMs: 30_000,
};

/** Runs a command line in this process: its streams, its environment, its Ctrl-C. */
export async function runProcess(): Promise<void> {
  const outputs = [process.stdout, process.stderr];
  for (const output of outputs) neverBlock(output);
  const interruption = new AbortController();
  onInterrupt(() => interruption.abort());
  const terminal = processTerminal(process.stdin, process.stdout, {
    interrupt: () => process.emit("SIGINT", "SIGINT"),
    gone: () => interruption.abort(),
  });
  const context: Context = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: Date.now,
    interrupted: interruption.signal,
    terminal,
    threads: otherThreads,
    prompts: () => terminalPrompts(process.stdin, process.stderr, { env: process.env, signal: interruption.signal }),
    exitCode: 0,
  };
  onBrokenOutput(context, () => interruption.abort());
  onUncaught(context, () => terminal?.leave());
  // Not process.exit() right away: that would cut what a pipe has not taken yet.
  process.exitCode = await main(process.argv.slice(2), context);
  const written = Promise.all(outputs.map(flushed));
  await (context.outlivesOutput ? Promise.race([written, stuck(outputs)]) : written);
  // Fires only when something still holds the process, which nothing should, but output that nobody takes.
  setTimeout(() => process.exit(), 500).unref();
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

/** Resolves when nothing of what is left has been taken for half a second. */
async function stuck(outputs: NodeJS.WriteStream[]): Promise<void> {
  const left = (): number => outputs.reduce((sum, { writableLength }) => sum + writableLength, 0);
  for (let before = Infinity, now = left(); now < before; now = left()) {
    before = now;
    await pause(500, undefined, { ref: false });
  }
}

/**
 * The first signal asks the command to end, the second ends the process at once; but for SIGHUP, which the system and
 * the shell both send when a terminal is closed.
 */
function onInterrupt(interrupt: () => void): void {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  let interrupted = false;
  for (const [name, code] of Object.entries(codes)) {
    process.on(name, () => {
      if (interrupted && name !== "SIGHUP") process.exit(code);
      interrupted = true;
      interrupt();
    });
  }
}

/**
 * `telepath-hooks log | head`: a closed pipe is the end of the work, not an error. A full disk is one. A command that
 * has others waiting for it is asked to end, and what it still writes is lost.
 */
function onBrokenOutput(context: Context, interrupt: () => void): void {
  const streams = { "standard output": process.stdout, "standard error": process.stderr };
  for (const [name, stream] of Object.entries(streams)) {
    stream.on("error", (error: Error) => {
      const code = systemCode(error);
      if (code === "EIO" && stream.isTTY) return;
      if (code === "EPIPE") {
        if (context.outlivesOutput) return interrupt();
        process.exit(process.exitCode ?? 0);
      }
      const message = `${name} cannot be written (${code ?? error.message})`;
      throw new TelepathError("UNWRITABLE_OUTPUT", message, "make room there, or send it elsewhere", { cause: error });
    });
  }
}

/** What no command can catch: thrown by a listener, or by a promise that nobody waits for. */
function onUncaught(context: Context, leaveTerminal: () => void): void {
  process.on("exit", leaveTerminal);
  process.on("uncaughtException", (error) => {
    leaveTerminal();
    process.exit(reportError(error, context, { name: undefined, json: process.argv.includes("--json") }));
  });
}
