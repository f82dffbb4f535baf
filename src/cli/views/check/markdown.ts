import { caseId } from "../../../check/case.ts";
import { markdown, tableRow } from "../reports/markdown-text.ts";
import type { CheckReport } from "./reports.ts";
import { summaryWords, verdictMarks } from "./words.ts";

/** A Markdown table for a pull request or a ticket, and below it how to mend what did not pass. */
export function markdownReport({ url, results, summary }: CheckReport): string {
  const rows = results.map(({ case: each, verdict, got }) =>
    tableRow([`${verdictMarks[verdict].sign} ${verdictMarks[verdict].word}`, caseId(each), each.expected, got]),
  );
  const mending = results.filter(({ verdict }) => verdict === "fail" || verdict === "warn");
  const fixes = mending.map(({ case: each, advice }) => `- **${markdown(caseId(each))}**: ${markdown(advice)}`);
  return [
    "# Contract check",
    "",
    `${markdown(url)}: ${summaryWords(summary)}`,
    "",
    "| verdict | case | expected | got |",
    "|---|---|---|---|",
    ...rows,
    ...(fixes.length > 0 ? ["", "## How to mend it", "", ...fixes] : []),
    "",
  ].join("\n");
}
