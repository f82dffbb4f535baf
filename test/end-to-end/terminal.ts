import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { onTestFinished } from "vitest";
import { bin } from "./tool.ts";

export interface Terminal {
  /** What a person sees: the lines of the screen, without spaces at their ends. */
  screen: () => string;
  /** Every byte the tool wrote to the terminal. */
  written: () => string;
  type: (keys: string) => void;
  /** Resolves when the screen shows the text; rejects when the tool ends before. */
  shows: (text: string | RegExp) => Promise<void>;
  ended: Promise<number>;
}

/** Runs the built tool on a real pseudo-terminal with a terminal emulator behind it. */
export function startOnTerminal(
  argv: readonly string[],
  options: { cwd: string; env?: Record<string, string>; columns?: number; rows?: number },
): Terminal {
  const size = { cols: options.columns ?? 80, rows: options.rows ?? 24 };
  const emulator = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 1000 });
  const env = { PATH: process.env["PATH"] ?? "", HOME: options.cwd, TERM: "xterm-256color", ...options.env };
  const pty = spawn(process.execPath, [bin, ...argv], { ...size, cwd: options.cwd, env });

  let written = "";
  const waiting = new Set<() => void>();
  pty.onData((data) => {
    written += data;
    emulator.write(data, () => {
      for (const check of waiting) check();
    });
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  let over = false;
  void ended.then(() => (over = true));
  onTestFinished(() => {
    if (!over) pty.kill("SIGKILL");
    emulator.dispose();
  });

  const screen = (): string => {
    const buffer = emulator.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? "");
    return lines.join("\n").trimEnd();
  };

  return {
    screen,
    written: () => written,
    type: (keys) => pty.write(keys),
    ended,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const shown = typeof text === "string" ? screen().includes(text) : text.test(screen());
          if (!shown) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        void ended.then((code) => {
          check();
          reject(new Error(`ended with ${code} before it showed ${String(text)}:\n${screen()}`));
        });
      }),
  };
}
