import { wholeOf } from "../../delivery/attempts.ts";
import type { Delivery } from "../../model/delivery.ts";
import { writeJson, type Context } from "../context.ts";
import { deliveryJson } from "../views/delivery.ts";
import { safeText } from "../views/text.ts";
import { createProgress } from "./progress.ts";
import { RunCounts } from "./run-counts.ts";
import type { BatchTerms, BatchView } from "./view.ts";

/** An object for each delivery, and one for all. Those that still wait when the run ends have theirs, too. */
export function jsonView(terms: BatchTerms, context: Context): BatchView {
  const { retrying, history } = terms;
  const counts = new RunCounts(terms);
  const progress = createProgress(terms, counts, context);
  return {
    delivery(delivery, { verdict }) {
      counts.settled(delivery);
      progress.clear();
      writeJson(context, { ...settledJson(delivery), ...(verdict === undefined ? {} : { verdict }) });
      progress.changed();
    },
    waiting(waiting) {
      counts.tried(waiting);
      progress.changed();
    },
    note(message) {
      progress.clear();
      context.stderr.write(`note  ${safeText(message)}\n`);
    },
    end() {
      progress.end();
      for (const waiting of [...(retrying?.queue ?? [])].sort((a, b) => a.nth - b.nth)) {
        const delivery = wholeOf(waiting, history);
        if (!delivery) continue;
        writeJson(context, { ...settledJson(delivery), nextAttemptAt: new Date(waiting.dueAt).toISOString() });
      }
    },
    summary(summary) {
      // JSON has no member for what is undefined.
      const pending = retrying ? summary.pending : undefined;
      writeJson(context, { type: "summary", ...summary, pending, histogram: undefined });
    },
  };
}

/** Without a history a delivery has no id. */
function settledJson(delivery: Delivery): object {
  return { ...deliveryJson(delivery), id: delivery.id === "" ? null : delivery.id };
}
