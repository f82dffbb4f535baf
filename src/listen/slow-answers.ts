import type { Delivery } from "../model/delivery.ts";
import type { Emit } from "./events.ts";

/** An answer that takes longer is told of while it is awaited, in milliseconds. */
export const slowAnswerMs = 300;
const lookMs = 100;

/** Tells of deliveries whose answer is long in coming. */
export interface SlowAnswers {
  /** The delivery is on its way to the app. */
  awaited(delivery: Delivery): void;
  /** It was answered, or given up. */
  answered(id: string): void;
}

/**
 * Emits `pending` once for each delivery that has waited 300 ms for its answer. One timer looks for all of them, and
 * only while there are any: a timer for each would cost every delivery something, for the few that are slow.
 *
 * @param clock milliseconds that only go forward
 */
export function createSlowAnswers(emit: Emit, clock: () => number): SlowAnswers {
  const awaited = new Map<string, { delivery: Delivery; since: number; isTold: boolean }>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const now = clock();
    for (const entry of awaited.values()) {
      if (now - entry.since < slowAnswerMs) break; // the later ones are younger
      if (entry.isTold) continue;
      entry.isTold = true;
      emit({ type: "pending", delivery: entry.delivery });
    }
    if (awaited.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    awaited(delivery) {
      awaited.set(delivery.id, { delivery, since: clock(), isTold: false });
      timer ??= setInterval(look, lookMs);
    },
    answered: (id) => void awaited.delete(id),
  };
}
