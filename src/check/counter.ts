import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Target } from "../delivery/target.ts";
import type { Transport } from "../delivery/transport.ts";
import { TelepathError } from "../model/errors.ts";

/**
 * How many events the endpoint has processed, as its developer exposes it: the only way to see from outside whether a
 * duplicate was processed twice.
 */
export interface Counter {
  /** @throws TelepathError `PROBE_FAILED` when it cannot be read or gives no number */
  read(): Promise<number>;
}

const probeMs = 10_000;

/** The count is the answer of a GET: a bare number, or JSON with a `count`. */
export function urlCounter(target: Target, transport: Transport, signal: AbortSignal): Counter {
  return {
    async read() {
      const { response, message } = await transport.exchange({
        ...target,
        method: "GET",
        headers: [["Host", target.host]],
        body: new Uint8Array(),
        timeoutMs: probeMs,
        signal,
      });
      if (!response) throw failed(`the count cannot be read: ${message ?? "no answer"}`);
      if (response.status !== 200) throw failed(`the count was answered with ${response.status}`);
      return countIn(Buffer.from(response.body).toString("utf8"));
    },
  };
}

/** Where a command runs, and what ends it early. */
interface CommandSurroundings {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** The count is what a command prints. It is the user's own command and runs in a shell. */
export function commandCounter(command: string, surroundings: CommandSurroundings): Counter {
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const [shell, flag] = process.platform === "win32" ? ["cmd.exe", "/c"] : ["/bin/sh", "-c"];
        const options = { ...surroundings, timeout: probeMs, maxBuffer: 64 * 1024, windowsHide: true };
        execFile(shell, [flag, command], options, (error, stdout) => {
          if (error) return reject(failed(`the probe command ended with ${error.code ?? error.signal ?? "an error"}`));
          try {
            resolve(countIn(stdout));
          } catch (problem) {
            reject(problem);
          }
        });
      }),
  };
}

function countIn(text: string): number {
  const trimmed = text.trim();
  if (/^\d{1,15}$/.test(trimmed)) return Number(trimmed);
  try {
    const { count } = JSON.parse(trimmed) as { count?: unknown };
    if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  } catch {
    // Neither form: said below.
  }
  throw failed("the probe gave no count");
}

function failed(message: string): TelepathError {
  return new TelepathError("PROBE_FAILED", message, 'it has to give a whole number, or JSON such as {"count": 3}');
}

/** Patience for work that goes on after the answer, in milliseconds. */
export interface CounterPatience {
  /** How long the count may take to rise for the first time. */
  rise: number;
  /** How long it has to stay the same before it counts as final. */
  quiet: number;
  /** After so long, one that goes on changing is taken as it is. */
  most: number;
  /** Between two looks. */
  look: number;
}

export const usualPatience: CounterPatience = { rise: 5000, quiet: 500, most: 10_000, look: 50 };

/** Waits until the count has risen and come to rest, or patience is at its end. @returns by how much it rose */
export async function riseOf(counter: Counter, before: number, patience: CounterPatience): Promise<number> {
  const start = performance.now();
  let last = before;
  let changedAt = start;
  for (;;) {
    const count = await counter.read();
    const now = performance.now();
    if (count !== last) [last, changedAt] = [count, now];
    const rested = now - changedAt >= patience.quiet || now - start >= patience.most;
    if (last === before ? now - start >= patience.rise : rested) return last - before;
    await pause(patience.look);
  }
}
