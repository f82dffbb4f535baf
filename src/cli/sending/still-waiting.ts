import type { Context } from "../context.ts";
import { counted, countText } from "../views/text.ts";
import type { Style } from "../views/style.ts";
import { inText, waitingRows } from "../views/waiting.ts";
import { narrate } from "./narrate.ts";
import type { BatchTerms } from "./view.ts";

const mostRows = 10;

/** Draws those that still wait for an attempt at the end of a run that was stopped, and says what goes on with them. */
export function tellOfWaiting(terms: BatchTerms, style: Style, context: Context): void {
  const queue = terms.retrying?.queue;
  if (!queue || queue.size === 0) return;
  const { stdout, now } = context;
  const soonest = queue.soonest(mostRows).map((waiting) => ({ waiting, isTrying: false }));
  const rows = waitingRows(soonest, { now: now(), isLive: false }, style);
  const more = queue.size - rows.length;
  if (more > 0) rows.push(style.faint(`  … and ${countText(more)} more`));
  stdout.write(`${rows.join("\n")}\n`);
  narrateWaiting(terms, context);
}

/** Says on stderr how many still wait, and what goes on with them. */
export function narrateWaiting({ retrying, history }: BatchTerms, context: Context): void {
  const queue = retrying?.queue;
  const [first] = queue?.soonest(1) ?? [];
  if (!queue || !first) return;
  const verb = queue.size === 1 ? "is" : "are";
  const next = inText(first.dueAt - context.now());
  narrate(
    context,
    `${counted(queue.size, "delivery", "deliveries")} ${verb} yet to be tried again, the first ${next}`,
    history ? "  telepath-hooks send --resume goes on with them" : "  without a history nothing can go on with them",
  );
}
