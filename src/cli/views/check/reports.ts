import type { CaseResult } from "../../../check/case.ts";
import type { CheckSummary } from "../../../check/run.ts";
import { htmlReport } from "./html.ts";
import { junitReport } from "./junit.ts";
import { markdownReport } from "./markdown.ts";
import { caseJson } from "./text.ts";

/** A whole run, for a report. */
export interface CheckReport {
  /** The endpoint, as a URL. */
  url: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  results: readonly CaseResult[];
  summary: CheckSummary;
}

/** The forms of `--report`. */
export const checkReports: Readonly<Record<string, (report: CheckReport) => string>> = {
  junit: junitReport,
  json: jsonReport,
  markdown: markdownReport,
  html: htmlReport,
};

/** One JSON object with what `--json` prints as lines. */
function jsonReport({ url, startedAt, results, summary }: CheckReport): string {
  const at = new Date(startedAt).toISOString();
  return `${JSON.stringify({ url, startedAt: at, cases: results.map(caseJson), summary }, null, 2)}\n`;
}
