import type { Summary } from "../../delivery/tally.ts";
import { latencyChart } from "./latency-chart.ts";
import type { Style } from "./style.ts";
import { counted, countText, durationText, safeText } from "./text.ts";

/** How a replay compares with the try before. */
export function verdictWord(verdict: string, style: Style): string {
  if (verdict === "fixed") return style.good(verdict);
  return verdict === "same" ? style.faint(verdict) : style.bad(verdict);
}

/**
 * Two or three lines: how many and how fast, how long they took, what failed.
 *
 * @param chart adds how the times are spread
 */
export function summaryText(summary: Summary, style: Style, { chart }: { chart: boolean }): string {
  const { deliveries, delivered, failed, pending, durationMs, perSecond, latencyMs, failures } = summary;
  const rate = `in ${durationText(durationMs)}, ${countText(perSecond)} a second`;
  const lines = [
    `${counted(deliveries, "delivery", "deliveries")} ${rate}: ` +
      style.good(`${countText(delivered)} delivered`) +
      (failed === 0 ? "" : `, ${style.bad(`${countText(failed)} failed`)}`) +
      (pending === 0 ? "" : `, ${style.warn(`${countText(pending)} yet to be tried again`)}`),
  ];
  const { p50, p90, p99, max } = latencyMs;
  if (p50 !== null && p90 !== null && p99 !== null && max !== null) {
    const [a, b, c, d] = [p50, p90, p99, max].map(durationText);
    lines.push(`answered within  p50 ${a}  p90 ${b}  p99 ${c}  max ${d}`);
    if (chart) lines.push(...latencyChart(summary.histogram, style));
  }
  if (failed > 0) {
    const kinds = Object.entries(failures).sort(([, one], [, other]) => other - one);
    lines.push(`failures  ${kinds.map(([kind, count]) => `${safeText(kind)} ${count}`).join("  ")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** `1,234 of 20,000  6,543 a second  3.00 s left  2 failed` */
export function progressText(at: {
  total: number;
  done: number;
  failed: number;
  /** For their next attempt. */
  waiting?: number;
  elapsedMs: number;
}): string {
  const rate = at.elapsedMs > 0 ? (at.done / at.elapsedMs) * 1000 : 0;
  const left = rate > 0 ? `${durationText(((at.total - at.done) / rate) * 1000)} left` : "";
  const failed = at.failed === 0 ? "" : `${countText(at.failed)} failed`;
  const count = `${countText(at.done)} of ${countText(at.total)}`;
  const waiting = at.waiting ? `${countText(at.waiting)} wait` : "";
  return [count, `${countText(Math.round(rate))} a second`, left, failed, waiting].filter(Boolean).join("  ");
}
