import { Command, Option } from "commander";
import type { History } from "../../history/store.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import { deliverCalls, deliverDrafts, retryTerms } from "../requests/delivering.ts";
import { printRequests } from "../requests/dry-run.ts";
import { filterOptions, filterOf, type FilterFlags } from "../filters.ts";
import { readInput } from "../input.ts";
import { commonOptions, secretOptions, type SecretFlags } from "../options.ts";
import { overrideOptions, overridesOf, type OverrideFlags } from "../requests/override-options.ts";
import { keptTiming } from "../requests/kept-timing.ts";
import { findProject, type Project } from "../settings/project.ts";
import { replayDraft, targetRule, type ReplayDraft, type ReplayTerms } from "../requests/replay-drafts.ts";
import {
  dumpedOriginals,
  filteredOriginals,
  isDump,
  recordedOriginal,
  type Original,
} from "../requests/replay-originals.ts";
import { replayVerdict } from "../requests/replay-verdict.ts";
import { checkRequestFlags, requestOptions, usage, type RequestFlags } from "../requests/request-options.ts";
import { retries, retryOptions, retryPlan, type RetryFlags } from "../requests/retry-options.ts";
import { findSecrets, knownSecrets } from "../settings/secrets.ts";
import { safeText } from "../views/text.ts";

interface ReplayFlags extends RequestFlags, RetryFlags, OverrideFlags, FilterFlags, SecretFlags {
  data?: string;
  resign?: boolean;
  keepTiming?: boolean;
}

export function replayCommand(context: Context): Command {
  return commonOptions(secretOptions(filterOptions(replayOptions(requestOptions(new Command("replay"))), context)))
    .summary("deliver again what was received or sent")
    .description(
      "Delivers again: the same method, headers and bytes, but for Host, which names the new target, and the framing. " +
        "Changing the body signs it anew. The original record stays as it is; a replay is a delivery of its own.\n\n" +
        "Without --to or --port, what was sent goes where it went; what was received goes to what a running listen " +
        "forwards to, else where it went last, else, as a dump does, to the configured app or http://localhost:3000.",
    )
    .argument("[what...]", "ids (4 characters of the start or end will do), last, last-failed, or dump files")
    .addHelpText("after", examples)
    .action((what: string[], flags: ReplayFlags) => replayAction(what, flags, context));
}

const examples = `
Examples:
  telepath-hooks replay last                           the newest
  telepath-hooks replay --outcome failed --since 1h    what failed lately
  telepath-hooks replay 7Q2M --set duration_seconds=0  changed, signed anew
  telepath-hooks replay request.har --port 3000        from a dump
  telepath-hooks replay --since 10m --keep-timing --speed 10x
  telepath-hooks replay last-failed --retry            until it is taken
  telepath-hooks replay last --dry-run --as curl       to paste
`;

function replayOptions(command: Command): Command {
  return overrideOptions(retryOptions(command, "--keep-timing and --retry are"))
    .addOption(new Option("--data <file>", "send these bytes as the body, - for standard input; signs anew"))
    .addOption(new Option("--keep-timing", "with as much time between them as there was; --speed shortens it"))
    .addOption(new Option("--resign", "sign anew, with the secret of this project"));
}

async function replayAction(what: readonly string[], flags: ReplayFlags, context: Context): Promise<void> {
  checkRequestFlags(flags);
  checkTimingFlags(flags);
  checkStandardInput(what, flags);
  const project = findProject(context, flags);
  const terms = await replayTerms(flags, project, context);
  const { openHistory } = await import("../../history/sqlite.ts");
  const opened = await openHistory(project.dataDir);
  try {
    const { drafts, total } = await draftsOf(what, flags, terms, opened, context);
    if (flags.dryRun) return printRequests(drafts, flags, context);
    const history = flags.history ? opened : null;
    const retry = retryTerms(retryPlan(flags), context);
    const verdict = replayVerdict(opened);
    const delivering = { flags, project, history, total, retry, verdict };
    if (flags.keepTiming) await deliverCalls([keptTiming(drafts, flags.speed ?? 1)], delivering, context);
    else await deliverDrafts(drafts, delivering, context);
  } finally {
    await opened.close();
  }
}

async function replayTerms(flags: ReplayFlags, project: Project, context: Context): Promise<ReplayTerms> {
  const overrides = overridesOf(flags);
  if (flags.data !== undefined && overrides.length > 0) {
    throw usage(
      "--data is the body as it is to be, so there is nothing to set",
      "leave out --data, or --set and --unset",
    );
  }
  const targetOf = targetRule(flags, project, (url, because) => {
    context.stderr.write(`replaying to ${safeText(url)} (${because})\n`);
  });
  const data = flags.data === undefined ? null : await readInput(flags.data, "the data", context);
  const changed = data !== null || overrides.length > 0;
  const resign = changed || flags.resign ? (await findSecrets(context, project, flags)).signing : null;
  if (resign) {
    const why = changed ? "the body is changed, so it is signed anew" : "signed anew";
    context.stderr.write(`${why} with ${safeText(resign.name)}\n`);
  }
  const secrets = resign ? [resign] : await knownSecrets(context, project, flags);
  return { overrides, data, resign, headers: flags.header ?? [], secrets, targetOf };
}

interface Drafts {
  drafts: Iterable<ReplayDraft>;
  total: number;
}

async function draftsOf(
  what: readonly string[],
  flags: ReplayFlags,
  terms: ReplayTerms,
  history: History,
  context: Context,
): Promise<Drafts> {
  const filter = filterOf(flags);
  const isFiltered = Object.keys(filter).length > 0;
  if (what.length > 0 && isFiltered) {
    throw usage("replay takes names or filters, not both", "leave out the ids, or the filters");
  }
  if (isFiltered) {
    const { total, originals } = filteredOriginals(filter, history);
    if (total === 0) context.stderr.write("no delivery matches\n");
    return { total, drafts: wholeDrafts(originals, terms, context) };
  }
  if (what.length === 0) {
    throw usage(
      "replay needs to know what: an id, last, last-failed, a dump file, or a filter",
      "telepath-hooks log lists the deliveries on record",
    );
  }
  const drafts: ReplayDraft[] = [];
  for (const argument of what) {
    const originals = isDump(argument, context)
      ? await dumpedOriginals(argument, context)
      : [recordedOriginal(argument, history)];
    for (const original of originals) drafts.push(replayDraft(original, terms));
  }
  return { total: drafts.length, drafts };
}

/** Of many, one that cannot be replayed is passed over with a line; named by itself, it is an error. */
function* wholeDrafts(originals: Iterable<Original>, terms: ReplayTerms, context: Context): Generator<ReplayDraft> {
  for (const original of originals) {
    const draft = draftOrReason(original, terms);
    if (typeof draft === "string") context.stderr.write(`skipped: ${safeText(draft)}\n`);
    else yield draft;
  }
}

function draftOrReason(original: Original, terms: ReplayTerms): ReplayDraft | string {
  try {
    return replayDraft(original, terms);
  } catch (error) {
    if (error instanceof TelepathError) return error.message;
    throw error;
  }
}

function checkTimingFlags({ speed, keepTiming, concurrency, ...flags }: ReplayFlags): void {
  if (speed !== undefined && !keepTiming && !retries(flags)) {
    throw usage("--speed goes with --keep-timing or --retry", "add one of them");
  }
  if (keepTiming && concurrency > 1) {
    throw usage("--keep-timing makes one after the other, so --concurrency has no effect", "leave out one of them");
  }
}

function checkStandardInput(what: readonly string[], flags: ReplayFlags): void {
  const readers = [...what, flags.data, ...(flags.secretFile ?? [])].filter((path) => path === "-");
  if (readers.length > 1) throw usage("standard input can be read only once", "give all but one of them a file");
}
