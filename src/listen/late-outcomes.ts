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

  /** Never rejects. One that cannot be written waits behind the others. */
  async #write(): Promise<void> {
    const { work, aborted } = this.#tools;
    work.enter();
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const isDone = await updated(next.id, next.changes, this.#tools);
      if (isDone) this.#waiting.shift();
      else if (aborted.aborted) this.#lost(this.#waiting.splice(0).length);
      else {
        this.#waiting.push(this.#waiting.shift()!);
        await pauseBefore(aborted);
      }
    }
    work.leave();
  }

  #lost(outcomes: number): void {
    const what = outcomes === 1 ? "the outcome of 1 delivery" : `the outcomes of ${outcomes} deliveries`;
    this.#tools.notify("OUTCOMES_LOST", `${what} could not be put on record`);
  }
}

type Tools = Omit<LateOutcomesTools, "work">;

/** Puts changes on record however long it takes, but for a delivery that is gone. False when the session ended first. */
export async function updatedAtLast(id: string, changes: DeliveryChanges, tools: Tools): Promise<boolean> {
  for (;;) {
    if (await updated(id, changes, tools)) return true;
    if (tools.aborted.aborted) return false;
    await pauseBefore(tools.aborted);
  }
}

/** False when it could not be put on record now. */
async function updated(id: string, changes: DeliveryChanges, { history, notify }: Tools): Promise<boolean> {
  try {
    await history.update(id, changes);
    return true;
  } catch (error) {
    const isOver = isGone(error);
    notify("HISTORY_UNWRITABLE", `${reasonOf(error)}; the outcome of ${id} is not on record${isOver ? "" : " yet"}`);
    return isOver;
  }
}

async function pauseBefore(aborted: AbortSignal): Promise<void> {
  await pause(writeAgainMs, undefined, { signal: aborted }).catch(() => {});
}

/** Pruned, or cleared by another process. */
export function isGone(error: unknown): boolean {
  return error instanceof TelepathError && error.code === "UNKNOWN_DELIVERY";
}
