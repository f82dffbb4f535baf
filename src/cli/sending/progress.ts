import type { Context } from "../context.ts";
import { rewrittenLine } from "../screen/rewritten-line.ts";
import { progressText } from "../views/batch.ts";
import { runRows } from "../views/run.ts";
import { styleFor } from "../views/style.ts";
import type { RunCounts } from "./run-counts.ts";
import { mostLines, type BatchTerms } from "./view.ts";

const redrawMs = 100;
/** While nothing happens: what waits comes nearer all the same. */
const tickMs = 1000;

/** One rewritten line on stderr that says how far a long run is. */
export interface Progress {
  /** Something was begun or settled. */
  changed(): void;
  /** Makes way for something that stays. */
  clear(): void;
  /** Clears, and is not drawn again. */
  end(): void;
}

const nothing: Progress = { changed: () => {}, clear: () => {}, end: () => {} };

/** Nothing where there is no terminal, or where each of a few deliveries is settled at once. */
export function createProgress(terms: BatchTerms, counts: RunCounts, context: Context): Progress {
  const { stderr, env } = context;
  const isLong = terms.total > mostLines || terms.retrying !== null;
  if (stderr.isTTY !== true || env["TERM"] === "dumb" || !isLong) return nothing;
  const textOf = progressOf(terms, counts, context);
  let drawnAt = Number.NEGATIVE_INFINITY;
  const line = rewrittenLine(stderr);

  function draw(): void {
    drawnAt = performance.now();
    line.draw(textOf());
  }
  const ticker = setInterval(draw, tickMs).unref();
  return {
    changed() {
      if (performance.now() - drawnAt >= redrawMs) draw();
    },
    clear: () => line.clear(),
    end() {
      clearInterval(ticker);
      line.clear();
    },
  };
}

/** What is said of a run, in one row of the terminal. */
function progressOf({ total, flags, retrying }: BatchTerms, counts: RunCounts, context: Context): () => string {
  const { stderr, now } = context;
  const style = styleFor(stderr, context, flags);
  const start = performance.now();
  // The last column stays free: a line that fills it would wrap in some terminals.
  const columns = (): number => (stderr.columns ?? 80) - 1;
  if (retrying) return () => runRows(counts.facts(now()), style, columns())[0]!;
  return () => {
    const { delivered, failed } = counts.facts(now());
    const done = delivered + failed;
    return progressText({ total, done, failed, elapsedMs: performance.now() - start, columns: columns() });
  };
}
