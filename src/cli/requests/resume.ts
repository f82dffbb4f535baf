import type { Command } from "commander";
import { maxConcurrency } from "../../contract/limits.ts";
import type { Waiting } from "../../delivery/attempts.ts";
import { parseExpectation } from "../../delivery/expectation.ts";
import type { History, PendingRetry, RetryHolder } from "../../history/store.ts";
import type { RetryPlan } from "../../model/retry.ts";
import type { Context } from "../context.ts";
import { narrate } from "../sending/narrate.ts";
import { givenTarget } from "../settings/default-target.ts";
import type { Project } from "../settings/project.ts";
import { counted, safeText } from "../views/text.ts";
import { spanText } from "../views/waiting.ts";
import { deliverDrafts } from "./delivering.ts";
import { replayVerdict } from "./replay-verdict.ts";
import { usage } from "./request-options.ts";
import { elsewhere, isAtWork, newHolder, processOf, untilWhen } from "./retry-holder.ts";
import type { SendFlags } from "./send-work.ts";

/** What may be given with `--resume`: all else was settled when the deliveries were begun. */
const free = new Set(["resume", "retry", "speed", "concurrency", "rate", "to", "port", "json", "color", "dataDir"]);

/**
 * The flags of `--resume`. As many are under way as Telepath has, unless `--concurrency` says otherwise: no order is to
 * be kept any more, and each is to be on time.
 *
 * @throws TelepathError `USAGE` for what would change a delivery that was begun
 */
export function resumeFlags(typed: readonly string[], flags: SendFlags, command: Command): SendFlags {
  if (typed.length > 0) throw usage("--resume sends nothing new, and the arguments name events", "leave out one");
  for (const option of command.options) {
    const name = option.attributeName();
    if (free.has(name) || command.getOptionValueSource(name) !== "cli") continue;
    if (name === "dryRun") {
      throw usage(
        "--resume sends what is on record, and --dry-run sends nothing",
        "telepath-hooks log --outcome pending lists it",
      );
    }
    if (name === "history") {
      throw usage("--resume goes on with what is on record, and --no-history keeps none", "leave out --no-history");
    }
    throw usage(
      `--resume goes on as it was begun, so ${option.long} has nothing to change`,
      `leave out ${option.long}`,
    );
  }
  const isTyped = command.getOptionValueSource("concurrency") === "cli";
  return { ...flags, concurrency: isTyped ? flags.concurrency : maxConcurrency };
}

/**
 * Goes on with the deliveries of this project that are yet to be tried: those of `send` and `replay` runs that were
 * stopped or killed. What a run that is still at work has is left to it.
 */
export async function resume(flags: SendFlags, project: Project, context: Context): Promise<void> {
  const { openHistory } = await import("../../history/sqlite.ts");
  const history = await openHistory(project.dataDir);
  try {
    const holder = newHolder(context.now());
    const wasKilled = history
      .retryHolders()
      .some((one) => processOf(one.holder) !== null && !isAtWork(one, context.now()));
    const left = sound(await taken(history, holder, replanFor(flags, project), context), context);
    tell(left, history, context);
    if (wasKilled && left.length > 0) narrate(context, ...killedText);
    const retry = {
      plan: { delaysMs: [], timeoutMs: flags.timeout, expected: flags.expect },
      holder,
      left: left.map(waitingOf),
      atOnce: flags.concurrency,
    };
    const verdict = replayVerdict(history);
    await deliverDrafts([], { flags, project, history, total: left.length, retry, verdict }, context);
  } finally {
    await history.close();
  }
}

type Replan = (plan: RetryPlan) => RetryPlan;

/** What `--speed`, `--to` and `--port` change of how it was begun; null when nothing. */
function replanFor({ speed, ...flags }: SendFlags, project: Project): Replan | null {
  const to = givenTarget(flags, project);
  if (speed === undefined && to === undefined) return null;
  const scale = speed === undefined ? {} : { scale: 1 / speed };
  if (to === undefined) return (plan) => ({ ...plan, ...scale });
  // A port alone says nothing of a path, nor does a URL without one.
  const target = flags.to === undefined || to.target === "/" ? null : to.target;
  return (plan) => ({ ...plan, ...scale, origin: to.origin, instead: { host: to.host, target } });
}

/** What is left, with this run as the one to make the attempts. */
async function taken(
  history: History,
  holder: string,
  replan: Replan | null,
  { now }: Context,
): Promise<PendingRetry[]> {
  const left = await history.takeRetries(holder, (one) => isAtWork(one, now()));
  if (replan === null || left.length === 0) return left;
  return await history.replanRetries(holder, replan, now());
}

function tell(left: readonly Sound[], history: History, context: Context): void {
  const now = context.now();
  const others = history.retryHolders().filter((one) => isAtWork(one, now) && !isOurs(one));
  const what =
    left.length === 0
      ? "nothing is left to be tried again"
      : `going on with ${counted(left.length, "delivery", "deliveries")} to ${placesText(left)}`;
  narrate(context, what, ...others.map((one) => `  ${otherText(one, now)}`));
}

/** An answer that was not on record yet went with the process. Telepath too sends again what it has no answer to. */
const killedText = [
  "note  a run before ended without leaving them: what it had under way may come a second time",
  "  an endpoint knows it again by its event and call id",
];

const mostPlaces = 3;

/** Where they go is on record, and nobody typed it just now: a project that came from elsewhere may bring its own. */
function placesText(left: readonly Sound[]): string {
  const origins = [...new Set(left.map(({ plan }) => plan.origin))];
  const shown = origins.slice(0, mostPlaces).map(safeText);
  const more = origins.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${counted(more, "more place")}` : "");
}

/** Several runs may be in one process: then each knows of its own. */
function isOurs({ holder }: RetryHolder): boolean {
  return processOf(holder) === process.pid && elsewhere(holder) === null;
}

function otherText({ holder, deliveries, lastDueAt }: RetryHolder, now: number): string {
  const belong = `${counted(deliveries, "delivery", "deliveries")} ${deliveries === 1 ? "belongs" : "belong"} to a run`;
  const where = elsewhere(holder);
  const process_ = `process ${processOf(holder)}`;
  if (where === null) return `${belong} that is still at work (${process_})`;
  const rest = spanText(untilWhen(lastDueAt) - now);
  return `${belong} elsewhere (${safeText(where)}, ${process_}), which cannot be seen from here; --resume takes over in ${rest}`;
}

type Sound = PendingRetry & { plan: RetryPlan };

/** Those whose plan says what to do. The others are passed over, with a word: they stay on record. */
function sound(left: readonly PendingRetry[], context: Context): Sound[] {
  const found = left.filter((one): one is Sound => one.plan !== null && isExpectation(one.plan.expected));
  const broken = left.length - found.length;
  if (broken > 0) {
    narrate(
      context,
      `note  the history does not say how to go on with ${counted(broken, "delivery", "deliveries")}: passed over`,
      "  telepath-hooks replay --outcome pending sends anew",
    );
  }
  return found;
}

function isExpectation(text: string): boolean {
  try {
    parseExpectation(text);
    return true;
  } catch {
    return false;
  }
}

function waitingOf({ id, event, callId, made, last, plan, dueAt }: Sound, nth: number): Waiting {
  return { id, plan, nth, dueAt, event, callId, made, last, kept: null };
}
