import type { Due } from "../../delivery/batch.ts";
import type { ReplayDraft } from "./replay-drafts.ts";

/**
 * Replays that are each due as long after the first as their originals were, in the order in which they come: one whose
 * time is not known, or lies before that of its predecessor, follows at once.
 *
 * @param speed how many times faster than in life
 */
export function* keptTiming(drafts: Iterable<ReplayDraft>, speed: number): Generator<Due<ReplayDraft>> {
  let first: number | undefined;
  let dueMs = 0;
  for (const draft of drafts) {
    const { at } = draft.original;
    if (at !== null) {
      first ??= at;
      dueMs = Math.max(dueMs, (at - first) / speed);
    }
    yield { draft, dueMs };
  }
}
