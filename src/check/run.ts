import { caseId, type CaseResult, type CaseVerdict, type CheckCase, type Finding } from "./case.ts";
import type { Endpoint } from "./endpoint.ts";

/** How many cases ended how; `--json` shows it as it is. */
export interface CheckSummary {
  cases: number;
  passed: number;
  failed: number;
  warned: number;
  skipped: number;
  durationMs: number;
}

export interface RunTools {
  /** Hears of every case as it ends. */
  onResult: (result: CaseResult) => void;
  /** Hears of every case as it begins. */
  onStart?: (each: CheckCase) => void;
  /** No further case from then on. */
  interrupted: AbortSignal;
}

/** So long a development server may take to start again after a crash. */
const restartMs = 3000;

/**
 * Runs the cases one after the other. A case is skipped when one that it rests on has failed, and when the endpoint
 * has stopped listening: then only the case at which that happened has failed.
 *
 * @throws TelepathError `PROBE_FAILED` when the user's counter cannot be read
 */
export async function runCases(
  cases: readonly CheckCase[],
  endpoint: Endpoint,
  { onResult, onStart, interrupted }: RunTools,
): Promise<CheckSummary> {
  const start = performance.now();
  const counts: Record<CaseVerdict, number> = { pass: 0, fail: 0, warn: 0, skip: 0 };
  /** Cases that prove nothing, each with the one that failed first. */
  const unproven = new Map<string, string>();
  let stoppedAt: string | null = null;

  for (const each of cases) {
    if (interrupted.aborted) break;
    onStart?.(each);
    const began = performance.now();
    const reason = stoppedAt === null ? missing(each, unproven) : `the endpoint stopped listening at ${stoppedAt}`;
    const finding = reason === null ? await each.run(endpoint).catch(unless(interrupted)) : skipped(reason);
    if (finding === null || interrupted.aborted) break; // what was aborted says nothing of the endpoint
    const alive = finding.verdict !== "fail" || (await endpoint.listens(restartMs));
    if (!alive) stoppedAt = caseId(each);
    const final = alive ? finding : { ...finding, got: `${finding.got}; nothing listens there any more` };
    if (final.verdict === "fail" || reason !== null) unproven.set(caseId(each), rootOf(each, unproven) ?? caseId(each));
    counts[final.verdict] += 1;
    onResult({ advice: each.advice, ...final, case: each, durationMs: performance.now() - began });
  }
  const { pass, fail, warn, skip } = counts;
  return {
    cases: pass + fail + warn + skip,
    passed: pass,
    failed: fail,
    warned: warn,
    skipped: skip,
    durationMs: Math.round(performance.now() - start),
  };
}

/** What a case throws is thrown, but for what an interruption broke off. */
function unless(interrupted: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (interrupted.aborted) return null;
    throw error;
  };
}

/** Why nothing can be learnt from this case; null when it can. */
function missing(each: CheckCase, unproven: ReadonlyMap<string, string>): string | null {
  const root = rootOf(each, unproven);
  return root === undefined ? null : `nothing to learn here while ${root} fails`;
}

/** The case whose failure this one's rests on, be it by way of others. */
function rootOf({ requires = [] }: CheckCase, unproven: ReadonlyMap<string, string>): string | undefined {
  return requires.map((id) => unproven.get(id)).find((root) => root !== undefined);
}

function skipped(reason: string): Finding {
  return { verdict: "skip", got: reason, deliveryIds: [] };
}
