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
