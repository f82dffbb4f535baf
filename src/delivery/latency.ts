/** How long answers took, in milliseconds; null where there was none. */
export interface LatencySummary {
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
}

/** How many took more than the entry before says, and no more than this, in milliseconds. */
export interface LatencyBar {
  toMs: number;
  count: number;
}

export interface Latencies {
  add(milliseconds: number): void;
  summary(): LatencySummary;
  /** In steps of 1, 2, 5, 10, …, from the fastest to the slowest; empty when there are none. */
  histogram(): LatencyBar[];
}

/** Neighbouring buckets are this far apart, so a percentile is at most 1 % too high. */
const step = 1.01;
const smallestMs = 0.001;
/** Up to a day. */
const bucketCount = Math.ceil(Math.log(86_400_000 / smallestMs) / Math.log(step)) + 1;

/** Counts durations in buckets that grow by 1 %: 10 KB, however many there are. The maximum is exact. */
export function createLatencies(): Latencies {
  const counts = new Uint32Array(bucketCount);
  let total = 0;
  let max = 0;

  function percentile(share: number): number | null {
    if (total === 0) return null;
    const rank = Math.ceil(share * total);
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += counts[bucket]!;
      if (seen >= rank) return rounded(Math.min(smallestMs * step ** bucket, max));
    }
    return rounded(max);
  }

  return {
    add(milliseconds) {
      const bucket = Math.ceil(Math.log(Math.max(milliseconds, smallestMs) / smallestMs) / Math.log(step));
      counts[Math.min(bucket, bucketCount - 1)]! += 1;
      total += 1;
      max = Math.max(max, milliseconds);
    },
    summary: () => ({
      p50: percentile(0.5),
      p90: percentile(0.9),
      p99: percentile(0.99),
      max: total === 0 ? null : rounded(max),
    }),
    histogram: () => barsOf(counts),
  };
}

/** The least of 1, 2, 5, 10, … that is not below. */
function stepAbove(milliseconds: number): number {
  const power = 10 ** Math.floor(Math.log10(milliseconds));
  const factor = [1, 2, 5, 10].find((factor) => milliseconds <= factor * power * (1 + 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(1));
}

function barsOf(counts: Uint32Array): LatencyBar[] {
  const bars = new Map<number, number>();
  const [first, last] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)];
  // From first to last, so that a step between them that nothing took is there, too.
  for (let bucket = first; bucket >= 0 && bucket <= last; bucket++) {
    const toMs = stepAbove(smallestMs * step ** bucket);
    bars.set(toMs, (bars.get(toMs) ?? 0) + counts[bucket]!);
  }
  return Array.from(bars, ([toMs, count]) => ({ toMs, count }));
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
