/** How a delivery goes on after an attempt that failed. */
export interface RetryPlan {
  /** Scheme, host and port to connect to. */
  origin: string;
  /** How long after each failed attempt's end the next one follows, in milliseconds; after the last it is given up. */
  delaysMs: readonly number[];
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
