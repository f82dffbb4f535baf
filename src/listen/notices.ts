import { TelepathError } from "../model/errors.ts";
import type { Emit } from "./events.ts";

/** Tells the user something that is no delivery. */
export type Notify = (code: string, message: string) => void;

const quietMs = 10_000;

/**
 * Passes a notice on when none of its code has been for ten seconds, and then says how many were left out: whoever
 * sends us rubbish decides how often, but not how much of it fills the screen.
 *
 * @param clock milliseconds that only go forward
 */
export function throttledNotices(emit: Emit, clock: () => number): Notify {
  const seen = new Map<string, { at: number; leftOut: number }>();
  return (code, message) => {
    const last = seen.get(code);
    if (last && clock() - last.at < quietMs) {
      last.leftOut += 1;
      return;
    }
    const more = last && last.leftOut > 0 ? ` (and ${last.leftOut} more since the last notice)` : "";
    seen.set(code, { at: clock(), leftOut: 0 });
    emit({ type: "notice", code, message: message + more });
  };
}

/** Why the history did not do what it was asked, in words. */
export function reasonOf(error: unknown): string {
  if (error instanceof TelepathError) return error.message;
  return `the history cannot be written (${error instanceof Error ? error.message : String(error)})`;
}
