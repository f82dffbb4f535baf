import { setImmediate as nextTurn } from "node:timers/promises";
import { Command } from "commander";
import type { Filter } from "../../history/query.ts";
import type { History } from "../../history/store.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { filterOf, filterOptions, type FilterFlags } from "../filters.ts";
import { createHealth, type Health } from "../health.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { rewrittenLine } from "../screen/rewritten-line.ts";
import { findProject } from "../settings/project.ts";
import { statusJson, statusText, type Window } from "../views/status.ts";
import { styleFor } from "../views/style.ts";
import { countText } from "../views/text.ts";

interface StatusFlags extends CommonFlags, FilterFlags {}

export function statusCommand(context: Context): Command {
  return commonOptions(filterOptions(new Command("status"), context))
    .summary("delivery health and metrics")
    .description(
      "Says how deliveries go: each endpoint, how many were sent and how many arrived, how long that took, what " +
        "failed, by event and over time. Of the last 24 hours, unless --since or --until says otherwise. It reports, " +
        "and exits 0 whatever it has to report.",
    )
    .addHelpText("after", examples)
    .action((flags: StatusFlags) => statusAction(flags, context));
}

const examples = `
Examples:
  telepath-hooks status                              the last 24 hours
  telepath-hooks status --since 1h --event 'call.*'
  telepath-hooks status --json | jq 'select(.type == "summary").successRate'

✅ all recent events delivered  ⚠️ some failed  ❌ the newest had no answer
`;

const usualSpanMs = 24 * 3_600_000;

async function statusAction(flags: StatusFlags, context: Context): Promise<void> {
  const project = findProject(context, flags);
  const now = context.now();
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  try {
    const asked = filterOf(flags);
    const since = asked.since ?? (asked.until === undefined ? now - usualSpanMs : undefined);
    const filter = { ...asked, ...(since !== undefined && { since }) };
    const window = windowOf(history.span(), filter, now);
    const health = await healthOf(history, filter, window, context);
    if (context.interrupted.aborted) context.exitCode = exitCodes.interrupted;
    else if (health.deliveries > 0 || flags.json) show(health, window, flags, context);
    else context.stderr.write(`${nothing(history, flags)}\n`);
  } finally {
    await history.close();
  }
}

/** The time between what was asked for and what there is. */
function windowOf(
  span: ReturnType<History["span"]>,
  { since = -Infinity, until = Infinity }: Filter,
  now: number,
): Window {
  const { oldest, newest } = span ?? { oldest: now - usualSpanMs, newest: now };
  const to = Math.min(until, Math.max(now, newest));
  const from = Math.min(Math.max(since, oldest), to);
  return { from, to, now, bucketMs: bucketFor(to - from) };
}

const second = 1000;
const [minute, hour, day] = [60 * second, 3600 * second, 86_400 * second];
const widths = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 30].map((count) => count * day),
];
/** A chart of so many columns fits 80 beside its name and its scale. */
const mostColumns = 40;

/** How much time a column stands for: a round length. */
function bucketFor(spanMs: number): number {
  return widths.find((width) => spanMs / width < mostColumns - 1) ?? Math.ceil(spanMs / mostColumns / day) * day;
}

async function healthOf(history: History, filter: Filter, window: Window, context: Context): Promise<Health> {
  const health = createHealth();
  const progress = createProgress(context);
  for (const part of history.counts(filter, window.bucketMs)) {
    for (const count of part) {
      health.add(count);
      progress.add(count.deliveries);
    }
    await nextTurn(); // lets a Ctrl-C be heard
    if (context.interrupted.aborted) break;
  }
  progress.clear();
  return health.health();
}

const redrawMs = 200;

/** One rewritten line on stderr where there is a terminal, once it takes long. */
function createProgress({ stderr }: Context): { add: (deliveries: number) => void; clear: () => void } {
  let [counted, drawnAt] = [0, performance.now()];
  const line = rewrittenLine(stderr);
  return {
    add(deliveries) {
      counted += deliveries;
      if (stderr.isTTY !== true || performance.now() - drawnAt < redrawMs) return;
      drawnAt = performance.now();
      line.draw(`${countText(counted)} deliveries counted`);
    },
    clear: () => line.clear(),
  };
}

function show(health: Health, window: Window, flags: StatusFlags, context: Context): void {
  if (flags.json) for (const object of statusJson(health, window)) writeJson(context, object);
  else context.stdout.write(statusText(health, window, styleFor(context.stdout, context, flags)));
}

function nothing(history: History, flags: StatusFlags): string {
  if (history.span() === null)
    return "nothing on record yet: telepath-hooks listen receives, telepath-hooks send sends";
  if (Object.keys(filterOf(flags)).length > 0) return "no delivery matches";
  return "nothing in the last 24 hours; --since 30d looks further back";
}
