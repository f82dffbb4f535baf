import type { Context } from "../context.ts";
import { summaryText } from "../views/batch.ts";
import { styleFor } from "../views/style.ts";
import { safeText } from "../views/text.ts";
import { settledLines, triedLines } from "./lines.ts";
import { createProgress } from "./progress.ts";
import { RunCounts } from "./run-counts.ts";
import { tellOfWaiting } from "./still-waiting.ts";
import { mostLines, type BatchTerms, type BatchView } from "./view.ts";

/** A line for each delivery, for pipes, files and terminals; of many, a rewritten line that counts them. */
export function linesView(terms: BatchTerms, context: Context): BatchView {
  const { total, flags } = terms;
  const { stdout, stderr } = context;
  const style = styleFor(stdout, context, flags);
  const counts = new RunCounts(terms);
  const progress = createProgress(terms, counts, context);
  const lineOf = settledLines(terms, style);
  const triedLineOf = triedLines(terms, style, context);
  const write = (lines: string): void => {
    if (lines === "") return;
    progress.clear();
    stdout.write(lines);
  };

  return {
    delivery(delivery, terms) {
      counts.settled(delivery);
      write(lineOf(delivery, terms));
      progress.changed();
    },
    waiting(waiting, delivery) {
      counts.tried(waiting);
      write(triedLineOf(waiting, delivery));
      progress.changed();
    },
    note(message) {
      progress.clear();
      stderr.write(`note  ${safeText(message)}\n`);
    },
    end() {
      progress.end();
      tellOfWaiting(terms, style, context);
    },
    summary(summary) {
      if (total > 1) stdout.write(summaryText(summary, style, { chart: total > mostLines }));
    },
  };
}
