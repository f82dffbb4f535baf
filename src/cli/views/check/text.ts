import { caseId, type CaseResult, type CaseVerdict, type CheckCase } from "../../../check/case.ts";
import type { CheckSummary } from "../../../check/run.ts";
import type { Framework } from "../../../signatures/advice/framework.ts";
import { shortId } from "../delivery-line.ts";
import type { Style } from "../style.ts";
import { counted, fitted, hanging, indented, safeText } from "../text.ts";
import { summaryWords, verdictMarks, worst } from "./words.ts";

/** A case as `--json` shows it; the members are part of the public interface. */
export function caseJson({ case: each, verdict, got, advice, deliveryIds, durationMs }: CaseResult): object {
  const { group, name, sends, expected, blindSpot } = each;
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

/** A label, and what it says. */
type Row = [string, string];

/** What every case does, for `--list`. */
export function listText(cases: readonly CheckCase[], style: Style): string {
  return cases
    .map((each) => {
      const { sends, expected, blindSpot } = each;
      const rows: Row[] = [
        ["sent", sends],
        ["expected", expected],
        ...(blindSpot === undefined ? [] : [["not seen", blindSpot] satisfies Row]),
      ];
      return `${style.strong(safeText(caseId(each)))}\n${rowsText(rows, 2, style)}`;
    })
    .join("");
}

const nameWidth = 28;
const margin = 6;
/** On fewer columns than these, what was got has none of its own. */
const narrow = 60;

/** A case that ran as a line; under one that did not pass, what was sent, what was expected, and how to mend it. */
export function caseText(result: CaseResult, style: Style): string {
  const { case: each, verdict, got, advice, deliveryIds } = result;
  const start = `  ${mark(verdict, style)} `;
  const text = named(each.name, safeText(got), style);
  if (verdict === "pass") return `${start}${style.columns === undefined ? text : cut(text, style.columns - 4)}\n`;
  const rows: Row[] = [
    ["sent", each.sends],
    ["expected", each.expected],
    ["mend", advice],
    ...deliveryIds.slice(-1).map((id): Row => ["look", `telepath-hooks show ${shortId(id)}`]),
  ];
  return `${wrapped(start + text, style)}\n${rowsText(rows, margin, style)}`;
}

/** Cases of one group that were skipped for one reason. */
export function skippedText(results: readonly CaseResult[], style: Style): string {
  const names = results.map(({ case: each }) => safeText(each.name));
  const reason = safeText(results[0]?.got ?? "");
  if (names.length === 1) return `${style.faint(wrapped(`  – ${named(names[0]!, reason, style)}`, style))}\n`;
  const list = indented(names.join(", "), margin, style.columns);
  return style.faint(`${wrapped(`  – ${reason}:`, style)}\n${list}`) + "\n";
}

/** The cases of several groups that were all skipped for one reason. */
export function skippedGroupsText(results: readonly CaseResult[], style: Style): string {
  const names = [...new Set(results.map(({ case: each }) => each.group))];
  const line = `  – ${counted(results.length, "case")}: ${safeText(results[0]?.got ?? "")}`;
  return `\n${style.strong(names.join(", "))}\n${style.faint(wrapped(line, style))}\n`;
}

/** A name, and behind it what there is to say: in a column of its own where there is room for one. */
function named(name: string, text: string, { columns }: Style): string {
  const isNarrow = columns !== undefined && columns < narrow;
  return `${isNarrow ? `${safeText(name)} ` : fitted(safeText(name), nameWidth)} ${text}`.trimEnd();
}

function cut(text: string, columns: number): string {
  return fitted(text, columns).trimEnd();
}

/** A line in rows: under what it says behind the name where that has a column, else under the name. */
function wrapped(line: string, { columns }: Style): string {
  if (columns === undefined) return line;
  if (columns < narrow) return indented(line.trimStart(), 4, columns).slice(2);
  return hanging(line, columns)
    .map((row) => row.trimEnd())
    .join("\n");
}

function rowsText(rows: readonly Row[], indent: number, style: Style): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 1;
  return rows
    .map(([label, value]) => {
      const start = indent + width;
      const text = indented(safeText(value), start, style.columns).slice(start);
      return `${" ".repeat(indent)}${style.faint(label.padEnd(width))}${text}\n`;
    })
    .join("");
}

function mark(verdict: CaseVerdict, style: Style): string {
  const { sign, meaning } = verdictMarks[verdict];
  return style[meaning](sign);
}

/** The last line; `planned` is how many cases there were to run. */
export function summaryText(summary: CheckSummary, planned: number, style: Style): string {
  const colour = style[summary.cases < planned ? "warn" : verdictMarks[worst(summary)].meaning];
  return `\n${colour(indented(summaryWords(summary, planned), 0, style.columns))}\n`;
}

/** Code that reads the raw body and checks its signature. */
export function remedyText({ title, code }: Framework, style: Style): string {
  return `\n${style.strong(`The raw body and its signature in ${title}`)}\n\n${code.replaceAll(/^(?=.)/gm, "    ")}\n`;
}
