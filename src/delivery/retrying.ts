import type { RetryPlan } from "../model/retry.ts";
import { firstAttempt, nextAttempt, type AttemptTools, type Tried, type Waiting } from "./attempts.ts";
import type { Draft } from "./deliver.ts";
import { RetryQueue } from "./retry-queue.ts";

/** One that waits, and its number among those of this run. */
export type Queued = Waiting & { nth: number };

/** Makes deliveries that are tried again by a schedule, and keeps those that wait. */
export interface Retrying {
  /** What waits for its time. */
  queue: RetryQueue<Queued>;
  /** Those of them that are being tried. */
  trying: ReadonlySet<Queued>;
  /** Makes the first attempt; what is to be tried again is in the queue then. */
  first(draft: Draft, signal: AbortSignal): Promise<Tried>;
  /** Makes the next attempt of one that the queue handed out. Null when it is not on record any more. */
  again(waiting: Queued, signal: AbortSignal): Promise<Tried | null>;
}

/**
 * @param plan of new deliveries; each origin has one of its own
 * @param left what an earlier run left
 */
export function createRetrying(
  plan: Omit<RetryPlan, "origin">,
  tools: AttemptTools,
  left: readonly Waiting[] = [],
): Retrying {
  const plans = new Map<string, RetryPlan>();
  let count = 0;
  const queue = new RetryQueue<Queued>(
    tools.now,
    left.map((waiting) => ({ ...waiting, nth: count++ })),
  );

  function planFor(origin: string): RetryPlan {
    const found = plans.get(origin) ?? { origin, ...plan };
    plans.set(origin, found);
    return found;
  }

  const trying = new Set<Queued>();
  return {
    queue,
    trying,
    async first(draft, signal) {
      const nth = count++;
      const tried = await firstAttempt(draft, planFor(draft.origin), tools, signal);
      if (tried.waits) queue.add({ ...tried.waits, nth });
      return tried;
    },
    async again(waiting, signal) {
      trying.add(waiting);
      try {
        const tried = await nextAttempt(waiting, tools, signal);
        if (tried?.waits) queue.add({ ...tried.waits, nth: waiting.nth });
        return tried;
      } finally {
        trying.delete(waiting);
      }
    },
  };
}
