import { setTimeout as pause } from "node:timers/promises";
import { TelepathError } from "../model/errors.ts";

/** Is told of writes that cannot be made for now: when it begins, and when there is none of them left. */
export interface WriteTrouble {
  began: (error: TelepathError) => void;
  ended: () => void;
}

/**
 * Makes a write, again and again for as long as the history is locked or the disk is full. Null when it could not be
 * made until `stopped`; without that it is tried until it works.
 *
 * Rejects with what the write throws otherwise.
 */
export type Insist = <T>(write: () => Promise<T>, stopped?: AbortSignal) => Promise<T | null>;

/**
 * For all writes of a run: however many wait, their trouble is one.
 *
 * @param againMs after how long a write is tried again, in milliseconds
 */
export function createInsistence(trouble: WriteTrouble, againMs = 500): Insist {
  let waiting = 0;
  return async (write, stopped) => {
    let isWaiting = false;
    const leave = (): boolean => isWaiting && (waiting -= 1) === 0;
    for (;;) {
      try {
        const written = await write();
        if (leave()) trouble.ended();
        return written;
      } catch (error) {
        const mayPass = error instanceof TelepathError && error.code === "HISTORY_UNWRITABLE";
        if (!mayPass || stopped?.aborted) {
          leave();
          if (mayPass) return null;
          throw error;
        }
        if (!isWaiting && (waiting += 1) === 1) trouble.began(error);
        isWaiting = true;
      }
      await pause(againMs, undefined, stopped ? { signal: stopped } : {}).catch(() => {});
    }
  };
}
