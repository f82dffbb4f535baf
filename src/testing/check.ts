import { caseId, type CaseVerdict, type Group } from "../check/case.ts";
import { allCases } from "../check/cases/index.ts";
import type { Endpoint } from "../check/endpoint.ts";
import { runCases, type CheckSummary } from "../check/run.ts";
import { TelepathError } from "../model/errors.ts";

export interface CheckOptions {
  /** Only these groups of cases. */
  groups?: readonly Group[];
  /** Only these cases, as `telepath-hooks check --list` names them. */
  cases?: readonly string[];
  /** Answers that take longer are a warning, in milliseconds; 2 s when left out. */
  slowMs?: number;
}

/** What the contract check found. */
export interface CheckOutcome {
  /** No case failed. */
  ok: boolean;
  summary: CheckSummary;
  cases: { id: string; verdict: CaseVerdict; expected: string; got: string; advice: string }[];
}

/**
 * Runs the cases that are asked for.
 *
 * @throws TelepathError `UNKNOWN_CASE`
 */
export async function checked(
  endpoint: Endpoint,
  { groups, cases }: Pick<CheckOptions, "groups" | "cases">,
  interrupted: AbortSignal,
): Promise<CheckOutcome> {
  const all = allCases({});
  const chosen =
    groups === undefined && cases === undefined
      ? all
      : all.filter((each) => groups?.includes(each.group) || cases?.includes(caseId(each)));
  const unknown = cases?.find((id) => !all.some((each) => caseId(each) === id));
  if (unknown !== undefined) {
    throw new TelepathError(
      "UNKNOWN_CASE",
      `there is no case ${JSON.stringify(unknown)}`,
      "telepath-hooks check --list",
    );
  }
  const found: CheckOutcome["cases"] = [];
  const summary = await runCases(chosen, endpoint, {
    interrupted,
    onResult: ({ case: each, verdict, got }) =>
      found.push({ id: caseId(each), verdict, expected: each.expected, got, advice: each.advice }),
  });
  return { ok: summary.failed === 0, summary, cases: found };
}
