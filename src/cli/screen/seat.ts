import type { Terminal } from "../context.ts";
import { createKeyReader, type Key } from "./keys.ts";
import type { LiveScreen } from "./live.ts";

/** Where nothing stops a process, as without job control, it goes on after so long. */
const stopsWithinMs = 100;

/**
 * Takes a terminal for a live screen: its keys, of which Ctrl-C and Ctrl-Z do what they do everywhere, its size, and
 * that both come back after the process was stopped.
 */
export class Seat {
  readonly #terminal: Terminal;
  readonly #live: LiveScreen;
  readonly #onKey: (key: Key) => void;
  readonly #forgetTerminal: () => void;
  #readKeys = createKeyReader();
  #release: (() => void) | null = null;
  #isOver = false;

  constructor(terminal: Terminal, live: LiveScreen, onKey: (key: Key) => void = () => {}) {
    this.#terminal = terminal;
    this.#live = live;
    this.#onKey = onKey;
    this.#forgetTerminal = terminal.onContinue(() => this.#attach());
    this.#attach();
  }

  /** Gives the terminal back. Call it when the screen has ended. */
  end(): void {
    this.#isOver = true;
    this.#forgetTerminal();
    this.#release?.();
  }

  /** Takes the terminal, or takes it anew: whoever had it meanwhile may have left it in another mode. */
  #attach(): void {
    if (this.#isOver) return;
    this.#release?.();
    this.#readKeys = createKeyReader();
    this.#release = this.#terminal.attach({
      onText: (text) => {
        for (const key of this.#readKeys(text)) this.#key(key);
      },
      onResize: () => this.#live.resized(),
      farewell: () => this.#live.farewell(),
    });
    if (this.#release === null) return this.#live.hide();
    this.#live.show();
    this.#live.resized();
  }

  #key(key: Key): void {
    if (key === "ctrl-c") this.#terminal.interrupt();
    else if (key === "ctrl-z") this.#suspend();
    else this.#onKey(key);
  }

  #suspend(): void {
    this.#live.hide();
    this.#release?.();
    this.#release = null;
    this.#terminal.suspend();
    setTimeout(() => this.#release ?? this.#attach(), stopsWithinMs).unref();
  }
}
