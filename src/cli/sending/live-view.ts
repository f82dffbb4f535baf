import type { Waiting } from "../../delivery/attempts.ts";
import type { Retrying } from "../../delivery/retrying.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { Context, Terminal } from "../context.ts";
import { LiveScreen } from "../screen/live.ts";
import { Seat } from "../screen/seat.ts";
import { summaryText } from "../views/batch.ts";
import { styleFor, type Style } from "../views/style.ts";
import { safeText } from "../views/text.ts";
import { runRows } from "../views/run.ts";
import { waitingBlock, type WaitingFacts } from "../views/waiting.ts";
import { settledLines, triedAdvice, triedLines } from "./lines.ts";
import { RunCounts } from "./run-counts.ts";
import { tellOfWaiting } from "./still-waiting.ts";
import { mostLines, type BatchTerms, type BatchView, type SettledTerms } from "./view.ts";

const tickMs = 1000;
/** More is never drawn. */
const mostRows = 10;

/** On a terminal: a line for each delivery that is settled, and below them a table of those that are tried again. */
export class LiveView implements BatchView {
  readonly #terms: BatchTerms & { retrying: Retrying };
  readonly #context: Context;
  readonly #style: Style;
  readonly #live: LiveScreen;
  readonly #seat: Seat;
  readonly #ticker: NodeJS.Timeout;
  readonly #lineOf: ReturnType<typeof settledLines>;
  readonly #triedLineOf: ReturnType<typeof triedLines>;
  readonly #counts: RunCounts;
  #lines = "";
  /** Whose attempt failed last. */
  #failed: { waiting: Waiting; delivery: Delivery } | null = null;

  constructor(terms: BatchTerms & { retrying: Retrying }, terminal: Terminal, context: Context) {
    this.#terms = terms;
    this.#context = context;
    this.#style = styleFor(context.stdout, context, terms.flags);
    this.#lineOf = settledLines(terms, this.#style);
    this.#triedLineOf = triedLines(terms, this.#style, context);
    this.#counts = new RunCounts(terms);
    this.#live = new LiveScreen(context.stdout, {
      lines: () => this.#takeLines(),
      block: (columns, rows) => waitingBlock(this.#facts(columns), this.#style, { columns, rows }),
    });
    this.#seat = new Seat(terminal, this.#live);
    this.#ticker = setInterval(() => this.#live.changed(), tickMs);
  }

  delivery(delivery: Delivery, terms: SettledTerms): void {
    this.#counts.settled(delivery);
    this.#lines += this.#lineOf(delivery, terms);
    this.#live.changed();
  }

  waiting(waiting: Waiting, delivery: Delivery): void {
    this.#counts.tried(waiting);
    if (waiting.made > 0) this.#failed = { waiting, delivery };
    // The table is not to be seen in the background; lines are.
    if (!this.#live.isShown) this.#lines += this.#triedLineOf(waiting, delivery);
    this.#live.changed();
  }

  note(message: string): void {
    this.#lines += `note  ${safeText(message)}\n`;
    this.#live.changed();
  }

  end(): void {
    clearInterval(this.#ticker);
    this.#live.end();
    this.#seat.end();
    tellOfWaiting(this.#terms, this.#style, this.#context);
  }

  summary(summary: Parameters<BatchView["summary"]>[0]): void {
    const { total } = this.#terms;
    if (total > 1) this.#context.stdout.write(summaryText(summary, this.#style, { chart: total > mostLines }));
  }

  #takeLines(): string {
    const lines = this.#lines;
    this.#lines = "";
    return lines;
  }

  #facts(columns: number): WaitingFacts {
    const { retrying, history } = this.#terms;
    const now = this.#context.now();
    const { queue, trying } = retrying;
    const tried = [...trying].slice(0, mostRows).map((waiting) => ({ waiting, isTrying: true }));
    return {
      rows: [...tried, ...queue.soonest(mostRows).map((waiting) => ({ waiting, isTrying: false }))],
      size: queue.size,
      counts: runRows(this.#counts.facts(now), this.#style, columns - 1),
      advice: (this.#failed && triedAdvice(this.#failed.waiting, this.#failed.delivery)?.split("\n", 1)[0]) ?? null,
      isOnRecord: history !== null,
      now,
    };
  }
}
