import { deliverAll, deliverSequences, type BatchTerms, type Due } from "../../delivery/batch.ts";
import { deliver, type Draft } from "../../delivery/deliver.ts";
import type { Expectation } from "../../delivery/expectation.ts";
import type { Summary } from "../../delivery/tally.ts";
import type { History } from "../../history/store.ts";
import type { Delivery } from "../../model/delivery.ts";
import { exitCodes, type Context } from "../context.ts";
import type { Project } from "../settings/project.ts";
import type { RequestFlags } from "./request-options.ts";
import { createBatchView } from "../views/batch.ts";
import { counted, sizeText } from "../views/text.ts";

export interface DeliveringTerms<D extends Draft> {
  flags: RequestFlags;
  project: Project;
  expects: Expectation;
  /** Keeps the record; null with `--no-history`. The caller closes it. */
  history: History | null;
  /** How many there will be, when that is known: decides between lines and progress. */
  total: number;
  /** A word about a settled delivery, for its line and for `--json`. */
  verdict?: (delivery: Delivery, draft: D) => string | null;
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
  calls: Iterable<readonly Due<D>[]>,
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
  const { flags, project, history } = terms;
  const { createTransport } = await import("../../delivery/undici.ts");
  const transport = createTransport({ connections: flags.concurrency });
  const view = createBatchView(terms.total, flags, context);
  let summary: Summary;
  try {
    const { expects } = terms;
    const { now, interrupted } = context;
    summary = await run({
      concurrency: flags.concurrency,
      interrupted,
      deliver: (draft, signal) =>
        deliver(draft, { transport, history, expects, timeoutMs: flags.timeout, now }, signal),
      onSettled: (delivery, draft) => view.delivery(delivery, terms.verdict?.(delivery, draft)),
    });
  } finally {
    view.end();
    await transport.close();
  }
  view.summary(summary);
  if (history) await prune(history, project, context);
  if (summary.failed > 0) context.exitCode = exitCodes.no;
  if (context.interrupted.aborted) context.exitCode = exitCodes.interrupted;
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
