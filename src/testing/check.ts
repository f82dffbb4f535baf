import { caseId, groups as allGroups, type CaseVerdict, type CheckCase, type Group } from "../check/case.ts";
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
 * @throws TelepathError `UNKNOWN_CASE`; `CLOSED` when it was interrupted, since a part of the cases proves nothing
 */
export async function checked(
  endpoint: Endpoint,
  options: Pick<CheckOptions, "groups" | "cases">,
): Promise<CheckOutcome> {
  const { interrupted } = endpoint;
  const found: CheckOutcome["cases"] = [];
  const summary = await runCases(chosenOf(options), endpoint, {
    interrupted,
    onResult: ({ case: each, verdict, got, advice }) =>
      found.push({ id: caseId(each), verdict, expected: each.expected, got, advice }),
  });
  requireOpen(interrupted);
  return { ok: summary.failed === 0, summary, cases: found };
}

/** @throws TelepathError `CLOSED`: what was broken off must not look like a result */
export function requireOpen(closing: AbortSignal): void {
  if (!closing.aborted) return;
  throw new TelepathError("CLOSED", "this Telepath was closed", "close it once the test has what it waits for");
}

function chosenOf({ groups, cases }: Pick<CheckOptions, "groups" | "cases">): CheckCase[] {
  const all = allCases({});
  requireKnown("group", groups, allGroups);
  requireKnown("case", cases, all.map(caseId));
  if (groups === undefined && cases === undefined) return all;
  return all.filter((each) => groups?.includes(each.group) || cases?.includes(caseId(each)));
}

/** A misspelt name must not pass for a check that found nothing. */
function requireKnown(what: string, names: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TelepathError(
    "UNKNOWN_CASE",
    `there is no ${what} ${JSON.stringify(unknown)}`,
    what === "group" ? `known: ${known.join(", ")}` : "telepath-hooks check --list",
  );
}
