import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Context } from "../context.ts";
import { Interrupted } from "../errors.ts";
import type { Drawing } from "../views/verification-drawn.ts";
import { createAlike } from "./alike.ts";
import { received, type Order, type Packed, type Sent, type ThreadData } from "./packed.ts";
import type { Pauses } from "./pauses.ts";
import type { Piece, PieceTerms } from "./pieces.ts";
import { stepsOf, type Steps } from "./steps.ts";

/** Does pieces of work in this thread and, when there is enough of it, in others beside it. */
export interface Threads {
  /**
   * Does the pieces and tells what comes of them in their order. Only a few are underway at a time.
   *
   * @param told with how many items the pieces before had
   * @throws Interrupted when the user pressed Ctrl-C; what `told` throws.
   */
  run(pieces: Iterator<Piece>, told: (outcome: Packed, before: number) => Telling): Promise<void>;
  /** There is much to do: the others are started at once. */
  hurry(): void;
  /** Ends the other threads, in the middle of their work if need be. */
  close(): Promise<void>;
}

type Telling = void | Promise<void> | undefined;

/** A piece and what has come of it so far. */
interface Work {
  piece: Piece;
  outcomes: Packed[];
  /** How many of them were told. */
  told: number;
  /** How many came, with each of those that were drawn together. */
  came: number;
  /** Work in this thread; undefined while it is nobody's, or another thread's. */
  own?: Steps;
  isElsewhere: boolean;
  /** How many items it had, once it is done. */
  items: number | undefined;
}

interface Other {
  worker: Worker;
  underway: Map<number, Work>;
}

/** A thread that ends one piece must find the next one there. */
const ahead = 2;
/** How long this thread works until it looks after the others, in milliseconds. */
const stepMs = 4;

/** @param drawing how to draw what is plainly valid; null to tell all that is known of it */
export function createThreads(terms: PieceTerms, drawing: Drawing | null, pauses: Pauses, context: Context): Threads {
  const others = new Set<Other>();
  const alike = createAlike(terms.secrets[0]!);
  let startAt = performance.now() + (context.threads?.afterMs ?? 0);
  let started = false;
  let number = 0;
  let wake = (): void => {};
  /** False when nothing came for so long that the others must have lost their way. */
  const changed = (): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), context.threads?.silentMs);
      wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  context.interrupted.addEventListener("abort", () => wake(), { once: true });

  /** Loading a thread takes a while: for little work it does not pay. */
  function start(): void {
    const { threads } = context;
    if (started || threads === undefined || performance.now() < startAt) return;
    started = true;
    for (let count = 0; count < threads.count; count += 1) others.add(otherThread(threads.entry));
  }

  function otherThread(entry: URL): Other {
    const workerData = dataFor(terms);
    const other: Other = { worker: new Worker(entry, { workerData }), underway: new Map() };
    // What a thread that dies leaves undone is done here.
    const lost = (): void => {
      others.delete(other);
      for (const work of other.underway.values()) work.isElsewhere = false;
      other.underway.clear();
      wake();
    };
    other.worker.on("message", (sent: Sent) => {
      take(sent, other.underway);
      wake();
    });
    other.worker.on("error", lost);
    other.worker.on("exit", lost);
    return other;
  }

  function handOut(works: readonly Work[]): void {
    const isFree = ({ items, isElsewhere, own, came }: Work): boolean =>
      items === undefined && !isElsewhere && own === undefined && came === 0;
    for (const other of others) {
      // The first piece is awaited: it stays here when nobody has it.
      for (const work of works.slice(1)) {
        if (other.underway.size >= ahead) break;
        if (!isFree(work)) continue;
        number += 1;
        work.isElsewhere = true;
        other.underway.set(number, work);
        const order: Order = { id: number, ...orderFor(work.piece, drawing) };
        other.worker.postMessage(order);
      }
    }
  }

  /** Goes on for a short while with a piece that no other thread has. */
  async function step(work: Work): Promise<void> {
    work.own ??= stepsOf(orderFor(work.piece, drawing), terms, alike, work.came);
    const { outcomes, items, loading } = work.own(stepMs);
    for (const outcome of outcomes) work.outcomes.push(outcome);
    work.items = items;
    if (loading !== undefined) await loading;
    else if (others.size > 0) await setImmediate();
    else await pauses.due();
  }

  /** What they leave undone is done here. */
  async function end(): Promise<void> {
    await Promise.all([...others].map(({ worker }) => worker.terminate()));
  }

  return {
    async run(pieces, told) {
      const works: Work[] = [];
      let before = 0;
      for (;;) {
        while (works.length < ahead * (others.size + 1)) {
          const next = pieces.next();
          if (next.done === true) break;
          works.push({ piece: next.value, outcomes: [], told: 0, came: 0, isElsewhere: false, items: undefined });
        }
        const [first] = works;
        if (first === undefined) return;
        start();
        handOut(works);
        while (first.told < first.outcomes.length) {
          const telling = told(first.outcomes[first.told]!, before);
          first.told += 1;
          if (telling !== undefined) await telling;
          const pause = pauses.due();
          if (pause !== undefined) await pause;
        }
        const own = works.find(({ items, isElsewhere }) => items === undefined && !isElsewhere);
        if (first.items !== undefined) {
          before += first.items;
          works.shift();
        } else if (own !== undefined) await step(own);
        else if (!(await changed())) await end();
        if (context.interrupted.aborted) throw new Interrupted();
      }
    },
    hurry() {
      startAt = 0;
      start();
    },
    close: end,
  };
}

/** Notes what came of a piece. */
function take({ id, outcomes, items }: Sent, underway: Map<number, Work>): void {
  const work = underway.get(id);
  if (work === undefined) return;
  for (const outcome of outcomes) {
    work.outcomes.push(received(outcome));
    work.came += "ends" in outcome ? outcome.count : 1;
  }
  if (items === undefined) return;
  work.items = items;
  underway.delete(id);
}

function orderFor(piece: Piece, drawing: Drawing | null): Omit<Order, "id"> {
  // Under a line of text may stand how its payload fits the contract.
  return { piece, drawing: drawing === "text" && piece.compare ? null : drawing };
}

/** Secrets go to a thread by value: it is this process, and nothing else sees them. */
function dataFor({ secrets, ...terms }: PieceTerms): ThreadData {
  return { ...terms, secrets: secrets.map((secret) => [secret.reveal(), secret.name]) };
}
