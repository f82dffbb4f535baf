/** How long answers took, in milliseconds; null where there was none. */
export interface LatencySummary {
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
}

export interface Latencies {
  add(milliseconds: number): void;
  summary(): LatencySummary;
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
  };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
