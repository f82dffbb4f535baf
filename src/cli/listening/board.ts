import { createLatencies } from "../../delivery/latency.ts";
import type { ListenEvent } from "../../listen/events.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { LiveContent } from "../screen/live.ts";
import { deliveryAdvice, type Known } from "../views/advice.ts";
import { deliveryLines } from "../views/delivery.ts";
import { drawEvent, headerBlock, type HeaderFacts } from "../views/listen.ts";
import { footerLines, type HoldingFacts, type KeyHint, type TunnelFacts } from "../views/listen-footer.ts";
import type { Style } from "../views/style.ts";
import { counted, countText } from "../views/text.ts";
import { Backlog, type Settled } from "./backlog.ts";

export interface BoardTerms {
  style: Style;
  header: HeaderFacts;
  /** Whether one is opened: until it is there, nothing can be received from outside. */
  hasTunnel: boolean;
  keys: () => readonly KeyHint[];
  holding: () => HoldingFacts | null;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds that only go forward. */
  clock: () => number;
}

/** What the screen of `listen` says: every event changes it, and it is drawn when the terminal takes it. */
export class Board implements LiveContent {
  readonly #terms: BoardTerms;
  readonly #counts = { delivered: 0, failed: 0, kept: 0 };
  readonly #latencies = createLatencies();
  readonly #pending = new Map<string, Delivery>();
  readonly #backlog: Backlog;
  #lastAdvice: string[] = [];
  #place: Parameters<typeof footerLines>[0]["place"] = null;
  #tunnel: TunnelFacts;
  #isOver = false;
  /** In place of the keys. */
  message: string | null = null;

  constructor(terms: BoardTerms) {
    this.#terms = terms;
    this.#tunnel = { state: terms.hasTunnel ? "opening" : "none", latencyMs: null };
    this.#backlog = new Backlog(terms.clock);
  }

  /** What is waited for: the footer has to be drawn as time goes by. */
  get isTicking(): boolean {
    return this.#pending.size > 0;
  }

  /** Where requests come in; null until that is known. */
  get url(): string | null {
    return this.#place?.url ?? null;
  }

  take(event: ListenEvent, known: Known): void {
    const { style, header } = this.#terms;
    if (event.type === "pending") this.#pending.set(event.delivery.id, event.delivery);
    else if (event.type === "delivery") this.#settle(event.delivery, known);
    else if (event.type === "held") this.#hold(event);
    else if (event.type === "latency") this.#tunnel = { ...this.#tunnel, latencyMs: event.milliseconds };
    else if (event.type === "ready") {
      this.#place = { url: event.publicUrl ?? event.localUrl, forwardTo: event.forwardTo };
      if (this.#tunnel.state === "opening") this.#tunnel = { ...this.#tunnel, state: "online" };
      this.#backlog.say(headerBlock(event, style, { ...header, stop: "q or Ctrl-C; ? shows all keys" }));
    } else {
      if (event.type === "tunnel") this.#tunnelChanged(event);
      if (event.type === "stopped") this.#isOver = true;
      const { stdout = "", stderr = "" } = drawEvent(event, { stdout: style, stderr: style, header, known });
      this.#backlog.say(stdout + stderr);
    }
  }

  /** A delivery that was made here, and how it compares with the one it repeats. It is not one of those received. */
  replayed(delivery: Delivery, known: Known, word: string): void {
    this.#backlog.add({ delivery, known, word });
  }

  /** An empty line: a mark of the user's own between what was and what comes. */
  mark(): void {
    this.#backlog.say("\n");
  }

  /** @see LiveContent.lines */
  lines(): string {
    let text = "";
    for (const waiting of this.#backlog.take())
      text += typeof waiting === "string" ? this.#text(waiting) : this.#drawn(waiting);
    return text + this.#skippedLine();
  }

  /** @see LiveContent.block */
  block(columns: number, rows: number): string[] {
    if (this.#isOver) return [];
    const { style, keys, holding, now } = this.#terms;
    const facts = {
      place: this.#place,
      tunnel: this.#tunnel,
      holding: holding(),
      counts: this.#counts,
      latency: this.#latencies.summary(),
      pending: [...this.#pending.values()],
      message: this.message,
      keys: keys(),
      now: now(),
    };
    return footerLines(facts, style, { columns: columns - 1, rows: rows - 1 });
  }

  #settle(delivery: Delivery, known: Known): void {
    this.#pending.delete(delivery.id);
    const { outcome } = delivery;
    this.#counts[outcome === "delivered" || outcome === "failed" ? outcome : "kept"] += 1;
    const attempt = delivery.attempts.at(-1);
    if (attempt?.response) this.#latencies.add(attempt.durationMs);
    this.#backlog.add({ delivery, known, word: "" });
  }

  #hold({ delivery, held }: Extract<ListenEvent, { type: "held" }>): void {
    this.#pending.delete(delivery.id);
    this.#backlog.add({ delivery, known: {}, word: `held (${held})` });
  }

  #tunnelChanged({ state, url, latencyMs }: Extract<ListenEvent, { type: "tunnel" }>): void {
    this.#tunnel = { state, latencyMs };
    if (this.#place && url !== null) this.#place = { ...this.#place, url };
  }

  #text(text: string): string {
    this.#lastAdvice = [];
    return text;
  }

  /** Advice that was just given is not given again. */
  #drawn({ delivery, known, word }: Settled): string {
    const lines = deliveryAdvice(delivery, known)?.split("\n") ?? [];
    const news = lines.filter((line) => !this.#lastAdvice.includes(line));
    this.#lastAdvice = lines;
    const advice = news.length === 0 ? null : news.join("\n");
    return deliveryLines(delivery, this.#terms.style, { arrow: "replays", word, advice });
  }

  #skippedLine(): string {
    const skipped = this.#backlog.takeSkipped(this.#isOver);
    if (skipped === null) return "";
    const { deliveries, failed } = skipped;
    const failures = failed === 0 ? "" : `, ${countText(failed)} of them failed`;
    const more = counted(deliveries, "delivery", "deliveries");
    return `${this.#terms.style.faint(`         … ${more} more${failures}; telepath-hooks log lists them`)}\n`;
  }
}
