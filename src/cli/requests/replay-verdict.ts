import { compare } from "../../delivery/comparison.ts";
import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";
import { TelepathError } from "../../model/errors.ts";
import type { ReplayDraft } from "./replay-drafts.ts";

/** How a replay ended, compared with what it repeats; null when there is nothing to compare, undefined for a sample. */
export type Verdict = (delivery: Delivery, draft: ReplayDraft | null) => string | null | undefined;

/** @param history has the originals of those that are settled when nobody holds them any more */
export function replayVerdict(history: Pick<History, "get">): Verdict {
  return (delivery, draft) => {
    if (delivery.source !== "replay") return undefined;
    const earlier = draft ? draft.original.delivery : recorded(delivery.replayOf, history);
    return earlier && compare(earlier, delivery);
  };
}

function recorded(id: string | null, history: Pick<History, "get">): Delivery | null {
  if (id === null) return null;
  try {
    return history.get(id);
  } catch (error) {
    if (error instanceof TelepathError && error.code === "UNKNOWN_DELIVERY") return null; // dropped since
    throw error;
  }
}
