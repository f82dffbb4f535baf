import type { Delivery } from "../../model/delivery.ts";
import type { Known } from "../views/advice.ts";

/** A delivery that waits for its line. */
export interface Settled {
  delivery: Delivery;
  known: Known;
  /** For the end of the line. */
  word: string;
}

/** What is left out, and how much of it had failed. */
export interface Skipped {
  deliveries: number;
  failed: number;
}

/** A burst of so many deliveries is shown line by line, and so many a second on end; of more, the latest. */
const burst = 300;
const perSecond = 100;
const tellSkippedMs = 1000;

/** What is yet to be shown, in order: text, all of it, and deliveries, as many as a reader and a terminal can take. */
export class Backlog {
  readonly #clock: () => number;
  #waiting: (string | Settled)[] = [];
  #deliveries = 0;
  #allowance: { lines: number; at: number };
  #skipped: Skipped = { deliveries: 0, failed: 0 };
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param clock milliseconds that only go forward */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#allowance = { lines: burst, at: clock() };
  }

  say(text: string): void {
    this.#waiting.push(text);
  }

  add(settled: Settled): void {
    this.#waiting.push({ ...settled, delivery: withoutBulk(settled.delivery) });
    this.#deliveries += 1;
    if (this.#deliveries > 2 * burst) this.#skip(burst);
  }

  /** Everything that may be shown now. */
  take(): (string | Settled)[] {
    this.#skip(Math.max(this.#deliveries - this.#allowed(), 0));
    const taken = this.#waiting;
    this.#waiting = [];
    this.#deliveries = 0;
    return taken;
  }

  /** What was left out and not told yet; null when there is nothing, or it is too early to tell again. */
  takeSkipped(isLast: boolean): Skipped | null {
    const now = this.#clock();
    const skipped = this.#skipped;
    if (skipped.deliveries === 0 || (now - this.#toldAt < tellSkippedMs && !isLast)) return null;
    this.#skipped = { deliveries: 0, failed: 0 };
    this.#toldAt = now;
    return skipped;
  }

  /** Leaves out the first so many deliveries that wait. */
  #skip(most: number): void {
    if (most === 0) return;
    let left = most;
    this.#waiting = this.#waiting.filter((waiting) => {
      if (typeof waiting === "string" || left === 0) return true;
      left -= 1;
      this.#skipped.deliveries += 1;
      if (waiting.delivery.outcome === "failed") this.#skipped.failed += 1;
      return false;
    });
    this.#deliveries -= most - left;
  }

  /** How many deliveries may have a line now. */
  #allowed(): number {
    const now = this.#clock();
    const { lines, at } = this.#allowance;
    const allowed = Math.min(lines + ((now - at) / 1000) * perSecond, burst);
    this.#allowance = { lines: allowed - Math.min(Math.floor(allowed), this.#deliveries), at: now };
    return Math.floor(allowed);
  }
}

const bulk = 16 * 1024;

/** What a line needs of a delivery: many of them may wait to be drawn, and each may be of many megabytes. */
function withoutBulk(delivery: Delivery): Delivery {
  const answer = delivery.attempts.at(-1)?.response;
  if (delivery.body.length <= bulk && (answer?.body.length ?? 0) <= bulk) return delivery;
  const attempts = delivery.attempts.map((attempt) => {
    const { response } = attempt;
    return response
      ? { ...attempt, response: { ...response, body: Buffer.from(response.body.subarray(0, bulk)) } }
      : attempt;
  });
  return { ...delivery, body: new Uint8Array(), attempts };
}
