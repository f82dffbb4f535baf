import { createLatencies, type LatencySummary } from "../delivery/latency.ts";
import type { DeliveryCount } from "../history/counting.ts";

/** How the deliveries of a time went; `status --json` shows it as it is. */
export interface Health {
  deliveries: number;
  delivered: number;
  failed: number;
  pending: number;
  /** Kept only: sent nowhere. */
  captured: number;
  attempts: number;
  /** Delivered of those delivered or failed, from 0 to 1; null when there are none. */
  successRate: number | null;
  /** Of the last attempts that were answered. */
  latencyMs: LatencySummary & { average: number | null };
  /** How many of each kind, the most first: `http-503`, `refused`, …; `not-forwarded` where nothing was tried. */
  failures: Record<string, number>;
  /** The most first. */
  events: EventHealth[];
  /** The most first. */
  endpoints: EndpointHealth[];
  /** By the time they were made, oldest first; those without a delivery are left out. */
  buckets: { at: number; deliveries: number; failed: number }[];
}

export interface Counts {
  deliveries: number;
  delivered: number;
  failed: number;
}

export interface EventHealth extends Counts {
  event: string | null;
}

export interface EndpointHealth extends Counts {
  /** Without the query. */
  url: string;
  /** The newest attempt there had no answer; else one or more failed; else none did. */
  state: "delivered" | "failing" | "unreachable";
  /** Failed so far, and is to be tried again: neither delivered nor failed. */
  retrying: number;
  /** The kinds of its failures, the most first. */
  failures: Record<string, number>;
  /** When the newest failed one was made; milliseconds since the epoch. */
  lastFailedAt: number | null;
}

interface EndpointTally extends Counts {
  failures: Map<string, number>;
  retrying: number;
  lastFailedAt: number | null;
  /** When the newest one that was tried was made, and whether it had an answer. */
  newest: { at: number; isAnswered: boolean };
}

/** Adds counts up, however many deliveries they stand for. */
export function createHealth(): { add(count: DeliveryCount): void; health(): Health } {
  const outcomes = { delivered: 0, failed: 0, pending: 0, captured: 0 };
  const failures = new Map<string, number>();
  const events = new Map<string | null, EventHealth>();
  const endpoints = new Map<string, EndpointTally>();
  const buckets = new Map<number, Counts>();
  const latencies = createLatencies();
  const answered = { count: 0, sumMs: 0 };
  let attempts = 0;

  return {
    add(count) {
      outcomes[count.outcome] += count.deliveries;
      attempts += count.attempts;
      if (count.outcome === "failed") increase(failures, kindOf(count), count.deliveries);
      addTo(events, count.event, count, { event: count.event, ...none });
      addTo(buckets, count.bucket, count, { ...none });
      if (count.url !== null) addEndpoint(endpoints, count.url, count);
      for (const milliseconds of count.answeredMs) {
        latencies.add(milliseconds);
        answered.sumMs += milliseconds;
      }
      answered.count += count.answeredMs.length;
    },
    health() {
      const { delivered, failed, pending, captured } = outcomes;
      const average = answered.count === 0 ? null : Math.round((answered.sumMs / answered.count) * 100) / 100;
      return {
        deliveries: delivered + failed + pending + captured,
        ...outcomes,
        attempts,
        successRate: delivered + failed === 0 ? null : delivered / (delivered + failed),
        latencyMs: { average, ...latencies.summary() },
        failures: mostFirst(failures),
        events: [...events.values()].sort(byDeliveries),
        endpoints: [...endpoints].map(([url, tally]) => endpointOf(url, tally)).sort(byDeliveries),
        buckets: [...buckets]
          .map(([at, { deliveries, failed: lost }]) => ({ at, deliveries, failed: lost }))
          .sort((a, b) => a.at - b.at),
      };
    },
  };
}

function kindOf({ failure, status }: DeliveryCount): string {
  return failure ?? (status === null ? "not-forwarded" : `http-${status}`);
}

const none: Counts = { deliveries: 0, delivered: 0, failed: 0 };

/** Adds to what stands under the key, or to `fresh`, which then stands there. */
function addTo<Key, Value extends Counts>(all: Map<Key, Value>, key: Key, count: DeliveryCount, fresh: Value): Value {
  const { outcome, deliveries } = count;
  const counts = all.get(key) ?? fresh;
  all.set(key, counts);
  counts.deliveries += deliveries;
  if (outcome === "delivered" || outcome === "failed") counts[outcome] += deliveries;
  return counts;
}

function addEndpoint(endpoints: Map<string, EndpointTally>, url: string, count: DeliveryCount): void {
  const newest = { at: -Infinity, isAnswered: true };
  const tally = addTo(endpoints, url, count, {
    ...none,
    retrying: 0,
    failures: new Map(),
    lastFailedAt: null,
    newest,
  });
  // What has an attempt on record and waits for the next one failed so far.
  if (count.outcome === "pending") tally.retrying += count.deliveries;
  if (count.outcome === "failed" || count.outcome === "pending") {
    increase(tally.failures, kindOf(count), count.deliveries);
    tally.lastFailedAt = Math.max(tally.lastFailedAt ?? -Infinity, count.newest);
  }
  if (count.outcome !== "captured" && count.newest >= tally.newest.at) {
    tally.newest = { at: count.newest, isAnswered: count.status !== null };
  }
}

function endpointOf(url: string, { newest, failures, ...counts }: EndpointTally): EndpointHealth {
  const state = counts.failed + counts.retrying === 0 ? "delivered" : newest.isAnswered ? "failing" : "unreachable";
  return { url, state, ...counts, failures: mostFirst(failures) };
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function mostFirst(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)));
}

function byDeliveries(one: Counts, other: Counts): number {
  return other.deliveries - one.deliveries;
}
