import type { Delivery } from "../../model/delivery.ts";
import type { Context } from "../context.ts";
import { progressText, summaryText } from "../views/batch.ts";
import { deliveryLines } from "../views/delivery.ts";
import { styleFor } from "../views/style.ts";
import { safeText } from "../views/text.ts";
import { nextTryText } from "../views/waiting.ts";
import { atLastAttempt, furtherLine, mostFailureLines, settledLines, triedAdvice } from "./lines.ts";
import { tellOfWaiting } from "./still-waiting.ts";
import { mostLines, type BatchTerms, type BatchView } from "./view.ts";

const redrawMs = 100;

/** A line for each delivery, for pipes, files and terminals; of many, a rewritten line that counts them. */
export function linesView(terms: BatchTerms, context: Context): BatchView {
  const { total, flags, retrying } = terms;
  const { stdout, stderr, now } = context;
  const style = styleFor(stdout, context, flags);
  const progress = createProgress(total, context);
  const lineOf = settledLines(terms, style);
  let tried = 0;
  const write = (lines: string): void => {
    if (lines === "") return;
    progress.clear();
    stdout.write(lines);
  };

  return {
    delivery(delivery, verdict) {
      write(lineOf(delivery, verdict));
      progress.settled(delivery, retrying?.queue.size ?? 0);
    },
    waiting(waiting, delivery) {
      if (waiting.made === 0) return;
      tried += 1;
      if (total > mostLines && tried > mostFailureLines) return;
      const word = style.warn(nextTryText(waiting, now(), style));
      const advice = waiting.made === 1 ? triedAdvice(delivery) : null;
      write(deliveryLines(atLastAttempt(delivery), style, { word, advice }));
      if (total > mostLines && tried === mostFailureLines) write(furtherLine("attempts that fail"));
    },
    note(message) {
      progress.clear();
      stderr.write(`note  ${safeText(message)}\n`);
    },
    end() {
      progress.clear();
      tellOfWaiting(terms, style, context);
    },
    summary(summary) {
      if (total > 1) stdout.write(summaryText(summary, style, { chart: total > mostLines }));
    },
  };
}

interface Progress {
  settled(delivery: Delivery, waiting: number): void;
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
    settled(delivery, waiting) {
      done += 1;
      if (delivery.outcome !== "delivered") failed += 1;
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      stderr.write(`\r\u001b[K${progressText({ total, done, failed, waiting, elapsedMs: now - start })}`);
    },
    clear() {
      if (drawnAt === 0) return;
      drawnAt = 0;
      stderr.write("\r\u001b[K");
    },
  };
}
