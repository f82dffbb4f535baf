import stringWidth from "fast-string-width";
import type { Summary } from "../../delivery/tally.ts";
import { latencyChart } from "./latency-chart.ts";
import type { Style } from "./style.ts";
import { counted, countText, durationText, hanging, safeText } from "./text.ts";

/** How a replay compares with the try before. */
export function verdictWord(verdict: string, style: Style): string {
  if (verdict === "fixed") return style.good(verdict);
  return verdict === "same" ? style.faint(verdict) : style.bad(verdict);
}

/**
 * Two or three lines: how many and how fast, how long they took, what failed. Where something was tried again, the time
 * has pauses in it, and no rate is made of it.
 *
 * @param chart adds how the times are spread
 */
export function summaryText(summary: Summary, style: Style, { chart }: { chart: boolean }): string {
  const { deliveries, delivered, failed, pending, attempts, durationMs, perSecond, latencyMs, failures } = summary;
  const hasPauses = attempts > deliveries || pending > 0;
  const rate = hasPauses ? counted(attempts, "attempt") : `${countText(perSecond)} a second`;
  const whole =
    `${counted(deliveries, "delivery", "deliveries")} in ${durationText(durationMs)}, ${rate}: ` +
    style.good(`${countText(delivered)} delivered`) +
    (failed === 0 ? "" : `, ${style.bad(`${countText(failed)} failed`)}`) +
    (pending === 0 ? "" : `, ${style.warn(`${countText(pending)} yet to be tried again`)}`);
  const lines = style.columns === undefined ? [whole] : hanging(whole, style.columns);
  const { p50, p90, p99, max } = latencyMs;
  if (p50 !== null && p90 !== null && p99 !== null && max !== null) {
    const [a, b, c, d] = [p50, p90, p99, max].map(durationText);
    lines.push(...labelled("answered within", [`p50 ${a}`, `p90 ${b}`, `p99 ${c}`, `max ${d}`], style));
    if (chart) lines.push(...latencyChart(summary.histogram, style));
  }
  if (failed > 0) {
    const kinds = Object.entries(failures).sort(([, one], [, other]) => other - one);
    const texts = kinds.map(([kind, count]) => `${safeText(kind)} ${countText(count)}`);
    lines.push(...labelled("failures", texts, style));
  }
  return `${lines.join("\n")}\n`;
}

/** A name and what there is of it, in the columns of the terminal. */
function labelled(name: string, parts: readonly string[], { columns }: Style): string[] {
  const margin = name.length + 2;
  const rows = rowsOf(parts, columns === undefined ? columns : columns - margin);
  return rows.map((row, index) => (index === 0 ? name.padEnd(margin) : " ".repeat(margin)) + row);
}

/** `1,234 of 20,000  6,543 a second  3.00 s left  2 failed`: as much of it as `columns` have room for. */
export function progressText(at: {
  total: number;
  done: number;
  failed: number;
  elapsedMs: number;
  columns: number;
}): string {
  const rate = at.elapsedMs > 0 ? (at.done / at.elapsedMs) * 1000 : 0;
  const left = rate > 0 ? `${durationText(((at.total - at.done) / rate) * 1000)} left` : "";
  const failed = at.failed === 0 ? "" : `${countText(at.failed)} failed`;
  const count = `${countText(at.done)} of ${countText(at.total)}`;
  return rowsOf([count, rateText(rate), left, failed], at.columns)[0]!;
}

/** `6,543 a second`, and of few with a decimal: `0.4 a second`. */
export function rateText(perSecond: number): string {
  return `${countText(perSecond < 9.95 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond))} a second`;
}

/** Puts parts beside each other, as many in a row as `columns` have room for; those that say nothing are left out. */
export function rowsOf(parts: readonly string[], columns = Number.POSITIVE_INFINITY): string[] {
  const rows: string[] = [];
  for (const part of parts.filter(Boolean)) {
    const longer = rows.length === 0 ? part : `${rows.at(-1)}  ${part}`;
    if (rows.length > 0 && stringWidth(longer) > columns) rows.push(part);
    else rows[Math.max(rows.length - 1, 0)] = longer;
  }
  return rows;
}
