import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { matches, type Filter } from "../history/query.ts";
import type { History } from "../history/store.ts";
import type { Delivery, Outcome } from "../model/delivery.ts";
import { TelepathError } from "../model/errors.ts";

export type Show = (delivery: Delivery) => void;

/** How long news of another process may take to be seen, in milliseconds. */
const intervalMs = 75;
/** How long a history that cannot be read may stay so: another process may be taking it over. */
const patienceMs = 5000;
/** Of so many deliveries it is remembered what was shown of them; earlier ones change no more. */
const remembered = 10_000;

/**
 * Shows the deliveries that match, then those that come, until interrupted. A delivery under way is shown once it is
 * settled, and again only if its outcome changes after that.
 */
export async function followDeliveries(
  history: History,
  filter: Filter,
  show: Show,
  interrupted: AbortSignal,
): Promise<void> {
  const seen = new Map<string, Outcome>();
  const tell = (delivery: Delivery): void => {
    if (seen.get(delivery.id) === delivery.outcome) return;
    seen.set(delivery.id, delivery.outcome);
    if (seen.size > remembered) seen.delete(seen.keys().next().value ?? "");
    show(delivery);
  };

  // Before the listing: what is recorded during it must not be missed.
  const cursor = history.cursor();
  for await (const delivery of unhurried(history.find(filter), interrupted)) tell(delivery);
  for await (const delivery of changes(history, cursor, interrupted)) if (isNews(delivery, filter)) tell(delivery);
}

/** What `waitForDeliveries` is to wait for. */
export interface Awaited {
  filter: Filter;
  count: number;
}

/**
 * Waits until so many deliveries that match are settled, those on record included, and shows each. False when `ended`
 * came first.
 *
 * @param passed hears of what came meanwhile and does not match
 */
export async function waitForDeliveries(
  history: History,
  { filter, count }: Awaited,
  show: Show,
  passed: Show,
  ended: AbortSignal,
): Promise<boolean> {
  const met = new Set<string>();
  const take = (delivery: Delivery): boolean => {
    const { id } = delivery;
    if (isNews(delivery, filter) && !met.has(id) && met.size < count) {
      met.add(id);
      show(delivery);
    } else if (!met.has(id)) passed(delivery);
    return met.size >= count;
  };

  const cursor = history.cursor();
  for await (const delivery of unhurried(history.find(filter), ended)) if (take(delivery)) return true;
  for await (const delivery of changes(history, cursor, ended)) if (take(delivery)) return true;
  return false;
}

/** What is recorded or updated after `cursor`, by any process, as it comes; ends with the signal. */
async function* changes(history: History, cursor: number, ended: AbortSignal): AsyncGenerator<Delivery> {
  let [from, readAt] = [cursor, performance.now()];
  while (!ended.aborted) {
    try {
      if (await history.refresh()) from = 0;
      const news = history.changesSince(from);
      [from, readAt] = [news.cursor, performance.now()];
      yield* news.deliveries;
      if (news.deliveries.length > 0) {
        await nextTurn(); // there may be more, and a Ctrl-C is to be heard between
        continue;
      }
    } catch (error) {
      const mayPass = error instanceof TelepathError && error.code === "HISTORY_UNWRITABLE";
      if (!mayPass || performance.now() - readAt > patienceMs) throw error;
    }
    await pause(intervalMs, undefined, { signal: ended }).catch(() => {}); // the loop's condition tells why
  }
}

/** The same deliveries with a turn of the event loop now and then, so that a Ctrl-C or a closed pipe is heard. */
async function* unhurried(deliveries: Iterable<Delivery>, ended: AbortSignal): AsyncGenerator<Delivery> {
  let count = 0;
  for (const delivery of deliveries) {
    if (ended.aborted) return;
    yield delivery;
    count += 1;
    if (count % 100 === 0) await nextTurn();
  }
}

function isNews(delivery: Delivery, filter: Filter): boolean {
  const isSettled = delivery.outcome !== "pending" || filter.outcome === "pending";
  return isSettled && matches(delivery, filter);
}
