import { setImmediate as nextTurn } from "node:timers/promises";
import type { Change, Results } from "./changes.ts";
import type { Committer, Outcome } from "./committer.ts";
import type { Urgency } from "./store.ts";

interface Waiting {
  change: Change;
  deadline: number;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** How long `soon` is at the most. */
const soonMs = 20;

/** Few enough that a commit keeps other processes waiting not for long, and takes little memory. */
const changesPerCommit = 1000;
const bytesPerCommit = 16 * 1024 ** 2;

/** Each of those who are told has something to do then, and all of it together must not hold the event loop up. */
const toldAtOnce = 20;

/** Tells those who wait what became of a group. */
type HandOut = () => Promise<void>;

/** Commits changes in groups: those asked for in one turn of the event loop, or while a commit is under way, share one. */
export class Writer {
  readonly #committer: Committer;
  readonly #patienceMs: number;
  readonly #queue: Waiting[] = [];
  #draining: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param patienceMs how long a change may wait to be committed */
  constructor(committer: Committer, patienceMs: number) {
    this.#committer = committer;
    this.#patienceMs = patienceMs;
  }

  /** Resolves once the change is committed. Rejects when it was not, and then nothing of it is on record. */
  commit<Kind extends Change["kind"]>(
    change: Change & { kind: Kind },
    urgency: Urgency = "now",
  ): Promise<Results[Kind]> {
    return new Promise<Results[Kind]>((resolve, reject) => {
      const deadline = performance.now() + this.#patienceMs;
      this.#queue.push({ change, deadline, resolve: resolve as (value: unknown) => void, reject });
      if (this.#draining) return; // it goes on until the queue is empty
      if (urgency === "now") this.#start();
      else this.#timer ??= setTimeout(() => this.#start(), soonMs);
    });
  }

  /** Resolves when nothing is left to be written. */
  async settled(): Promise<void> {
    this.#start();
    await this.#draining;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.length > 0) this.#draining ??= this.#drain();
  }

  /**
   * To be started with something in the queue. A committer in a thread of its own gets each group before the one before
   * it is handed out: those who waited for that have much to do with it, and it need not wait for them.
   */
  async #drain(): Promise<void> {
    const { isApart } = this.#committer;
    await this.#gathered();
    for (let group = this.#next(); group !== null;) {
      const handOut = await group;
      const following = isApart ? this.#next() : null;
      await handOut();
      if (!isApart) await this.#gathered();
      group = following ?? this.#next();
    }
    this.#draining = null; // in the same step as the last look at the queue, so that nothing comes in between
  }

  /**
   * Resolves in the next turn of the event loop, or where a commit holds this thread up in the third: it costs nearly as
   * much for one change as for many, and with a hundred under way each turn brings some.
   */
  async #gathered(): Promise<void> {
    for (let turns = this.#committer.isApart ? 1 : 3; turns > 0; turns -= 1) await nextTurn();
  }

  /** Begins to commit what waits. Resolves to what tells those who wait what became of it; null when nobody does. */
  #next(): Promise<HandOut> | null {
    return this.#queue.length === 0 ? null : this.#commitGroup(this.#takeGroup());
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#queue.findIndex(({ change }, at) => {
      bytes += change.body?.byteLength ?? 0;
      return at === changesPerCommit || (at > 0 && bytes > bytesPerCommit);
    });
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }

  async #commitGroup(group: readonly Waiting[]): Promise<HandOut> {
    const patienceMs = group[0]!.deadline - performance.now();
    const changes = group.map(({ change }) => change);
    try {
      const outcomes = await this.#committer.commit(changes, patienceMs);
      return () => inParts(group, (waiting, at) => settle(waiting, outcomes[at]!));
    } catch (error) {
      return () => inParts(group, ({ reject }) => reject(error));
    }
  }
}

async function inParts(group: readonly Waiting[], tell: (waiting: Waiting, at: number) => void): Promise<void> {
  for (const [at, waiting] of group.entries()) {
    if (at > 0 && at % toldAtOnce === 0) await nextTurn();
    tell(waiting, at);
  }
}

function settle({ resolve, reject }: Waiting, outcome: Outcome): void {
  if ("error" in outcome) reject(outcome.error);
  else resolve(outcome.value);
}
