import type { Judgement } from "../../signatures/judgement.ts";
import type { Style } from "./style.ts";
import { countText, fitted, safeText } from "./text.ts";
import { reasonWords, type VerificationSummary } from "./verification.ts";

/** How often each cause was found, and each reason why none could be. */
export interface CauseCounts {
  add(judgement: Pick<Judgement, "verdict" | "reason" | "diagnosis">): void;
  /** Most frequent first. */
  list(): { cause: string; count: number }[];
}

export function countCauses(): CauseCounts {
  const counts = new Map<string, number>();
  return {
    add({ verdict, reason, diagnosis }) {
      if (verdict === "valid" && diagnosis === null) return;
      const cause = diagnosis?.code ?? (reason === null ? "not known" : `cause not known: ${reasonWords[reason]}`);
      counts.set(cause, (counts.get(cause) ?? 0) + 1);
    },
    list: () => [...counts].map(([cause, count]) => ({ cause, count })).sort((one, other) => other.count - one.count),
  };
}

/** Fewer requests than this are seen at a glance. */
const worthCounting = 5;

/** What a run over many requests found: counts by verdict and by cause. Empty for a few requests. */
export function summaryTable(summary: VerificationSummary, causes: CauseCounts, style: Style): string {
  const { requests, unreadable, valid, invalid, unverifiable } = summary;
  if (requests + unreadable < worthCounting) return "";
  const verdicts: [string, number][] = [
    [style.good("✓ valid"), valid],
    [style.bad("✗ invalid"), invalid],
    [style.warn("? unverifiable"), unverifiable],
    [style.bad("! unreadable"), unreadable],
  ];
  const found = causes.list();
  const width = countText(Math.max(requests, unreadable)).length;
  const number = (count: number): string => countText(count).padStart(width);
  return [
    "",
    ...verdicts.filter(([, count]) => count > 0).map(([word, count]) => `${number(count)}  ${word}`),
    ...(found.length === 0 ? [] : ["", style.faint(`${" ".repeat(width)}  cause or note`)]),
    ...found.map(({ cause, count }) => `${number(count)}  ${fitted(safeText(cause), 70).trimEnd()}`),
    "",
  ].join("\n");
}
