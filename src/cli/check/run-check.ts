import { setMaxListeners } from "node:events";
import type { CaseResult, CheckCase } from "../../check/case.ts";
import { Endpoint, type EndpointSettings } from "../../check/endpoint.ts";
import type { Counter } from "../../check/counter.ts";
import { parseTarget, targetUrl, type Target } from "../../delivery/target.ts";
import type { Transport } from "../../delivery/transport.ts";
import type { FixtureSource } from "../../fixtures/library.ts";
import type { Secret } from "../../model/secret.ts";
import type { CheckFlags } from "../commands/check.ts";
import type { Context } from "../context.ts";
import type { ReportDestination } from "../report-destination.ts";
import { historyFor } from "../requests/delivering.ts";
import type { Project } from "../settings/project.ts";
import { version } from "../version.ts";
import { createCheckView } from "../views/check/view.ts";

export interface CheckPlan {
  cases: readonly CheckCase[];
  target: Target;
  secret: Secret;
  fixtures: FixtureSource;
  project: Project;
  flags: CheckFlags;
  destination: ReportDestination | null;
}

/**
 * Runs the cases, draws them, and writes the report.
 *
 * @returns whether the endpoint keeps the contract
 * @throws TelepathError `PROBE_FAILED`
 */
export async function runCheck(plan: CheckPlan, context: Context): Promise<"yes" | "no"> {
  const { cases, target, project, flags, destination } = plan;
  const [{ createTransport }, { runCases }] = await Promise.all([
    import("../../delivery/undici.ts"),
    import("../../check/run.ts"),
  ]);
  const history = await historyFor(flags, project);
  const transport = createTransport({ connections: flags.concurrency });
  const startedAt = context.now();
  const results: CaseResult[] = [];
  const view = createCheckView(plan, context);
  try {
    const { now, interrupted } = context;
    setMaxListeners(0, interrupted); // every request under way listens
    const counter = await counterFor(flags, transport, interrupted, context);
    const endpoint = new Endpoint(settingsOf(plan), { transport, history, now, counter, interrupted });
    view.begin();
    const summary = await runCases(cases, endpoint, {
      interrupted,
      onStart: (each) => view.start(each),
      onResult: (result) => {
        results.push(result);
        view.result(result);
      },
    });
    view.summary(summary, results);
    if (interrupted.aborted) destination?.discard();
    else if (destination) {
      const { checkReports } = await import("../views/check/reports.ts");
      destination.keep(checkReports[destination.form]!({ url: targetUrl(target), startedAt, results, summary }));
    }
    return summary.failed > 0 || (flags.strict && summary.warned > 0) ? "no" : "yes";
  } finally {
    view.end();
    await transport.close();
    await history?.close();
  }
}

function settingsOf({ target, secret, fixtures, flags }: CheckPlan): EndpointSettings {
  const { timeout: timeoutMs, slow: slowMs, concurrency, header: headers = [] } = flags;
  return { target, secret, headers, timeoutMs, slowMs, concurrency, fixtures, userAgent: `telepath-hooks/${version}` };
}

/** Read once before anything is sent, so that one that does not work costs nothing. */
async function counterFor(
  flags: CheckFlags,
  transport: Transport,
  signal: AbortSignal,
  { cwd, env }: Context,
): Promise<Counter | null> {
  const { probeUrl, probeCommand } = flags;
  if (probeUrl === undefined && probeCommand === undefined) return null;
  const { commandCounter, urlCounter } = await import("../../check/counter.ts");
  const counter =
    probeUrl === undefined
      ? commandCounter(probeCommand!, { cwd, env: { ...env }, signal })
      : urlCounter(parseTarget(probeUrl), transport, signal);
  await counter.read();
  return counter;
}
