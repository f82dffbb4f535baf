import { setImmediate } from "node:timers/promises";
import type { Waiting } from "../../delivery/attempts.ts";
import { unpacked } from "../../delivery/packed.ts";
import type { Delivery } from "../../model/delivery.ts";
import { jsonLine, writeJson, type Context, type Output } from "../context.ts";
import { deliveryJson } from "../views/delivery.ts";
import { safeText } from "../views/text.ts";
import { createProgress } from "./progress.ts";
import { RunCounts } from "./run-counts.ts";
import { narrateWaiting } from "./still-waiting.ts";
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
    async end() {
      progress.end();
      await writeWaiting([...(retrying?.queue ?? [])], history, context);
      narrateWaiting(terms, context);
    },
    summary(summary) {
      // JSON has no member for what is undefined.
      const pending = retrying ? summary.pending : undefined;
      writeJson(context, { type: "summary", ...summary, pending, histogram: undefined });
    },
  };
}

const atOnce = 100;

/** In parts: there may be a hundred thousand, Ctrl-C is to be seen meanwhile, and the reader may be slow. */
async function writeWaiting(
  left: readonly Waiting[],
  history: BatchTerms["history"],
  context: Pick<Context, "stdout">,
): Promise<void> {
  const inOrder = left.toSorted((a, b) => a.nth - b.nth);
  let isRead = true;
  for (let at = 0; at < inOrder.length; at += atOnce) {
    const part = inOrder.slice(at, at + atOnce);
    const lines = withDeliveries(part, history).map(([{ dueAt }, delivery]) =>
      jsonLine({ ...settledJson(delivery), nextAttemptAt: new Date(dueAt).toISOString() }),
    );
    const takesMore = context.stdout.write(lines.join("")) !== false;
    if (!takesMore && isRead) isRead = await drained(context.stdout);
    await setImmediate();
  }
}

function withDeliveries(part: readonly Waiting[], history: BatchTerms["history"]): [Waiting, Delivery][] {
  const recorded = history?.getAll(part.flatMap(({ id, kept }) => (kept === null ? [id] : []))) ?? [];
  const byId = new Map(recorded.map((delivery) => [delivery.id, delivery]));
  return part.flatMap((waiting) => {
    const delivery = waiting.kept === null ? byId.get(waiting.id) : unpacked(waiting.kept);
    return delivery ? [[waiting, delivery]] : [];
  });
}

const mostPatienceMs = 10_000;

/** Resolves to true once the output takes more, and to false when it has not for so long that nobody may be there. */
async function drained(output: Output): Promise<boolean> {
  if (!output.once) return true;
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), mostPatienceMs);
    output.once?.("drain", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Without a history a delivery has no id. */
function settledJson(delivery: Delivery): object {
  return { ...deliveryJson(delivery), id: delivery.id === "" ? null : delivery.id };
}
