import type { Waiting } from "../../delivery/attempts.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { RunFacts } from "../views/run.ts";
import type { BatchTerms } from "./view.ts";

/** Counts what a run begins and settles, for views that say how far it is. */
export class RunCounts {
  readonly #terms: BatchTerms;
  readonly #start = performance.now();
  /** What an earlier run began. */
  readonly #left: number;
  #firstAttempts = 0;
  #delivered = 0;
  #failed = 0;

  constructor(terms: BatchTerms) {
    this.#terms = terms;
    this.#left = terms.retrying?.queue.size ?? 0;
  }

  settled({ outcome, attempts }: Delivery): void {
    if (outcome === "delivered") this.#delivered += 1;
    else this.#failed += 1;
    if (attempts.length < 2) this.#firstAttempts += 1;
  }

  /** An attempt failed, and another is to follow. */
  tried({ made }: Waiting): void {
    if (made === 1) this.#firstAttempts += 1;
  }

  /** @param now milliseconds since the epoch */
  facts(now: number): RunFacts {
    const { total, retrying } = this.#terms;
    const [next] = retrying?.queue.soonest(1) ?? [];
    const elapsedMs = performance.now() - this.#start;
    return {
      total,
      begun: Math.min(this.#left + this.#firstAttempts, total),
      perSecond: elapsedMs > 0 ? (this.#firstAttempts / elapsedMs) * 1000 : 0,
      delivered: this.#delivered,
      failed: this.#failed,
      waiting: retrying?.queue.size ?? 0,
      nextInMs: next ? next.dueAt - now : null,
    };
  }
}
