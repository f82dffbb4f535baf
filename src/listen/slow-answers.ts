import type { Delivery } from "../model/delivery.ts";
import type { Emit } from "./events.ts";

/** An answer that takes longer is told of while it is awaited, in milliseconds. */
export const slowAnswerMs = 300;
const lookMs = 100;

/** An answer that is awaited. */
export interface Awaited {
  /** Null when it has come, or was given up. */
  delivery: Delivery | null;
  since: number;
  isTold: boolean;
}

/** Tells of deliveries whose answer is long in coming. */
export interface SlowAnswers {
  /** The delivery is on its way to the app. Whoever is given this takes the delivery out when it is answered. */
  awaited(delivery: Delivery): Awaited;
}

/**
 * Emits `pending` once for each delivery that has waited 300 ms for its answer. One timer looks for all of them, and
 * only while there are any: a timer for each would cost every delivery something, for the few that are slow.
 *
 * @param clock milliseconds that only go forward
 */
export function createSlowAnswers(emit: Emit, clock: () => number): SlowAnswers {
  /** The oldest first; those that were answered since the last look stand there still. */
  let all: Awaited[] = [];
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const now = clock();
    all = all.filter(({ delivery }) => delivery !== null);
    for (const answer of all) {
      if (now - answer.since < slowAnswerMs) break; // the later ones are younger
      if (answer.isTold || answer.delivery === null) continue;
      answer.isTold = true;
      emit({ type: "pending", delivery: answer.delivery });
    }
    if (all.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    awaited(delivery) {
      const answer = { delivery, since: clock(), isTold: false };
      all.push(answer);
      timer ??= setInterval(look, lookMs);
      return answer;
    },
  };
}
