import { caseId, groups, type CaseResult, type CaseVerdict, type Group } from "../../../check/case.ts";
import { xml } from "../reports/xml-text.ts";
import type { CheckReport } from "./reports.ts";

/**
 * JUnit XML as CI servers read it: one suite for each group. A warning is a passed case with its words on `system-out`.
 *
 * The elements and attributes are those of https://github.com/testmoapp/junitxml, which every consumer knows.
 */
export function junitReport({ url, results, summary }: CheckReport): string {
  // No `skipped` here: the schema of Jenkins' xUnit plugin has it on suites only.
  const counts = countsOf(results, summary.durationMs);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(`telepath-hooks check ${url}`)}" ${counts}>`,
    ...groups.flatMap((group) => suite(group, results)),
    "</testsuites>\n",
  ].join("\n");
}

function suite(group: Group, all: readonly CaseResult[]): string[] {
  const results = all.filter((result) => result.case.group === group);
  if (results.length === 0) return [];
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  const counts = `${countsOf(results, durationMs)} skipped="${countOf("skip", results)}"`;
  return [`  <testsuite name="${group}" ${counts}>`, ...results.map(testcase), "  </testsuite>"];
}

function countsOf(results: readonly CaseResult[], durationMs: number): string {
  const failures = countOf("fail", results);
  return `tests="${results.length}" failures="${failures}" errors="0" time="${seconds(durationMs)}"`;
}

function countOf(wanted: CaseVerdict, results: readonly CaseResult[]): number {
  return results.filter(({ verdict }) => verdict === wanted).length;
}

function testcase(result: CaseResult): string {
  const { case: each, durationMs } = result;
  const start = `    <testcase name="${xml(each.name)}" classname="${each.group}" time="${seconds(durationMs)}"`;
  const outcome = outcomeOf(result);
  return outcome === "" ? `${start}/>` : `${start}>\n      ${outcome}\n    </testcase>`;
}

function outcomeOf({ case: each, verdict, got, advice }: CaseResult): string {
  const details = xml(`sent: ${each.sends}`) + "\n" + xml(`expected: ${each.expected}`) + "\n" + xml(advice);
  switch (verdict) {
    case "pass":
      return "";
    case "skip":
      return `<skipped message="${xml(got)}"/>`;
    case "fail":
      return `<failure message="${xml(got)}" type="${xml(caseId(each))}">${details}</failure>`;
    case "warn":
      return `<system-out>${xml(`warning: ${got}`)}\n${details}</system-out>`;
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
