import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Delivery } from "../model/delivery.ts";
import type { Draft } from "./deliver.ts";
import { createTally, type Summary } from "./tally.ts";

export interface BatchTerms<D extends Draft> {
  /** The most deliveries under way at once. 1 keeps their order. */
  concurrency: number;
  /** Makes one delivery. */
  deliver: (draft: D, signal: AbortSignal) => Promise<Delivery>;
  /** Called for every delivery as soon as it is settled. */
  onSettled?: (delivery: Delivery, draft: D) => void;
  /** No new deliveries from then on; those under way have `graceMs`, then they are aborted. */
  interrupted?: AbortSignal;
  /** Milliseconds; two seconds. */
  graceMs?: number;
}

/** A delivery in a sequence of them, and when it is due: milliseconds from the time at which the sequence began. */
export interface Due<D extends Draft> {
  draft: D;
  dueMs: number;
}

/**
 * Makes deliveries as their drafts come, holding no more of them than are under way.
 *
 * Rejects with what `deliver` threw first, after the others under way were aborted.
 */
export async function deliverAll<D extends Draft>(
  drafts: Iterable<D> | AsyncIterable<D>,
  terms: BatchTerms<D>,
): Promise<Summary> {
  return await inBatches(drafts, terms, async (draft, settle) => settle(draft));
}

/**
 * Makes sequences of deliveries, `concurrency` sequences at once. In each, a delivery is made when it is due and the
 * one before it is settled. Rejects as `deliverAll`.
 */
export async function deliverSequences<D extends Draft>(
  sequences: Iterable<readonly Due<D>[]>,
  terms: BatchTerms<D>,
): Promise<Summary> {
  return await inBatches(sequences, terms, async (sequence, settle, stopped) => {
    const begin = performance.now();
    for (const { draft, dueMs } of sequence) {
      await until(begin + dueMs, stopped);
      if (stopped.aborted) return;
      await settle(draft);
    }
  });
}

/** A timer that is set to more goes off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits for a time of `performance.now()`, or until it is stopped. */
async function until(time: number, stopped: AbortSignal): Promise<void> {
  for (;;) {
    const early = time - performance.now();
    if (early <= 0 || stopped.aborted) return;
    await pause(Math.min(early, longestTimerMs), undefined, { signal: stopped }).catch(() => {});
  }
}

/** Takes units of work from `source`, `concurrency` of them at once. */
async function inBatches<Unit, D extends Draft>(
  units: Iterable<Unit> | AsyncIterable<Unit>,
  { concurrency, deliver, onSettled, interrupted, graceMs = 2000 }: BatchTerms<D>,
  work: (unit: Unit, settle: (draft: D) => Promise<void>, stopped: AbortSignal) => Promise<void>,
): Promise<Summary> {
  const tally = createTally();
  const abort = new AbortController();
  const source = Symbol.asyncIterator in units ? units[Symbol.asyncIterator]() : units[Symbol.iterator]();
  const stopped = interrupted ? AbortSignal.any([abort.signal, interrupted]) : abort.signal;
  setMaxListeners(0, stopped);

  async function settle(draft: D): Promise<void> {
    const delivery = await deliver(draft, abort.signal);
    tally.add(delivery);
    onSettled?.(delivery, draft);
  }

  async function workOff(): Promise<void> {
    while (!stopped.aborted) {
      const next = await source.next();
      if (next.done || stopped.aborted) return;
      await work(next.value, settle, stopped);
    }
  }

  let thrown: { error: unknown } | undefined;
  const stop = (error: unknown): void => {
    thrown ??= { error };
    abort.abort();
  };
  let grace: NodeJS.Timeout | undefined;
  const onInterrupt = (): void => void (grace = setTimeout(() => abort.abort(), graceMs));
  interrupted?.addEventListener("abort", onInterrupt, { once: true });
  try {
    await Promise.all(Array.from({ length: concurrency }, () => workOff().catch(stop)));
  } finally {
    clearTimeout(grace);
    interrupted?.removeEventListener("abort", onInterrupt);
    await source.return?.();
  }
  if (thrown !== undefined) throw thrown.error;
  return tally.summary();
}
