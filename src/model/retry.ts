/** How a delivery goes on after an attempt that failed. */
export interface RetryPlan {
  /** Scheme, host and port to connect to. */
  origin: string;
  /**
   * Set when that is elsewhere than the request says: the `Host` and, unless it is null, the path and query that are sent
   * in place of its own. On record it stays as it is.
   */
  instead?: { host: string; target: string | null };
  /**
   * How long after each failed attempt's end the next one follows in life, in milliseconds; after the last it is given
   * up.
   */
  delaysMs: readonly number[];
  /** What part of those it takes: 0.01 at a speed of 100x, 0 for no waiting; all when left out. */
  scale?: number;
  /** For each attempt's whole answer. */
  timeoutMs: number;
  /** Which statuses count as delivered, in the words of `--expect`. */
  expected: string;
}

/** An attempt that is to be made: it stands on record before it is, so that it is made if this process ends. */
export interface Retry {
  plan: RetryPlan;
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** Names the run of a process that is to make it. */
  holder: string;
}

/** The plan that a text on record holds; null where it is none: files are copied about, and edited. */
export function parseRetryPlan(text: string): RetryPlan | null {
  try {
    const plan: unknown = JSON.parse(text);
    return isPlan(plan) ? plan : null;
  } catch {
    return null;
  }
}

function isPlan(value: unknown): value is RetryPlan {
  if (typeof value !== "object" || value === null) return false;
  const { origin, instead, delaysMs, scale = 1, timeoutMs, expected } = value as Record<string, unknown>;
  return (
    typeof origin === "string" &&
    URL.canParse(origin) &&
    /^https?:/.test(origin) &&
    new URL(origin).origin === origin &&
    (instead === undefined || isPlace(instead, origin)) &&
    Array.isArray(delaysMs) &&
    delaysMs.every(isSpan) &&
    isSpan(scale) &&
    isSpan(timeoutMs) &&
    typeof expected === "string"
  );
}

function isPlace(value: unknown, origin: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { host, target } = value as Record<string, unknown>;
  return (
    host === new URL(origin).host && (target === null || (typeof target === "string" && /^\/[!-~]*$/.test(target)))
  );
}

function isSpan(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}
