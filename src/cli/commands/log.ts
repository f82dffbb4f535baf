import { setImmediate as nextTurn } from "node:timers/promises";
import { Command, Option } from "commander";
import { eventTypes, knownEventType } from "../../contract/event-types.ts";
import type { Filter } from "../../history/query.ts";
import type { History } from "../../history/store.ts";
import { exitCodes, writeJson, type Context } from "../context.ts";
import { filterOf, filterOptions, type FilterFlags } from "../filters.ts";
import { followDeliveries, type Show } from "../follow.ts";
import { commonOptions, type CommonFlags } from "../options.ts";
import { findProject } from "../settings/project.ts";
import { suggestion } from "../suggest.ts";
import { deliveryJson } from "../views/delivery.ts";
import { createLogView } from "../views/log.ts";
import { styleFor } from "../views/style.ts";

interface LogFlags extends CommonFlags, FilterFlags {
  follow?: boolean;
}

/** How many are listed when `--limit` does not say. */
const usualLimit = 50;

export function logCommand(context: Context): Command {
  return commonOptions(filterOptions(new Command("log"), context))
    .summary("list deliveries, and follow them")
    .description(
      `Lists what was received and sent, newest last: the newest ${usualLimit}, unless --limit says otherwise.`,
    )
    .addOption(new Option("-f, --follow", "go on with what comes, until Ctrl-C"))
    .addHelpText("after", examples)
    .action((flags: LogFlags) => logAction(flags, context));
}

const examples = `
Examples:
  telepath-hooks log                              the newest
  telepath-hooks log --outcome failed --since 1h  what failed lately
  telepath-hooks log --event 'call.*' --where 'duration_seconds>30'
  telepath-hooks log --follow --json | jq .event  as they come

← received  → sent  ↻ sent again  + read from a dump
`;

async function logAction(flags: LogFlags, context: Context): Promise<void> {
  const project = findProject(context, flags);
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  try {
    const filter = filterOf(flags);
    const view = createLogView(context.now(), styleFor(context.stdout, context, flags));
    const show: Show = (delivery) => {
      if (flags.json) writeJson(context, deliveryJson(delivery));
      else context.stdout.write(view(delivery));
    };
    if (flags.follow) await followDeliveries(history, { limit: usualLimit, ...filter }, show, context.interrupted);
    else await list(history, filter, show, flags, context);
  } finally {
    await history.close();
  }
  if (context.interrupted.aborted) context.exitCode = exitCodes.interrupted;
}

async function list(history: History, filter: Filter, show: Show, flags: LogFlags, context: Context): Promise<void> {
  const { limit = usualLimit } = filter;
  let shown = 0;
  let oldest: string | undefined;
  for (const delivery of history.find({ ...filter, limit })) {
    show(delivery);
    oldest ??= delivery.id;
    shown += 1;
    if (shown % 100 === 0) await nextTurn(); // lets a Ctrl-C or a closed pipe be heard
    if (context.interrupted.aborted) return;
  }
  if (shown === 0) context.stderr.write(`${nothingFound(flags)}\n`);
  if (flags.limit === undefined && shown === limit && isMore(history, filter, limit, oldest)) {
    context.stderr.write(`these are the newest ${limit}; --limit or a filter such as --since 1h shows others\n`);
  }
}

function isMore(history: History, filter: Filter, limit: number, oldest: string | undefined): boolean {
  const [first] = history.find({ ...filter, limit: limit + 1 });
  return first?.id !== oldest;
}

function nothingFound({ event, ...flags }: LogFlags): string {
  const isFiltered = Object.keys(filterOf({ ...flags, ...(event !== undefined && { event }) })).length > 0;
  if (!isFiltered) return "nothing on record yet: telepath-hooks listen receives, telepath-hooks send sends";
  const isTypo = event !== undefined && !/[*?]/.test(event) && knownEventType(event) === undefined;
  const hint = isTypo ? suggestion(event, eventTypes) : undefined;
  return hint === undefined ? "no delivery matches" : `no delivery matches; ${hint}`;
}
