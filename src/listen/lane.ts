import { setTimeout as pause } from "node:timers/promises";

/** A delivery in line: as little of it as must be in memory. */
export interface InLine {
  /** A ULID: sorts by time. */
  id: string;
  bytes: number;
  /** How often it was handed over without an answer. */
  unanswered: number;
}

/** What came of handing the first in line over: it is done with, or is to be tried again after a pause. */
export type Handed = "done" | "again";

export interface LaneTools {
  /** Hands a delivery over; must not reject. */
  hand: (first: InLine) => Promise<Handed>;
  /** Asked before each delivery. */
  mayRun: () => boolean;
  /** Ends a pause at once. */
  ended: AbortSignal;
}

/** A connection on this machine costs next to nothing, so an app that is back gets its deliveries soon. */
const firstPauseMs = 100;
const longestPauseMs = 2000;

/** The deliveries that wait for one app, handed over one at a time, oldest first. */
export class Lane {
  readonly #tools: LaneTools;
  #line: InLine[] = [];
  #running = false;
  #bytes = 0;

  constructor(tools: LaneTools) {
    this.#tools = tools;
  }

  get length(): number {
    return this.#line.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes its place by age: of several that were under way at once, the oldest may come last. */
  add(one: InLine): void {
    const before = this.#line.findLastIndex(({ id }) => id < one.id);
    this.#line.splice(before + 1, 0, one);
    this.#bytes += one.bytes;
  }

  /** Begins to hand over, unless that is under way. */
  run(): void {
    if (!this.#running) void this.#work();
  }

  async #work(): Promise<void> {
    this.#running = true;
    let pauseMs = firstPauseMs;
    while (this.#line.length > 0 && this.#tools.mayRun()) {
      const first = this.#line[0]!;
      if ((await this.#tools.hand(first)) === "done") {
        this.#line.splice(this.#line.indexOf(first), 1);
        this.#bytes -= first.bytes;
        pauseMs = firstPauseMs;
      } else {
        await pause(pauseMs, undefined, { signal: this.#tools.ended }).catch(() => {});
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    }
    this.#running = false;
  }
}
