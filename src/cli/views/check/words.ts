import type { CaseVerdict } from "../../../check/case.ts";
import type { CheckSummary } from "../../../check/run.ts";
import { counted, durationText } from "../text.ts";

/** How a verdict is marked: by a sign and a word, never by colour alone. */
export const verdictMarks: Record<CaseVerdict, VerdictMark> = {
  pass: { sign: "✓", word: "passed", meaning: "good" },
  fail: { sign: "✗", word: "failed", meaning: "bad" },
  warn: { sign: "!", word: "warning", meaning: "warn" },
  skip: { sign: "–", word: "skipped", meaning: "faint" },
};

interface VerdictMark {
  sign: string;
  word: string;
  /** Its colour. */
  meaning: "good" | "bad" | "warn" | "faint";
}

/** The verdict on the whole run. */
export function worst({ failed, warned }: CheckSummary): "fail" | "warn" | "pass" {
  if (failed > 0) return "fail";
  return warned > 0 ? "warn" : "pass";
}

/** `43 cases: 40 passed, 1 failed, 2 skipped in 1.2 s`; where an interruption came before all were through, that first. */
export function summaryWords(summary: CheckSummary, planned = summary.cases): string {
  const { cases, passed, failed, warned, skipped, durationMs } = summary;
  const parts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warned > 0 ? [counted(warned, "warning")] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const through = cases === planned ? "" : `interrupted after ${cases} of `;
  return `${through}${counted(planned, "case")}: ${parts.join(", ")} in ${durationText(durationMs)}`;
}
