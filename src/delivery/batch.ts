import { setMaxListeners } from "node:events";
import type { Delivery } from "../model/delivery.ts";
import type { RetryPlan } from "../model/retry.ts";
import type { Waiting } from "./attempts.ts";
import type { Draft } from "./deliver.ts";
import { until, type Pace } from "./pace.ts";
import type { Retrying } from "./retrying.ts";
import { createTally, type Summary } from "./tally.ts";
import { Turns } from "./turns.ts";

export interface BatchTerms<D extends Draft> {
  /** The most deliveries under way at once. 1 keeps their order. What is tried again is not counted. */
  concurrency: number;
  /** The most of what is tried again that is under way at once: it has turns of its own, or it would never be on time. */
  againConcurrency?: number;
  /** Makes one delivery, where none is tried again. */
  deliver: (draft: D, signal: AbortSignal) => Promise<Delivery>;
  /** Called for every delivery as soon as it is settled; with its plan, and without its draft, when it was tried again. */
  onSettled?: (delivery: Delivery, draft: D | null, plan: RetryPlan | null) => void;
  /** Called for every attempt that is to be followed by another. */
  onWaiting?: (waiting: Waiting, delivery: Delivery) => void;
  /** Called when one that waited is not on record any more. */
  onLost?: (waiting: Waiting) => void;
  /** Makes the attempts in place of `deliver`; those that wait are under way only while they are tried. */
  retrying?: Retrying | undefined;
  /** When attempts begin, or sequences of deliveries; as soon as they can when left out. */
  pace?: Pace | undefined;
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
 * Makes deliveries as their drafts come, holding no more of them than are under way, or wait to be tried again.
 *
 * Rejects with what `deliver` threw first, after the others under way were aborted.
 */
export async function deliverAll<D extends Draft>(
  drafts: Iterable<D> | AsyncIterable<D>,
  terms: BatchTerms<D>,
): Promise<Summary> {
  return await inBatches(drafts, terms, async (draft, settle) => settle(draft), terms.pace);
}

/**
 * Makes sequences of deliveries, `concurrency` sequences at once. In each, a delivery is made when it is due and the
 * first attempt of the one before it is over: one that is tried again holds nothing up, and comes out of order, as it
 * does in life. Rejects as `deliverAll`.
 */
export async function deliverSequences<D extends Draft>(
  sequences: Iterable<Iterable<Due<D>>>,
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

/** Takes units of work from `source`, `concurrency` of them at once. */
async function inBatches<Unit, D extends Draft>(
  units: Iterable<Unit> | AsyncIterable<Unit>,
  terms: BatchTerms<D>,
  work: (unit: Unit, settle: (draft: D) => Promise<void>, stopped: AbortSignal) => Promise<void>,
  againPace?: Pace,
): Promise<Summary> {
  const { concurrency, againConcurrency = concurrency, pace, retrying, interrupted, graceMs = 2000 } = terms;
  const abort = new AbortController();
  const source = Symbol.asyncIterator in units ? units[Symbol.asyncIterator]() : units[Symbol.iterator]();
  const stopped = interrupted ? AbortSignal.any([abort.signal, interrupted]) : abort.signal;
  setMaxListeners(0, stopped);
  const making = new Making(terms, abort.signal, againPace);
  /** Nothing more begins: what waits for its turn to do so need not. */
  const over = new AbortController();
  setMaxListeners(0, over.signal);

  async function nextUnit(): Promise<Unit | null> {
    const next = await source.next();
    if (next.done) over.abort();
    return next.done ? null : next.value;
  }

  // One after the other: turns that were asked for, and not needed in the end, would be missing to what is tried again.
  const beginning = new Turns(1);

  async function pacedUnit(rate: Pace): Promise<Unit | null> {
    await beginning.take();
    try {
      if (!over.signal.aborted) await rate.turn(over.signal);
      return over.signal.aborted ? null : await nextUnit();
    } finally {
      beginning.give();
    }
  }

  async function workOff(): Promise<void> {
    while (!stopped.aborted) {
      const unit = pace ? await pacedUnit(pace) : await nextUnit();
      if (unit === null || stopped.aborted) return;
      pace?.begun();
      await work(unit, (draft) => making.first(draft, stopped), stopped);
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
  const onStop = (): void => {
    over.abort();
    retrying?.queue.close();
  };
  if (stopped.aborted) onStop();
  else stopped.addEventListener("abort", onStop, { once: true });
  const many = <T>(length: number, job: () => Promise<T>) => Array.from({ length }, () => job().catch(stop));
  try {
    const again = retrying ? many(againConcurrency, () => making.again(retrying, stopped)) : [];
    await Promise.all(many(concurrency, workOff));
    retrying?.queue.finish();
    await Promise.all(again);
  } finally {
    clearTimeout(grace);
    interrupted?.removeEventListener("abort", onInterrupt);
    await source.return?.();
  }
  if (thrown !== undefined) throw thrown.error;
  return making.tally.summary(retrying?.queue.size);
}

/** Makes the deliveries of a batch, and counts what becomes of them. */
class Making<D extends Draft> {
  readonly tally = createTally();
  readonly #terms: BatchTerms<D>;
  readonly #signal: AbortSignal;
  readonly #againPace: Pace | undefined;
  /** One after the other is taken from the queue: so it stays there, for all to see, until it is its turn. */
  readonly #taking = new Turns(1);

  constructor(terms: BatchTerms<D>, signal: AbortSignal, againPace: Pace | undefined) {
    this.#terms = terms;
    this.#signal = signal;
    this.#againPace = againPace;
  }

  async first(draft: D, stopped: AbortSignal): Promise<void> {
    const { retrying } = this.#terms;
    if (!retrying) return this.#settled(await this.#terms.deliver(draft, this.#signal), draft);
    if (stopped.aborted) return;
    const tried = await retrying.first(draft, { stopped, aborted: this.#signal });
    if (tried?.attempt) this.tally.attempted(tried.attempt);
    if (tried?.waits) this.#terms.onWaiting?.(tried.waits, tried.delivery);
    else if (tried) this.#concluded(tried.delivery, draft);
  }

  /** Tries again whatever is due, until there is nothing left. */
  async again(retrying: Retrying, stopped: AbortSignal): Promise<void> {
    for (;;) {
      const waiting = await this.#nextDue(retrying, stopped);
      if (waiting === null) return;
      try {
        if (stopped.aborted) return retrying.queue.add(waiting);
        const tried = await retrying.again(waiting, this.#signal);
        if (tried === null) this.#lost(waiting);
        else if (tried.attempt) this.tally.attempted(tried.attempt);
        if (tried?.waits) this.#terms.onWaiting?.(tried.waits, tried.delivery);
        else if (tried) this.#concluded(tried.delivery, null, waiting.plan);
      } finally {
        retrying.queue.done();
      }
    }
  }

  async #nextDue({ queue }: Retrying, stopped: AbortSignal): Promise<Waiting | null> {
    await this.#taking.take();
    try {
      const waiting = await queue.next();
      if (waiting) await this.#againPace?.turn(stopped, "again");
      return waiting;
    } finally {
      this.#taking.give();
    }
  }

  #settled(delivery: Delivery, draft: D): void {
    for (const attempt of delivery.attempts) this.tally.attempted(attempt);
    this.#concluded(delivery, draft);
  }

  #concluded(delivery: Delivery, draft: D | null, plan: RetryPlan | null = null): void {
    this.tally.settled(delivery);
    this.#terms.onSettled?.(delivery, draft, plan);
  }

  #lost(waiting: Waiting): void {
    this.tally.lost();
    this.#terms.onLost?.(waiting);
  }
}
