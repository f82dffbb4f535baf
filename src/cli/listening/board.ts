import { createLatencies } from "../../delivery/latency.ts";
import type { ListenEvent } from "../../listen/events.ts";
import type { Delivery } from "../../model/delivery.ts";
import type { LiveContent } from "../screen/live.ts";
import { deliveryAdvice, type Known } from "../views/advice.ts";
import { deliveryLines } from "../views/delivery.ts";
import { drawEvent, headerBlock, type HeaderFacts } from "../views/listen.ts";
import { footerLines, type HoldingFacts, type KeyHint, type TunnelFacts } from "../views/listen-footer.ts";
import type { Style } from "../views/style.ts";
import { counted } from "../views/text.ts";

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

/** A burst of so many deliveries is shown line by line, and so many a second on end; of more, the latest. */
const burst = 300;
const perSecond = 100;
const tellSkippedMs = 1000;

type Waiting = string | { delivery: Delivery; known: Known; word: string };

/** What the screen of `listen` says: every event changes it, and it is drawn when the terminal takes it. */
export class Board implements LiveContent {
  readonly #terms: BoardTerms;
  readonly #counts = { delivered: 0, failed: 0, kept: 0 };
  readonly #latencies = createLatencies();
  readonly #pending = new Map<string, Delivery>();
  readonly #skipped = { deliveries: 0, failed: 0, toldAt: Number.NEGATIVE_INFINITY };
  #waiting: Waiting[] = [];
  #deliveriesWaiting = 0;
  #allowance = { lines: burst, at: 0 };
  #lastAdvice: string[] = [];
  #place: Parameters<typeof footerLines>[0]["place"] = null;
  #tunnel: TunnelFacts;
  #isOver = false;
  /** In place of the keys. */
  message: string | null = null;

  constructor(terms: BoardTerms) {
    this.#terms = terms;
    this.#tunnel = { state: terms.hasTunnel ? "opening" : "none", latencyMs: null };
    this.#allowance.at = terms.clock();
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
      this.#say(headerBlock(event, style, { ...header, stop: "q or Ctrl-C; ? shows all keys" }));
    } else {
      if (event.type === "tunnel") this.#tunnelChanged(event);
      if (event.type === "stopped") this.#isOver = true;
      const { stdout = "", stderr = "" } = drawEvent(event, { stdout: style, stderr: style, header, known });
      this.#say(stdout + stderr);
    }
  }

  /** A delivery that was made here, and how it compares with the one it repeats. It is not one of those received. */
  replayed(delivery: Delivery, known: Known, word: string): void {
    this.#wait({ delivery: withoutBulk(delivery), known, word });
  }

  /** An empty line: a mark of the user's own between what was and what comes. */
  mark(): void {
    this.#say("\n");
  }

  /** @see LiveContent.lines */
  lines(): string {
    const over = this.#deliveriesWaiting - this.#allowed();
    if (over > 0) this.#skip(over);
    let text = "";
    for (const waiting of this.#waiting)
      text += typeof waiting === "string" ? this.#text(waiting) : this.#drawn(waiting);
    this.#waiting = [];
    this.#deliveriesWaiting = 0;
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
    this.#wait({ delivery: withoutBulk(delivery), known, word: "" });
  }

  #hold({ delivery, held }: Extract<ListenEvent, { type: "held" }>): void {
    this.#pending.delete(delivery.id);
    this.#wait({ delivery: withoutBulk(delivery), known: {}, word: `held (${held})` });
  }

  #tunnelChanged({ state, url, latencyMs }: Extract<ListenEvent, { type: "tunnel" }>): void {
    this.#tunnel = { state, latencyMs };
    if (this.#place && url !== null) this.#place = { ...this.#place, url };
  }

  #say(text: string): void {
    this.#waiting.push(text);
  }

  #wait(waiting: Exclude<Waiting, string>): void {
    this.#waiting.push(waiting);
    this.#deliveriesWaiting += 1;
    if (this.#deliveriesWaiting > 2 * burst) this.#skip(burst);
  }

  /** Leaves out the first so many deliveries that wait. */
  #skip(most: number): void {
    let left = most;
    this.#waiting = this.#waiting.filter((waiting) => {
      if (typeof waiting === "string" || left === 0) return true;
      left -= 1;
      this.#skipped.deliveries += 1;
      if (waiting.delivery.outcome === "failed") this.#skipped.failed += 1;
      return false;
    });
    this.#deliveriesWaiting -= most - left;
  }

  /** How many deliveries may have a line now. */
  #allowed(): number {
    const now = this.#terms.clock();
    const { lines, at } = this.#allowance;
    const allowed = Math.min(lines + ((now - at) / 1000) * perSecond, burst);
    this.#allowance = { lines: allowed - Math.min(Math.floor(allowed), this.#deliveriesWaiting), at: now };
    return Math.floor(allowed);
  }

  #text(text: string): string {
    this.#lastAdvice = [];
    return text;
  }

  /** Advice that was just given is not given again. */
  #drawn({ delivery, known, word }: Exclude<Waiting, string>): string {
    const lines = deliveryAdvice(delivery, known)?.split("\n") ?? [];
    const news = lines.filter((line) => !this.#lastAdvice.includes(line));
    this.#lastAdvice = lines;
    const advice = news.length === 0 ? null : news.join("\n");
    return deliveryLines(delivery, this.#terms.style, { arrow: "replays", word, advice });
  }

  #skippedLine(): string {
    const { deliveries, failed, toldAt } = this.#skipped;
    const now = this.#terms.clock();
    if (deliveries === 0 || (now - toldAt < tellSkippedMs && !this.#isOver)) return "";
    Object.assign(this.#skipped, { deliveries: 0, failed: 0, toldAt: now });
    const failures = failed === 0 ? "" : `, ${failed.toLocaleString("en-US")} of them failed`;
    const more = counted(deliveries, "delivery", "deliveries");
    return `${this.#terms.style.faint(`         … ${more} more${failures}; telepath-hooks log lists them`)}\n`;
  }
}

const bulk = 16 * 1024;

/** What a line needs of a delivery: many of them may wait to be drawn, and each may be of many megabytes. */
function withoutBulk(delivery: Delivery): Delivery {
  const answer = delivery.attempts.at(-1)?.response;
  if (delivery.body.length <= bulk && (answer?.body.length ?? 0) <= bulk) return delivery;
  const attempts = delivery.attempts.map((attempt) => {
    const { response } = attempt;
    return response
      ? { ...attempt, response: { ...response, body: Buffer.from(response.body.subarray(0, bulk)) } }
      : attempt;
  });
  return { ...delivery, body: new Uint8Array(), attempts };
}
