import { createClockJumps, type ClockJumps } from "./clock-jumps.ts";

/** Something that is due at a time, in milliseconds since the epoch; of one time, the lower number first. */
export interface Timed {
  dueAt: number;
  nth: number;
}

/** A timer does not run while the machine sleeps: after so long the clock is looked at again. */
const longestSleepMs = 60_000;

/**
 * What waits for its time: one timer, however many there are, and none while nobody asks. Whoever takes one tells
 * with `done` what became of it, and adds it again before when it is to wait once more: so it is known when all is over.
 *
 * Nothing waits longer, or less, because the clock is set: all times are moved with it. A machine that sleeps, however,
 * wakes to find due what was so meanwhile.
 */
export class RetryQueue<Entry extends Timed> {
  readonly #now: () => number;
  readonly #jumps: ClockJumps;
  /** A binary heap: none is due before the one at `(index - 1) / 2`. */
  readonly #heap: Entry[] = [];
  readonly #asking: ((entry: Entry | null) => void)[] = [];
  #taken = 0;
  #isOpen = true;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number, entries: Iterable<Entry> = [], jumps = createClockJumps(now)) {
    this.#now = now;
    this.#jumps = jumps;
    for (const entry of entries) this.#insert(entry);
  }

  /** How many wait. */
  get size(): number {
    return this.#heap.length;
  }

  add(entry: Entry): void {
    this.#followClock(); // the time of this one is of the clock as it is now
    this.#insert(entry);
    this.#serve();
  }

  /** The next that is due, when it is; null once there is nothing more to come, or the queue is closed. */
  next(): Promise<Entry | null> {
    return new Promise((resolve) => {
      this.#asking.push(resolve);
      this.#serve();
    });
  }

  /** One that was taken is done with, or was added again. */
  done(): void {
    this.#taken -= 1;
    this.#serve();
  }

  /** Nothing comes from outside any more: it is over when nothing waits and nothing is taken. */
  finish(): void {
    this.#isOpen = false;
    this.#serve();
  }

  /** Hands out nothing more; what waits stays. */
  close(): void {
    this.#isClosed = true;
    this.#serve();
  }

  /** The first so many, in the order in which they are due. */
  soonest(most: number): Entry[] {
    this.#followClock();
    const found: Entry[] = [];
    const candidates = this.#heap.length > 0 ? [0] : [];
    while (found.length < most && candidates.length > 0) {
      const best = candidates.reduce((one, other) => (isBefore(this.#heap[other]!, this.#heap[one]!) ? other : one));
      candidates.splice(candidates.indexOf(best), 1);
      found.push(this.#heap[best]!);
      for (const child of [2 * best + 1, 2 * best + 2]) if (child < this.#heap.length) candidates.push(child);
    }
    return found;
  }

  /** All that wait, in no order. */
  [Symbol.iterator](): Iterator<Entry> {
    return this.#heap.values();
  }

  #followClock(): void {
    const setBy = this.#jumps.setBy();
    if (setBy !== 0) for (const entry of this.#heap) entry.dueAt += setBy;
  }

  #serve(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#followClock();
    while (this.#asking.length > 0) {
      const first = this.#isClosed ? undefined : this.#heap[0];
      const isOver = first === undefined && (this.#isClosed || (!this.#isOpen && this.#taken === 0));
      if (isOver) this.#asking.shift()!(null);
      else if (first === undefined) return;
      else if (first.dueAt > this.#now()) return this.#sleep(first.dueAt - this.#now());
      else {
        this.#taken += 1;
        this.#asking.shift()!(this.#takeFirst());
      }
    }
  }

  #sleep(milliseconds: number): void {
    // A timer goes off a part of a millisecond early.
    this.#timer = setTimeout(() => this.#serve(), Math.min(Math.ceil(milliseconds), longestSleepMs));
  }

  #insert(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #takeFirst(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const moved = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && isBefore(heap[left + 1]!, heap[left]!) ? left + 1 : left;
      if (!isBefore(heap[child]!, moved)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
    return first;
  }
}

function isBefore(one: Timed, other: Timed): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.nth < other.nth);
}
