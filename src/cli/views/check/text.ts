import { caseId, type CaseResult, type CaseVerdict, type CheckCase } from "../../../check/case.ts";
import type { CheckSummary } from "../../../check/run.ts";
import type { Framework } from "../../../signatures/advice/framework.ts";
import type { Style } from "../style.ts";
import { fitted, indented, safeText } from "../text.ts";
import { summaryWords, verdictMarks, worst } from "./words.ts";

/** A case as `--json` shows it; the members are part of the public interface. */
export function caseJson({ case: each, verdict, got, deliveryIds, durationMs }: CaseResult): object {
  const { group, name, sends, expected, advice, blindSpot } = each;
  return {
    type: "case",
    group,
    name,
    verdict,
    sends,
    expected,
    got,
    advice,
    blindSpot: blindSpot ?? null,
    deliveryIds,
    durationMs: Math.round(durationMs * 10) / 10,
  };
}

/** A case as `--list --json` shows it. */
export function listedJson({ group, name, sends, expected, advice, blindSpot }: CheckCase): object {
  return { type: "case", group, name, sends, expected, advice, blindSpot: blindSpot ?? null };
}

/** What every case does, for `--list`. */
export function listText(cases: readonly CheckCase[], style: Style): string {
  const width = Math.max(...cases.map((each) => caseId(each).length));
  return cases
    .map((each) => {
      const about = `${style.strong(safeText(caseId(each).padEnd(width)))}  the endpoint gets ${safeText(each.sends)}`;
      const facts = [
        `expected: ${each.expected}`,
        ...(each.blindSpot === undefined ? [] : [`shows no more than that: ${each.blindSpot}`]),
      ];
      return `${about}\n${facts.map((fact) => `${style.faint(indented(fact, 4, style.columns))}\n`).join("")}`;
    })
    .join("");
}

const nameWidth = 28;
const margin = 6;

/** A case that ran as a line; under one that did not pass, what was sent, what was expected, and how to mend it. */
export function caseText({ case: each, verdict, got }: CaseResult, style: Style): string {
  const line = `  ${mark(verdict, style)} ${fitted(safeText(each.name), nameWidth)} ${clipped(safeText(got), style)}`;
  if (verdict === "pass") return `${line.trimEnd()}\n`;
  const rows: [string, string][] = [
    ["sent", each.sends],
    ["expected", each.expected],
    ["mend", each.advice],
  ];
  return `${line.trimEnd()}\n${rows.map((row) => rowText(row, style)).join("")}`;
}

/** Cases that were skipped for one reason. */
export function skippedText(results: readonly CaseResult[], style: Style): string {
  const [first] = results;
  const names = results.map(({ case: each }) => safeText(each.name));
  const reason = safeText(first?.got ?? "");
  if (names.length === 1) {
    return style.faint(`  – ${fitted(names[0]!, nameWidth)} ${clipped(reason, style)}`.trimEnd()) + "\n";
  }
  const list = indented(names.join(", "), margin, style.columns);
  return style.faint(`  – ${clipped(reason, style)}:\n${list}`) + "\n";
}

function rowText([name, value]: [string, string], style: Style): string {
  const label = name.padEnd(9);
  const text = indented(safeText(value), margin + label.length, style.columns).slice(margin + label.length);
  return `${" ".repeat(margin)}${style.faint(label)}${text}\n`;
}

/** What was got stays on its line where the terminal is known. */
function clipped(text: string, { columns }: Style): string {
  if (columns === undefined) return text;
  return fitted(text, Math.max(columns - nameWidth - 6, 20)).trimEnd();
}

function mark(verdict: CaseVerdict, style: Style): string {
  const { sign, meaning } = verdictMarks[verdict];
  return style[meaning](sign);
}

/** The last line, and where it helps the code that mends the endpoint. */
export function summaryText(summary: CheckSummary, style: Style): string {
  return `\n${style[verdictMarks[worst(summary)].meaning](summaryWords(summary))}\n`;
}

/** Code that reads the raw body and checks its signature. */
export function remedyText({ title, code }: Framework, style: Style): string {
  return `\n${style.strong(`The raw body and its signature in ${title}`)}\n\n${code.replaceAll(/^(?=.)/gm, "    ")}\n`;
}
