import { execFileSync } from "node:child_process";
import { readFileSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { ReadStream, WriteStream } from "node:tty";
import type { Terminal, TerminalHandlers } from "./context.ts";

type Screen = WriteStream & { fd: number };

/** A terminal, and how to leave it in order whatever happens. */
export interface ProcessTerminal extends Terminal {
  /** For the end of the process: gives the terminal back if it is still taken. */
  leave(): void;
}

/** What becomes of the process. */
export interface TerminalEvents {
  /** Ctrl-C was pressed. */
  interrupt(): void;
  /** The terminal was closed. SIGHUP says so too, except where that is ignored (nohup). */
  gone(): void;
}

/** The terminal of this process; null unless a person sits at both ends. */
export function processTerminal(stdin: ReadStream, stdout: Screen, events: TerminalEvents): ProcessTerminal | null {
  if (!stdin.isTTY || !stdout.isTTY) return null;
  let taken: { release: () => void; handlers: TerminalHandlers } | null = null;

  function attach(handlers: TerminalHandlers): (() => void) | null {
    if (!isForeground()) return null;
    const decoder = new StringDecoder("utf8");
    const onData = (bytes: Buffer): void => handlers.onText(decoder.write(bytes));
    const onResize = (): void => handlers.onResize();
    const onGone = (): void => events.gone();
    stdin.setRawMode(true);
    stdin.on("data", onData).on("error", onGone).on("end", onGone).resume();
    stdout.on("resize", onResize);
    const release = (): void => {
      if (taken?.handlers !== handlers) return;
      taken = null;
      stdin.off("data", onData).off("error", onGone).off("end", onGone).pause();
      stdout.off("resize", onResize);
      stdin.setRawMode(false);
    };
    taken = { release, handlers };
    return release;
  }

  return {
    attach,
    interrupt: () => events.interrupt(),
    suspend: () => void process.kill(0, "SIGTSTP"), // the whole group, as the terminal would: npx is stopped too
    onContinue(listener) {
      process.on("SIGCONT", listener);
      return () => void process.off("SIGCONT", listener);
    },
    leave() {
      if (taken === null) return;
      const text = taken.handlers.farewell();
      taken.release();
      try {
        writeSync(stdout.fd, text);
      } catch {
        // The terminal is gone, or takes no more.
      }
    },
  };
}

/**
 * Node writes to terminals synchronously: one that takes nothing (scrolled back, a slow line) would stop the whole
 * process, gateway included. There is no public way to say so, and without it everything works but that.
 */
export function neverBlock(output: WriteStream): void {
  if (!output.isTTY) return;
  const { _handle } = output as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  _handle?.setBlocking?.(false);
}

/** Whoever touches the terminal from the background is stopped by it (SIGTTOU). */
function isForeground(): boolean {
  if (process.platform === "win32") return true;
  try {
    const [group, foreground] = processGroups();
    return group === foreground;
  } catch {
    return true;
  }
}

/** The process group of this process, and the one its terminal listens to. */
function processGroups(): [group: string | undefined, foreground: string | undefined] {
  if (process.platform === "linux") {
    const stat = readFileSync("/proc/self/stat", "utf8"); // proc_pid_stat(5); the name may hold spaces
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [group, foreground];
  }
  const words = execFileSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { timeout: 1000 });
  const [group, foreground] = words.toString().trim().split(/\s+/);
  return [group, foreground];
}
