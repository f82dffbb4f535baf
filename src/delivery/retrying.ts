import type { RetryPlan } from "../model/retry.ts";
import { firstAttempt, nextAttempt, type AttemptTools, type Ending, type Tried, type Waiting } from "./attempts.ts";
import type { Draft } from "./deliver.ts";
import { RetryQueue } from "./retry-queue.ts";

/** Makes deliveries that are tried again by a schedule, and keeps those that wait. */
export interface Retrying {
  /** What waits for its time. */
  queue: RetryQueue<Waiting>;
  /** Those of them that are being tried. */
  trying: ReadonlySet<Waiting>;
  /** Makes the first attempt; what is to be tried again is in the queue then. Null when it was not begun. */
  first(draft: Draft, ending: Ending): Promise<Tried | null>;
  /** Makes the next attempt of one that the queue handed out. Null when it is not this run's any more. */
  again(waiting: Waiting, signal: AbortSignal): Promise<Tried | null>;
}

/**
 * @param plan of new deliveries; each origin has one of its own
 * @param left what an earlier run left, each with its number
 */
export function createRetrying(
  plan: Omit<RetryPlan, "origin">,
  tools: AttemptTools,
  left: readonly Waiting[] = [],
): Retrying {
  const plans = new Map<string, RetryPlan>();
  let count = left.length;
  const queue = new RetryQueue<Waiting>(tools.now, left);
  const trying = new Set<Waiting>();

  function planFor(origin: string): RetryPlan {
    const found = plans.get(origin) ?? { origin, ...plan };
    plans.set(origin, found);
    return found;
  }

  return {
    queue,
    trying,
    async first(draft, ending) {
      const course = { plan: planFor(draft.origin), nth: count++ };
      const tried = await firstAttempt(draft, course, tools, ending);
      if (tried?.waits) queue.add(tried.waits);
      return tried;
    },
    async again(waiting, signal) {
      trying.add(waiting);
      try {
        const tried = await nextAttempt(waiting, tools, signal);
        if (tried?.waits) queue.add(tried.waits);
        return tried;
      } finally {
        trying.delete(waiting);
      }
    },
  };
}
