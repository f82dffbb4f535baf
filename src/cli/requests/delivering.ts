import { maxConcurrency } from "../../contract/limits.ts";
import { deliverAll, deliverSequences, type BatchTerms, type Due } from "../../delivery/batch.ts";
import { wholeOf, type Waiting } from "../../delivery/attempts.ts";
import { deliver, type Draft } from "../../delivery/deliver.ts";
import { parseExpectation } from "../../delivery/expectation.ts";
import { createInsistence } from "../../delivery/insistence.ts";
import { createPace, type Pace } from "../../delivery/pace.ts";
import { createRetrying, type Retrying } from "../../delivery/retrying.ts";
import type { Summary } from "../../delivery/tally.ts";
import type { Transport } from "../../delivery/transport.ts";
import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { RetryPlan } from "../../model/retry.ts";
import { exitCodes, type Context } from "../context.ts";
import { narrate } from "../sending/narrate.ts";
import { openBatchView } from "../sending/open-view.ts";
import type { BatchView } from "../sending/view.ts";
import type { Project } from "../settings/project.ts";
import { counted, countText, sizeText } from "../views/text.ts";
import type { RequestFlags } from "./request-options.ts";
import { newHolder, processOf } from "./retry-holder.ts";

export interface DeliveringTerms<D extends Draft> {
  flags: RequestFlags;
  project: Project;
  /** Keeps the record; null with `--no-history`. The caller closes it. */
  history: History | null;
  /** How many there will be, when that is known: decides between lines and progress. */
  total: number;
  /** How what fails is tried again; null when it is not. */
  retry: RetryTerms | null;
  /** A word about a settled delivery, for its line and for `--json`. Without the draft when it was tried again. */
  verdict?: (delivery: Delivery, draft: D | null) => string | null | undefined;
}

export interface RetryTerms {
  plan: Omit<RetryPlan, "origin">;
  holder: string;
  /** What an earlier run left. */
  left: readonly Waiting[];
  /** How many of what is tried again are under way at once; as many as Telepath has, or `--concurrency` if more. */
  atOnce?: number;
}

/** The terms of a run that begins with nothing left of an earlier one. */
export function retryTerms(plan: Omit<RetryPlan, "origin"> | null, context: Context): RetryTerms | null {
  return plan && { plan, holder: newHolder(context.now()), left: [] };
}

/**
 * Makes the deliveries, draws each and their summary, and sets the exit code: 0 when all were answered as wished, 1
 * when one was not, 130 when interrupted.
 */
export async function deliverDrafts<D extends Draft>(
  drafts: Iterable<D>,
  terms: DeliveringTerms<D>,
  context: Context,
): Promise<void> {
  await delivering((batch) => deliverAll(drafts, batch), terms, context);
}

/** The same for calls whose deliveries are each due at their time; `--concurrency` counts calls. */
export async function deliverCalls<D extends Draft>(
  calls: Iterable<Iterable<Due<D>>>,
  terms: DeliveringTerms<D>,
  context: Context,
): Promise<void> {
  await delivering((batch) => deliverSequences(calls, batch), terms, context);
}

async function delivering<D extends Draft>(
  run: (batch: BatchTerms<D>) => Promise<Summary>,
  terms: DeliveringTerms<D>,
  context: Context,
): Promise<void> {
  const { flags, project, history, total } = terms;
  if (terms.retry) context.outlivesOutput = true; // what is under way is put on record, and what waits is told of
  const { createTransport } = await import("../../delivery/undici.ts");
  const againConcurrency = terms.retry?.atOnce ?? Math.max(flags.concurrency, maxConcurrency);
  const transport = createTransport({ connections: flags.concurrency + (terms.retry ? againConcurrency : 0) });
  const trouble: { view?: BatchView } = {};
  const retrying = retryingFor(terms, transport, (message) => trouble.view?.note(message), context);
  const view = openBatchView({ total, flags, retrying, history }, context);
  trouble.view = view;
  const pace = flags.rate === undefined ? undefined : createPace(flags.rate);
  let summary: Summary;
  try {
    summary = await run(batchTerms(terms, { transport, view, retrying, pace, againConcurrency }, context));
  } finally {
    await view.end();
    await transport.close();
    if (terms.retry) await release(history, terms.retry.holder);
  }
  view.summary(summary);
  const notBegun = terms.total - summary.deliveries;
  if (context.interrupted.aborted && notBegun > 0) {
    narrate(context, `stopped: ${countText(notBegun)} of ${counted(total, "delivery", "deliveries")} were not begun`);
  }
  if (pace && flags.rate !== undefined) tellOfRate(pace, flags.rate, context);
  if (history) await prune(history, project, context);
  if (summary.failed > 0) context.exitCode = exitCodes.no;
  if (context.interrupted.aborted) context.exitCode = exitCodes.interrupted;
}

function retryingFor<D extends Draft>(
  { retry, history }: DeliveringTerms<D>,
  transport: Transport,
  note: (message: string) => void,
  { now }: Context,
): Retrying | null {
  if (!retry) return null;
  const insist = createInsistence({
    began: ({ message }) => note(`${message}; what was answered waits until it can be put on record`),
    ended: () => note("the history can be written again, and all that was answered is on record"),
  });
  return createRetrying(retry.plan, { transport, history, holder: retry.holder, now, insist }, retry.left);
}

interface Tools {
  transport: Transport;
  view: BatchView;
  retrying: Retrying | null;
  pace: Pace | undefined;
  againConcurrency: number;
}

function batchTerms<D extends Draft>(
  { flags, history, verdict }: DeliveringTerms<D>,
  { transport, view, retrying, pace, againConcurrency }: Tools,
  { now, interrupted }: Context,
): BatchTerms<D> {
  const attempt = { transport, history, expects: parseExpectation(flags.expect), timeoutMs: flags.timeout, now };
  return {
    concurrency: flags.concurrency,
    againConcurrency,
    interrupted,
    pace,
    retrying: retrying ?? undefined,
    deliver: (draft, signal) => deliver(draft, attempt, signal),
    onSettled: (delivery, draft, plan) =>
      view.delivery(delivery, { verdict: verdict?.(delivery, draft), expected: plan?.expected ?? flags.expect }),
    onWaiting: (waiting, delivery) => view.waiting(waiting, delivery),
    onLost: (waiting) => view.note(lostText(waiting, history)),
  };
}

function lostText(waiting: Waiting, history: History | null): string {
  const { id } = waiting;
  const another = history?.retryOf(id);
  if (another) {
    return `${id} was to be tried again, and another run has taken it over (process ${processOf(another.holder)})`;
  }
  const isSettled = wholeOf(waiting, history) !== null;
  return `${id} was to be tried again and is ${isSettled ? "settled by another run" : "not in the history any more"}`;
}

/** So that whoever resumes need not find out that this run is over. What stays is found out when this fails. */
async function release(history: History | null, holder: string): Promise<void> {
  await history?.releaseRetries(holder).catch(() => {});
}

/** The most of the time that may be lost before a word is said. */
const lostShare = 0.05;

function tellOfRate(pace: Pace, rate: number, context: Context): void {
  const went = pace.summary();
  if (went === null || went.lostShare < lostShare) return;
  const [wished, were] = [rate, went.perSecond].map((perSecond) => countText(Math.round(perSecond * 10) / 10));
  narrate(
    context,
    `--rate of ${wished} a second was not reached: ${were} a second were begun`,
    "  raise --concurrency, or the app answers no faster",
  );
}

async function prune(history: History, { retention }: Project, context: Context): Promise<void> {
  const dropped = await history.prune(retention, context.now());
  if (dropped.deliveries === 0) return;
  const what = counted(dropped.deliveries, "old delivery", "old deliveries");
  context.stderr.write(`dropped ${what} (${sizeText(dropped.bytes)}) from the history, as keep says\n`);
}

/** Opens the history unless `--no-history` was given. */
export async function historyFor(flags: { history: boolean }, project: Project): Promise<History | null> {
  if (!flags.history) return null;
  const { openHistory } = await import("../../history/sqlite.ts");
  return openHistory(project.dataDir);
}
