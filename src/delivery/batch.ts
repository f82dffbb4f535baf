import { setMaxListeners } from "node:events";
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

/**
 * Makes deliveries as their drafts come, holding no more of them than are under way.
 *
 * Rejects with what `deliver` threw first, after the others under way were aborted.
 */
export async function deliverAll<D extends Draft>(
  drafts: Iterable<D> | AsyncIterable<D>,
  { concurrency, deliver, onSettled, interrupted, graceMs = 2000 }: BatchTerms<D>,
): Promise<Summary> {
  const tally = createTally();
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  const source = Symbol.asyncIterator in drafts ? drafts[Symbol.asyncIterator]() : drafts[Symbol.iterator]();
  const stopping = (): boolean => abort.signal.aborted || interrupted?.aborted === true;

  async function work(): Promise<void> {
    while (!stopping()) {
      const next = await source.next();
      if (next.done || stopping()) return;
      const delivery = await deliver(next.value, abort.signal);
      tally.add(delivery);
      onSettled?.(delivery, next.value);
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
    await Promise.all(Array.from({ length: concurrency }, () => work().catch(stop)));
  } finally {
    clearTimeout(grace);
    interrupted?.removeEventListener("abort", onInterrupt);
    await source.return?.();
  }
  if (thrown !== undefined) throw thrown.error;
  return tally.summary();
}
