import { Worker } from "node:worker_threads";
import type { OtherThreads } from "../context.ts";
import type { Drawing } from "../views/verification-drawn.ts";
import type { Order, Sent, ThreadData } from "./packed.ts";
import type { PieceTerms } from "./pieces.ts";
import { isUntouched, note, orderFor, type Work } from "./work.ts";

interface Other {
  worker: Worker;
  underway: Map<number, Work>;
}

/** A thread that ends one piece must find the next one there. */
const ahead = 2;

/** The threads beside this one, started when there is enough to do. */
export class Others {
  readonly #threads: OtherThreads | undefined;
  readonly #terms: PieceTerms;
  readonly #changed: () => void;
  readonly #living = new Set<Other>();
  #startAt: number;
  #areStarted = false;
  #orders = 0;

  /**
   * @param threads undefined where none may be started
   * @param changed is called when something came of a piece, and when a thread ended
   */
  constructor(threads: OtherThreads | undefined, terms: PieceTerms, changed: () => void) {
    this.#threads = threads;
    this.#terms = terms;
    this.#changed = changed;
    this.#startAt = performance.now() + (threads?.afterMs ?? 0);
  }

  get areWorking(): boolean {
    return this.#living.size > 0;
  }

  /** So many pieces may be underway at a time, those of this thread included. */
  get mostUnderway(): number {
    return ahead * (this.#living.size + 1);
  }

  /** Loading a thread takes a while: for little work it does not pay. */
  startWhenDue(): void {
    if (this.#areStarted || this.#threads === undefined || performance.now() < this.#startAt) return;
    this.#areStarted = true;
    for (let count = 0; count < this.#threads.count; count += 1) this.#start(this.#threads.entry);
  }

  /** There is much to do: they are started at once. */
  startNow(): void {
    this.#startAt = 0;
    this.startWhenDue();
  }

  /** Gives each as many of the pieces that nobody has begun with as it takes. */
  handOut(works: readonly Work[], drawing: Drawing | null): void {
    for (const { worker, underway } of this.#living) {
      for (const work of works) {
        if (underway.size >= ahead) break;
        if (!isUntouched(work)) continue;
        this.#orders += 1;
        work.isElsewhere = true;
        underway.set(this.#orders, work);
        const order: Order = { id: this.#orders, ...orderFor(work, drawing) };
        worker.postMessage(order);
      }
    }
  }

  /** Ends them in the middle of their work if need be. What they leave undone is to be done here. */
  async end(): Promise<void> {
    await Promise.all([...this.#living].map(({ worker }) => worker.terminate()));
  }

  #start(entry: URL): void {
    const worker = new Worker(entry, { workerData: dataFor(this.#terms) });
    const underway = new Map<number, Work>();
    const other: Other = { worker, underway };
    const lost = (): void => {
      this.#living.delete(other);
      for (const work of underway.values()) work.isElsewhere = false;
      underway.clear();
      this.#changed();
    };
    worker.on("message", (sent: Sent) => {
      const work = underway.get(sent.id);
      if (work !== undefined) note(work, sent);
      if (sent.items !== undefined) underway.delete(sent.id);
      this.#changed();
    });
    worker.on("error", lost);
    worker.on("exit", lost);
    this.#living.add(other);
  }
}

/** Secrets go to a thread by value: it is this process, and nothing else sees them. */
function dataFor({ secrets, ...terms }: PieceTerms): ThreadData {
  return { ...terms, secrets: secrets.map((secret) => [secret.reveal(), secret.name]) };
}
