import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { onTestFinished } from "vitest";
import { bin } from "./tool.ts";

export interface Terminal {
  /** What a person sees, scrolling back included: the lines of the screen, without spaces at their ends. */
  screen: () => string;
  /** What the window shows now. */
  view: () => string;
  /** Every byte the tool wrote to the terminal. */
  written: () => string;
  type: (keys: string) => void;
  resize: (columns: number, rows: number) => void;
  /** Closes the window: the terminal is gone. */
  close: () => void;
  /** The terminal takes nothing any more, as one that is scrolled back or far away, until `takeAgain`. */
  takeNothing: () => void;
  takeAgain: () => void;
  /** Resolves when the screen shows the text; rejects when the tool ends before. */
  shows: (text: string | RegExp) => Promise<void>;
  /** The same of the window alone, and of what holds for it. */
  views: (test: string | RegExp | ((view: string) => boolean)) => Promise<void>;
  ended: Promise<number>;
}

export interface TerminalOptions {
  cwd: string;
  env?: Record<string, string>;
  columns?: number;
  rows?: number;
}

/** Runs the built tool on a real pseudo-terminal with a terminal emulator behind it. */
export function startOnTerminal(argv: readonly string[], options: TerminalOptions): Terminal {
  return programOnTerminal(process.execPath, [bin, ...argv], options);
}

/** The same with any program: a shell that runs the tool, for one. */
export function programOnTerminal(file: string, argv: readonly string[], options: TerminalOptions): Terminal {
  const size = { cols: options.columns ?? 80, rows: options.rows ?? 24 };
  const emulator = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 1000 });
  const env = { PATH: process.env["PATH"] ?? "", HOME: options.cwd, TERM: "xterm-256color", ...options.env };
  const pty = spawn(file, [...argv], { ...size, cwd: options.cwd, env });

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

  const linesFrom = (first: number, count: number): string => {
    const buffer = emulator.buffer.active;
    const lines = Array.from({ length: count }, (_, row) => buffer.getLine(first + row)?.translateToString(true) ?? "");
    return lines.join("\n").trimEnd();
  };
  const screen = (): string => linesFrom(0, emulator.buffer.active.length);
  const view = (): string => linesFrom(emulator.buffer.active.baseY, emulator.rows);

  const when = (holds: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      void ended.then((code) => {
        check();
        reject(new Error(`ended with ${code} before it showed ${what}:\n${screen()}`));
      });
    });
  const shows = (text: string | RegExp, where: () => string): boolean =>
    typeof text === "string" ? where().includes(text) : text.test(where());

  return {
    screen,
    view,
    written: () => written,
    type: (keys) => pty.write(keys),
    resize: (columns, rows) => {
      emulator.resize(columns, rows);
      pty.resize(columns, rows);
    },
    close: () => (pty as unknown as { destroy(): void }).destroy(),
    takeNothing: () => pty.pause(),
    takeAgain: () => pty.resume(),
    ended,
    shows: (text) => when(() => shows(text, screen), String(text)),
    views: (test) => when(() => (typeof test === "function" ? test(view()) : shows(test, view)), String(test)),
  };
}
