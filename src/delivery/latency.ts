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
  /** In steps of 1, 2, 5, 10, … and of minutes and hours, from the fastest to the slowest; empty when there are none. */
  histogram(): LatencyBar[];
}

/** Neighbouring buckets are this far apart, so a percentile is at most 1 % too high. */
const step = 1.01;
const smallestMs = 0.001;
/** Up to a day. */
const bucketCount = Math.ceil(Math.log(86_400_000 / smallestMs) / Math.log(step)) + 1;

/** What bars end at: below a minute each 1, 2 and 5 of a power of ten, above it what a clock has. In milliseconds. */
const barEnds = [
  ...[-2, -1, 0, 1, 2, 3, 4].flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`))),
  ...[1, 2, 5, 10, 30, 60, 120, 360, 720, 1440].map((minutes) => minutes * 60_000),
];

/**
 * Counts durations in buckets that grow by 1 %: 10 KB, however many there are. The maximum is exact, and so are the
 * bars: they are counted on their own, since no bucket ends where a bar does.
 */
export function createLatencies(): Latencies {
  const counts = new Uint32Array(bucketCount);
  const barCounts = new Uint32Array(barEnds.length);
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
      barCounts[barOf(rounded(milliseconds))]! += 1;
      total += 1;
      max = Math.max(max, milliseconds);
    },
    summary: () => ({
      p50: percentile(0.5),
      p90: percentile(0.9),
      p99: percentile(0.99),
      max: total === 0 ? null : rounded(max),
    }),
    histogram: () => barsOf(barCounts),
  };
}

/** The first bar that a duration is not above; longer than the last is none that an answer may take. */
function barOf(milliseconds: number): number {
  let [least, most] = [0, barEnds.length - 1];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (milliseconds <= barEnds[middle]!) most = middle;
    else least = middle + 1;
  }
  return least;
}

/** From the first to the last, so that one between them in which there is nothing is there, too. */
function barsOf(counts: Uint32Array): LatencyBar[] {
  const [first, last] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)];
  if (first < 0) return [];
  return Array.from(counts.subarray(first, last + 1), (count, index) => ({ toMs: barEnds[first + index]!, count }));
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
