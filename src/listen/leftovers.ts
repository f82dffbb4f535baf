import type { HeldDelivery, History } from "../history/store.ts";
import { runningListeners, type RunningListener } from "./announcement.ts";
import type { ForwardTarget } from "./forward-target.ts";
import { reasonOf, type Notify } from "./notices.ts";

/** Whether another process that holds deliveries is still there to deliver them. */
export function isListening(dataDir: string): (holder: number) => boolean {
  const others = new Set(runningListeners(dataDir).map(({ pid }) => pid));
  others.delete(process.pid); // what stands under our number is of an earlier process that had it
  return (holder) => others.has(holder);
}

/**
 * Tells of deliveries that were acknowledged by an earlier run and that this one does not deliver: those for its apps
 * when it is not to hold, and those for other apps.
 */
export function tellOfLeftovers(
  history: History,
  { dataDir, hold, apps }: { dataDir: string; hold: boolean; apps: readonly ForwardTarget[] },
  notify: Notify,
): void {
  const isLiving = isListening(dataDir);
  const own = new Set(apps.map(({ url }) => url));
  try {
    const left = history.held().filter(({ target, holder }) => !isLiving(holder) && !(hold && own.has(target)));
    if (left.length === 0) return;
    notify("HELD_BEFORE", `${counted(left.length)} for ${names(left)} since an earlier run: ${nextStep(left, own)}`);
  } catch (error) {
    notify("HISTORY_UNREADABLE", reasonOf(error));
  }
}

/**
 * Tells of deliveries that a run which was killed left without an outcome on record. They stay `pending`: nobody knows
 * whether the app got them.
 *
 * @param ended the runs that ended so; with another one still running nothing is told, for they may be its own
 * @param now when this run began
 */
export function tellOfUnknownOutcomes(
  history: History,
  { dataDir, ended, now }: { dataDir: string; ended: readonly RunningListener[]; now: number },
  notify: Notify,
): void {
  if (ended.length === 0 || runningListeners(dataDir).some(({ pid }) => pid !== process.pid)) return;
  try {
    const since = Math.min(...ended.map(({ startedAt }) => startedAt));
    const held = new Set(history.held().map(({ id }) => id));
    let left = 0;
    for (const { id } of history.find({ source: "listen", outcome: "pending", since, until: now })) {
      if (!held.has(id)) left += 1;
    }
    if (left === 0) return;
    const what = left === 1 ? "1 delivery has no outcome" : `${left} deliveries have no outcome`;
    notify(
      "OUTCOME_UNKNOWN",
      `${what} on record: an earlier listen was killed before it was known; replay --outcome pending --since ` +
        `${new Date(since).toISOString()} --until ${new Date(now).toISOString()} delivers again`,
    );
  } catch (error) {
    notify("HISTORY_UNREADABLE", reasonOf(error));
  }
}

function nextStep(left: readonly HeldDelivery[], own: ReadonlySet<string>): string {
  return left.every(({ target }) => own.has(target))
    ? "start with --hold to deliver them"
    : "listen --hold --to that URL delivers them";
}

/** What to say of those that still wait when the session ends. */
export function tellOfRest(held: number, notify: Notify): void {
  if (held > 0) notify("STILL_HELD", `${counted(held)} and not delivered: the next listen --hold does that first`);
}

function counted(held: number): string {
  return held === 1 ? "1 delivery is held" : `${held} deliveries are held`;
}

function names(left: readonly HeldDelivery[]): string {
  return [...new Set(left.map(({ target }) => target))].join(", ");
}
