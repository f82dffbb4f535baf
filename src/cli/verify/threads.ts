import { setImmediate } from "node:timers/promises";
import type { Context } from "../context.ts";
import { Interrupted } from "../errors.ts";
import type { Drawing } from "../views/verification-drawn.ts";
import { createAlike, type Alike } from "./alike.ts";
import { Others } from "./others.ts";
import type { Packed } from "./packed.ts";
import type { Pauses } from "./pauses.ts";
import type { Piece, PieceTerms } from "./pieces.ts";
import { stepsOf } from "./steps.ts";
import { isHere, orderFor, workOn, type Work } from "./work.ts";

type Telling = void | Promise<void> | undefined;

/** How long this thread works until it looks after the others, in milliseconds. */
const stepMs = 4;

/** Does pieces of work in this thread and, when there is enough of it, in others beside it. */
export class Threads {
  readonly #terms: PieceTerms;
  readonly #drawing: Drawing | null;
  readonly #pauses: Pauses;
  readonly #context: Context;
  readonly #others: Others;
  readonly #alike: Alike;
  #wake = (): void => {};

  /** @param drawing how to draw what is plainly valid; null to tell all that is known of it */
  constructor(terms: PieceTerms, drawing: Drawing | null, pauses: Pauses, context: Context) {
    this.#terms = terms;
    this.#drawing = drawing;
    this.#pauses = pauses;
    this.#context = context;
    this.#others = new Others(context.threads, terms, () => this.#wake());
    this.#alike = createAlike(terms.secrets[0]!);
    context.interrupted.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /**
   * Does the pieces and tells what comes of them in their order. Only a few are underway at a time.
   *
   * @param told with how many items the pieces before had
   * @throws Interrupted when the user pressed Ctrl-C; what `told` throws.
   */
  async run(pieces: Iterator<Piece>, told: (outcome: Packed, before: number) => Telling): Promise<void> {
    const works: Work[] = [];
    let before = 0;
    for (;;) {
      while (works.length < this.#others.mostUnderway) {
        const next = pieces.next();
        if (next.done === true) break;
        works.push(workOn(next.value));
      }
      const [first] = works;
      if (first === undefined) return;
      this.#others.startWhenDue();
      // The first piece is awaited: it stays here when nobody has it.
      this.#others.handOut(works.slice(1), this.#drawing);
      await this.#tell(first, (outcome) => told(outcome, before));
      if (first.items === undefined) await this.#goOn(works.find((work) => isHere(work)));
      else {
        before += first.items;
        works.shift();
      }
      if (this.#context.interrupted.aborted) throw new Interrupted();
    }
  }

  /** There is much to do: the others are started at once. */
  hurry(): void {
    this.#others.startNow();
  }

  /** Ends the other threads, in the middle of their work if need be. */
  async close(): Promise<void> {
    await this.#others.end();
  }

  async #tell(work: Work, told: (outcome: Packed) => Telling): Promise<void> {
    while (work.told < work.outcomes.length) {
      const telling = told(work.outcomes[work.told]!);
      work.told += 1;
      if (telling !== undefined) await telling;
      const pause = this.#pauses.due();
      if (pause !== undefined) await pause;
    }
  }

  async #goOn(own: Work | undefined): Promise<void> {
    if (own !== undefined) await this.#step(own);
    else if (!(await this.#changed())) await this.#others.end();
  }

  /** Goes on for a short while with a piece that no other thread has. */
  async #step(work: Work): Promise<void> {
    work.own ??= stepsOf(orderFor(work, this.#drawing), this.#terms, this.#alike, work.came);
    const { outcomes, items, loading } = work.own(stepMs);
    for (const outcome of outcomes) work.outcomes.push(outcome);
    work.items = items;
    if (loading !== undefined) await loading;
    else if (this.#others.areWorking) await setImmediate();
    else await this.#pauses.due();
  }

  /** Resolves to false when nothing came for so long that the others must have lost their way. */
  #changed(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), this.#context.threads?.silentMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
