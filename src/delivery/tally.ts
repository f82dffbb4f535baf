import type { Attempt, Delivery } from "../model/delivery.ts";
import { createLatencies, type LatencyBar, type LatencySummary } from "./latency.ts";

/** What became of many deliveries; `--json` shows it as it is. */
export interface Summary {
  deliveries: number;
  delivered: number;
  failed: number;
  /** Left with an attempt to be made, when it was stopped. */
  pending: number;
  attempts: number;
  durationMs: number;
  perSecond: number;
  /** Of the attempts that were answered. */
  latencyMs: LatencySummary;
  /** How those times are spread. */
  histogram: LatencyBar[];
  /** How many of each kind: `http-503` for an answer that was not wished, else the kind of failure. */
  failures: Record<string, number>;
}

export interface Tally {
  attempted(attempt: Attempt): void;
  settled(delivery: Pick<Delivery, "outcome" | "attempts">): void;
  /** One that waited for its next attempt is not on record any more. */
  lost(): void;
  summary(pending?: number): Summary;
}

/** Counts attempts and deliveries as they are settled, from now on; its size does not grow with their number. */
export function createTally(): Tally {
  const start = performance.now();
  const latencies = createLatencies();
  const failures = new Map<string, number>();
  let delivered = 0;
  let failed = 0;
  let attempts = 0;

  function fail(kind: string | undefined): void {
    failed += 1;
    if (kind !== undefined) failures.set(kind, (failures.get(kind) ?? 0) + 1);
  }

  return {
    attempted({ response, durationMs }) {
      attempts += 1;
      if (response) latencies.add(durationMs);
    },

    settled({ outcome, attempts }) {
      const last = attempts.at(-1);
      if (outcome === "delivered") delivered += 1;
      else fail(last && failureKind(last));
    },

    lost: () => fail("not-on-record"),

    summary(pending = 0) {
      const durationMs = performance.now() - start;
      const deliveries = delivered + failed + pending;
      return {
        deliveries,
        delivered,
        failed,
        pending,
        attempts,
        durationMs: Math.round(durationMs * 10) / 10,
        perSecond: durationMs > 0 ? Math.round((deliveries / durationMs) * 10_000) / 10 : 0,
        latencyMs: latencies.summary(),
        histogram: latencies.histogram(),
        failures: Object.fromEntries(failures),
      };
    },
  };
}

/** The kind of a failed attempt: `http-503`, `refused`, `timeout`, … */
export function failureKind(attempt: Attempt): string {
  return attempt.failure ?? `http-${attempt.response?.status ?? "none"}`;
}
