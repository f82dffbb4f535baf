import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { Interrupted } from "../errors.ts";

/** Lets long synchronous work hear Ctrl-C. */
export interface Pauses {
  /**
   * Lets the event loop turn when it has not for a while; costs next to nothing otherwise.
   *
   * @throws Interrupted when the user pressed Ctrl-C.
   */
  due(): Promise<void> | undefined;
}

/** How long the event loop may stand still, in milliseconds. */
const longestStandstill = 50;

export function createPauses(interrupted: AbortSignal): Pauses {
  // The first pause is due at once: a signal may have come while the program loaded.
  let turnedAt = Number.NEGATIVE_INFINITY;
  const turn = async (): Promise<void> => {
    await setImmediate();
    turnedAt = performance.now();
    if (interrupted.aborted) throw new Interrupted();
  };
  return { due: () => (performance.now() - turnedAt < longestStandstill ? undefined : turn()) };
}
