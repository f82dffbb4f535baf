import { setTimeout as pause } from "node:timers/promises";
import { matches, type Filter } from "../history/query.ts";
import type { History } from "../history/store.ts";
import type { Delivery, Outcome } from "../model/delivery.ts";

export type Show = (delivery: Delivery) => void;

/** How long news of another process may take to be seen, in milliseconds. */
const interval = 150;
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
  let cursor = history.cursor();
  for (const delivery of history.find(filter)) tell(delivery);
  while (!interrupted.aborted) {
    const news = history.changesSince(cursor);
    cursor = news.cursor;
    for (const delivery of news.deliveries) if (isNews(delivery, filter)) tell(delivery);
    const wait = news.deliveries.length > 0 ? 0 : interval;
    await pause(wait, undefined, { signal: interrupted }).catch(() => {}); // the loop's condition tells why
  }
}

function isNews(delivery: Delivery, filter: Filter): boolean {
  const isSettled = delivery.outcome !== "pending" || filter.outcome === "pending";
  return isSettled && matches(delivery, filter);
}
