import { anySuccess } from "../../delivery/expectation.ts";
import type { Summary } from "../../delivery/tally.ts";
import { lastStatus, type Delivery } from "../../model/delivery.ts";
import { writeJson, type Context } from "../context.ts";
import { failureAdvice } from "./advice.ts";
import { deliveryJson, deliveryLines } from "./delivery.ts";
import { styleFor, type Style } from "./style.ts";
import { counted, countText, durationText, safeText } from "./text.ts";

/** Draws the deliveries of `send` and `replay` as they are settled. */
export interface BatchView {
  /** @param verdict how it compares with an earlier attempt; undefined where nothing is compared */
  delivery(delivery: Delivery, verdict: string | null | undefined): void;
  /** No more deliveries come: takes the progress line away. */
  end(): void;
  summary(summary: Summary): void;
}

/** Up to so many deliveries each have a line; of more, only failures have one, and not all of them. */
const mostLines = 50;
const mostFailureLines = 10;
const redrawMs = 100;

export function createBatchView(
  total: number,
  flags: { json?: boolean; color?: boolean; expect: string },
  context: Context,
): BatchView {
  const style = styleFor(context.stdout, context, flags);
  const progress = createProgress(total, context);
  let failures = 0;

  function line(delivery: Delivery, verdict: string | null | undefined): void {
    const failed = delivery.outcome !== "delivered";
    if (failed) failures += 1;
    if (total > mostLines && !(failed && failures <= mostFailureLines)) return;
    progress.clear();
    const advice = adviceOn(delivery, flags.expect);
    const word = verdict ? verdictWord(verdict, style) : "";
    context.stdout.write(deliveryLines(delivery, style, { word, advice }));
    if (total > mostLines && failures === mostFailureLines) {
      context.stdout.write(`          further failures are counted only\n`);
    }
  }

  return {
    delivery(delivery, verdict) {
      if (flags.json) writeJson(context, settledJson(delivery, verdict));
      else line(delivery, verdict);
      progress.settled(delivery);
    },
    end: () => progress.clear(),
    summary(summary) {
      if (flags.json) writeJson(context, { type: "summary", ...summary });
      else if (total > 1) context.stdout.write(summaryText(summary, style));
    },
  };
}

/** Where the user expects another answer than Telepath does, theirs is what counts. */
function adviceOn(delivery: Delivery, expected: string): string | undefined {
  const status = lastStatus(delivery);
  if (expected === anySuccess || status === null || delivery.outcome === "delivered") return failureAdvice(delivery);
  return `the app answered ${status}, and --expect wants ${safeText(expected)}`;
}

/** Without a history a delivery has no id. */
function settledJson(delivery: Delivery, verdict: string | null | undefined): object {
  const object = { ...deliveryJson(delivery), id: delivery.id === "" ? null : delivery.id };
  return verdict === undefined ? object : { ...object, verdict };
}

/** How a replay compares with the try before. */
export function verdictWord(verdict: string, style: Style): string {
  if (verdict === "fixed") return style.good(verdict);
  return verdict === "same" ? style.faint(verdict) : style.bad(verdict);
}

/** Two or three lines: how many and how fast, how long they took, what failed. */
export function summaryText(summary: Summary, style: Style): string {
  const { deliveries, delivered, failed, durationMs, perSecond, latencyMs, failures } = summary;
  const rate = `in ${durationText(durationMs)}, ${countText(perSecond)} a second`;
  const lines = [
    `${counted(deliveries, "delivery", "deliveries")} ${rate}: ` +
      style.good(`${countText(delivered)} delivered`) +
      (failed === 0 ? "" : `, ${style.bad(`${countText(failed)} failed`)}`),
  ];
  const { p50, p90, p99, max } = latencyMs;
  if (p50 !== null && p90 !== null && p99 !== null && max !== null) {
    const [a, b, c, d] = [p50, p90, p99, max].map(durationText);
    lines.push(`answered within  p50 ${a}  p90 ${b}  p99 ${c}  max ${d}`);
  }
  if (failed > 0) {
    const kinds = Object.entries(failures).sort(([, one], [, other]) => other - one);
    lines.push(`failures  ${kinds.map(([kind, count]) => `${safeText(kind)} ${count}`).join("  ")}`);
  }
  return `${lines.join("\n")}\n`;
}

interface Progress {
  settled(delivery: Delivery): void;
  clear(): void;
}

/** One rewritten line on stderr: count, rate, time left, failures. Nothing where there is no terminal. */
function createProgress(total: number, { stderr }: Context): Progress {
  if (stderr.isTTY !== true || total <= mostLines) return { settled: () => {}, clear: () => {} };
  const start = performance.now();
  let done = 0;
  let failed = 0;
  let drawnAt = 0;
  return {
    settled(delivery) {
      done += 1;
      if (delivery.outcome !== "delivered") failed += 1;
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      stderr.write(`\r\u001b[K${progressText({ total, done, failed, elapsedMs: now - start })}`);
    },
    clear() {
      if (drawnAt === 0) return;
      drawnAt = 0;
      stderr.write("\r\u001b[K");
    },
  };
}

/** `1,234 of 20,000  6,543 a second  3.00 s left  2 failed` */
export function progressText(at: { total: number; done: number; failed: number; elapsedMs: number }): string {
  const rate = at.elapsedMs > 0 ? (at.done / at.elapsedMs) * 1000 : 0;
  const left = rate > 0 ? `${durationText(((at.total - at.done) / rate) * 1000)} left` : "";
  const failed = at.failed === 0 ? "" : `${countText(at.failed)} failed`;
  const count = `${countText(at.done)} of ${countText(at.total)}`;
  return [count, `${countText(Math.round(rate))} a second`, left, failed].filter(Boolean).join("  ");
}
