import { setTimeout as pause } from "node:timers/promises";
import type { DeliveryChanges, History } from "../history/store.ts";
import { TelepathError } from "../model/errors.ts";
import { reasonOf, type Notify } from "./notices.ts";
import type { UnderWay } from "./under-way.ts";

/** What became of a delivery. */
interface Outcome {
  id: string;
  changes: DeliveryChanges;
}

export interface LateOutcomesTools {
  history: History;
  notify: Notify;
  work: UnderWay;
  /** Nothing more is waited for. */
  aborted: AbortSignal;
}

/** While the history cannot be written nothing is forwarded, so there are about as many as were under way before. */
const mostWaiting = 2000;

const writeAgainMs = 500;

/** Outcomes that could not be put on record at once: they are written when the fault is over. */
export class LateOutcomes {
  readonly #tools: LateOutcomesTools;
  readonly #waiting: Outcome[] = [];

  constructor(tools: LateOutcomesTools) {
    this.#tools = tools;
  }

  add(id: string, changes: DeliveryChanges): void {
    if (this.#waiting.length === mostWaiting) return this.#lost(1);
    if (this.#waiting.push({ id, changes }) === 1) void this.#write();
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const { work } = this.#tools;
    work.enter();
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (!(await updatedAtLast(next.id, next.changes, this.#tools))) {
        this.#lost(this.#waiting.length);
        break;
      }
      this.#waiting.shift();
    }
    work.leave();
  }

  #lost(outcomes: number): void {
    const what = outcomes === 1 ? "the outcome of 1 delivery" : `the outcomes of ${outcomes} deliveries`;
    this.#tools.notify("OUTCOMES_LOST", `${what} could not be put on record`);
  }
}

/** Puts changes on record however long it takes, but for a delivery that is gone. False when the session ended first. */
export async function updatedAtLast(
  id: string,
  changes: DeliveryChanges,
  { history, notify, aborted }: Omit<LateOutcomesTools, "work">,
): Promise<boolean> {
  for (;;) {
    try {
      await history.update(id, changes);
      return true;
    } catch (error) {
      notify("HISTORY_UNWRITABLE", `${reasonOf(error)}; the outcome of ${id} is not on record yet`);
      if (isGone(error)) return true;
    }
    if (aborted.aborted) return false;
    await pause(writeAgainMs, undefined, { signal: aborted }).catch(() => {});
  }
}

/** Pruned, or cleared by another process. */
export function isGone(error: unknown): boolean {
  return error instanceof TelepathError && error.code === "UNKNOWN_DELIVERY";
}
