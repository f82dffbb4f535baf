import { onAborted } from "./aborts.ts";

/** Spreads what is begun evenly over time. */
export interface Pace {
  /**
   * Resolves when the next may begin, or at once when stopped.
   *
   * @param which whether it is tried again: that comes in its own time, and no time is lost until then
   */
  turn(stopped: AbortSignal, which?: "first" | "again"): Promise<void>;
  /** One that comes for the first time has begun: whoever had a turn may have found that there is none left. */
  begun(): void;
  /** How it went from the first that began to the last; null where there are not two. */
  summary(): PaceSummary | null;
}

export interface PaceSummary {
  /** How many began in a second: deliveries, or sequences of them. */
  perSecond: number;
  /** The share of the time that was lost to those that asked too late to be made up for. */
  lostShare: number;
}

/** What is late by no more than this is made up for: timers and collections are. A longer stall makes no burst. */
const catchUpMs = 100;

/**
 * @param perSecond how many begin in a second
 * @param clock milliseconds that only go forward
 */
export function createPace(perSecond: number, clock: () => number = () => performance.now()): Pace {
  const intervalMs = 1000 / perSecond;
  let next = clock();
  let lostMs = 0;
  const begun = { count: 0, firstAt: 0, lastAt: 0, lostMs: 0 };
  return {
    async turn(stopped, which = "first") {
      const earliest = clock() - catchUpMs;
      if (next < earliest) {
        if (which === "first") lostMs += earliest - next;
        next = earliest;
      }
      const mine = next;
      next += intervalMs;
      await until(mine, stopped, clock);
    },
    begun() {
      const now = clock();
      // What was lost before the first of them, or after the last, is nobody's loss.
      if (begun.count === 0) lostMs = 0;
      if (begun.count === 0) begun.firstAt = now;
      Object.assign(begun, { count: begun.count + 1, lastAt: now, lostMs });
    },
    summary() {
      const tookMs = begun.lastAt - begun.firstAt;
      if (tookMs <= 0) return null;
      return { perSecond: ((begun.count - 1) / tookMs) * 1000, lostShare: begun.lostMs / tookMs };
    },
  };
}

/** A timer that is set to more goes off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits for a time of the clock, or until it is stopped. */
export async function until(
  time: number,
  stopped: AbortSignal,
  clock = (): number => performance.now(),
): Promise<void> {
  for (;;) {
    const early = time - clock();
    if (early <= 0 || stopped.aborted) return;
    await sleep(Math.min(early, longestTimerMs), stopped);
  }
}

function sleep(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    const forget = onAborted(stopped, wake);
  });
}
