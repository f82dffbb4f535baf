import type { Attempt, Delivery } from "../model/delivery.ts";
import { createLatencies, type LatencySummary } from "./latency.ts";

/** What became of many deliveries; `--json` shows it as it is. */
export interface Summary {
  deliveries: number;
  delivered: number;
  failed: number;
  attempts: number;
  durationMs: number;
  perSecond: number;
  /** Of the attempts that were answered. */
  latencyMs: LatencySummary;
  /** How many of each kind: `http-503` for an answer that was not wished, else the kind of failure. */
  failures: Record<string, number>;
}

export interface Tally {
  add(delivery: Delivery): void;
  summary(): Summary;
}

/** Counts deliveries as they are settled, from now on; its size does not grow with their number. */
export function createTally(): Tally {
  const start = performance.now();
  const latencies = createLatencies();
  const failures = new Map<string, number>();
  let deliveries = 0;
  let delivered = 0;
  let attempts = 0;

  return {
    add(delivery) {
      deliveries += 1;
      attempts += delivery.attempts.length;
      for (const attempt of delivery.attempts) if (attempt.response) latencies.add(attempt.durationMs);
      const last = delivery.attempts.at(-1);
      if (delivery.outcome === "delivered") delivered += 1;
      else if (last) failures.set(failureKind(last), (failures.get(failureKind(last)) ?? 0) + 1);
    },

    summary() {
      const durationMs = performance.now() - start;
      return {
        deliveries,
        delivered,
        failed: deliveries - delivered,
        attempts,
        durationMs: Math.round(durationMs * 10) / 10,
        perSecond: durationMs > 0 ? Math.round((deliveries / durationMs) * 10_000) / 10 : 0,
        latencyMs: latencies.summary(),
        failures: Object.fromEntries(failures),
      };
    },
  };
}

/** The kind of a failed attempt: `http-503`, `refused`, `timeout`, … */
export function failureKind(attempt: Attempt): string {
  return attempt.failure ?? `http-${attempt.response?.status ?? "none"}`;
}
