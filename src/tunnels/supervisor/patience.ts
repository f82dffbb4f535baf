import type { Backoff } from "./backoff.ts";

/** How long the supervisor waits for what. In milliseconds. */
export interface Patience {
  /** Between looks at the clock while nothing happens. */
  tick: number;
  /** A tick that much too late means that the machine slept. */
  late: number;
  /** Without any word of a heartbeat, answered or not. */
  silence: number;
  /** For a broken connection to come back by itself, and between looks whether it did. */
  comeBack: number;
  look: number;
  /** Before each further probe of a new link that the edge does not know yet. */
  prove: readonly number[];
  /** Between probes while all is well. ngrok's free plan counts 20,000 requests a month: this is 3,000, day and night. */
  probeEvery: number;
  /** Between probes while the edge turns visitors away. */
  probeAgain: number;
  /** A link that worked for so long ends the trouble before it. */
  settled: number;
  retry: Backoff;
  /** The longest pause between tries for a name, or a place, that another session holds: our own of before, mostly. */
  retryHeld: number;
  /** How often in a row they are tried for. Counted, not timed: a machine can sleep in between. */
  heldTries: number;
  /** Between looks whether an edge that could not be reached is there again. */
  knock: number;
  /** For a try that is under way when the edge is back: it may hang on a connection of before. */
  finish: number;
}

export const usualPatience: Patience = {
  tick: 2_000,
  late: 5_000,
  silence: 25_000,
  comeBack: 4_000,
  look: 100,
  prove: [500, 1_000],
  probeEvery: 15 * 60_000,
  probeAgain: 60_000,
  settled: 10_000,
  retry: { first: 1_000, longest: 30_000 },
  retryHeld: 4_000,
  heldTries: 48,
  knock: 2_000,
  finish: 1_000,
};
