import type { CaseResult, Group } from "../../../check/case.ts";
import type { Output } from "../../context.ts";
import type { Style } from "../style.ts";
import { caseText, skippedGroupsText, skippedText } from "./text.ts";

/**
 * Writes the cases as they end, under the names of their groups. Cases in a row that were skipped for one reason share
 * a line, and so do whole groups of them: a wrong secret is one failure, not a screen full of them.
 */
export function createCaseLines(stdout: Output, style: Style) {
  let group: Group | null = null;
  let skipped: CaseResult[] = [];

  const heading = (next: Group): string => {
    if (next === group) return "";
    group = next;
    return `\n${style.strong(next)}\n`;
  };
  /** Writes what was skipped. Groups before `next` are through; of `next` itself there is more to come. */
  const flush = (next: Group | null): void => {
    const of = (wanted: (each: Group) => boolean): CaseResult[] => skipped.filter((each) => wanted(each.case.group));
    const [here, whole, begun] = [
      of((each) => each === group),
      of((each) => each !== group && each !== next),
      of((each) => each !== group && each === next),
    ];
    const names = new Set(whole.map((each) => each.case.group));
    if (here.length > 0) stdout.write(skippedText(here, style));
    if (names.size > 1) stdout.write(skippedGroupsText(whole, style));
    for (const part of [names.size === 1 ? whole : [], begun]) {
      if (part.length > 0) stdout.write(heading(part[0]!.case.group) + skippedText(part, style));
    }
    skipped = [];
  };

  return {
    add(result: CaseResult): void {
      const { case: each, verdict, got } = result;
      if (skipped.length > 0 && (verdict !== "skip" || got !== skipped[0]!.got)) flush(each.group);
      if (verdict === "skip") skipped.push(result);
      else stdout.write(heading(each.group) + caseText(result, style));
    },
    /** No case is to come. */
    end: (): void => flush(null),
  };
}
