import type { HeldDelivery, History } from "../history/store.ts";
import { runningListeners } from "./announcement.ts";
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
