import stringWidth from "fast-string-width";
import type { LatencySummary } from "../../delivery/latency.ts";
import type { Delivery } from "../../model/delivery.ts";
import { deliveryLine } from "./delivery-line.ts";
import type { Style } from "./style.ts";
import { countText, durationText, fitted, safeText } from "./text.ts";

/** What the block under the lines of `listen` says. */
export interface FooterFacts {
  /** Null until the receiver is reachable. */
  place: Place | null;
  tunnel: TunnelFacts;
  /** Null while everything is forwarded as it comes. */
  holding: HoldingFacts | null;
  counts: { delivered: number; failed: number; kept: number };
  latency: LatencySummary;
  /** Those that wait for an answer, the oldest first. */
  pending: readonly Delivery[];
  /** In place of the keys: what became of the last one. */
  message: string | null;
  /** The keys that do something now, the most useful first. */
  keys: readonly KeyHint[];
  /** Milliseconds since the epoch. */
  now: number;
}

export interface Place {
  /** The public URL, or the local one where there is no other. */
  url: string;
  /** Null when there is no app. */
  forwardTo: string | null;
}

/** What is kept until its app takes it. */
export interface HoldingFacts {
  /** The user wants it to wait; else its app is down, or others are before it. */
  paused: boolean;
  held: number;
}

export interface TunnelFacts {
  state: "opening" | "online" | "reconnecting" | "offline" | "none";
  /** How long the provider takes to answer; null when it is not known. */
  latencyMs: number | null;
}

export interface KeyHint {
  key: string;
  /** What it does, in a word or two. */
  label: string;
}

const mostPending = 5;
/** In a window with fewer rows the lines themselves are worth more. */
const rowsForAll = 12;
const rowsForTwo = 6;

/** Pending deliveries, then state and addresses, counts, keys; each a line of at most so many columns. */
export function footerLines(facts: FooterFacts, style: Style, { columns, rows }: WindowSize): string[] {
  const status = statusLine(facts, style, columns);
  if (rows < rowsForTwo) return [status];
  const last =
    facts.message === null ? keyLine(facts.keys, style, columns) : fitted(safeText(facts.message), columns).trimEnd();
  const pending = pendingLines(facts, { ...style, columns }, Math.min(mostPending, Math.floor(rows / 4)));
  if (rows < rowsForAll) return [...pending, status, last];
  return [...pending, style.faint("─".repeat(columns)), status, countLine(facts, style, columns), last];
}

export interface WindowSize {
  columns: number;
  rows: number;
}

function pendingLines({ pending, now }: FooterFacts, style: Style, most: number): string[] {
  const shown = pending.slice(0, most);
  const lines = shown.map((delivery) => {
    const seconds = Math.max(Math.floor((now - delivery.createdAt) / 1000), 0);
    return deliveryLine(delivery, style, { arrow: "replays", word: style.warn(`${seconds} s`) });
  });
  const more = pending.length - shown.length;
  return more === 0 ? lines : [...lines, style.faint(`         … and ${more} more are waiting for an answer`)];
}

/** What goes first where it does not fit: the scheme, then where it is forwarded to. */
function statusLine({ place, tunnel, holding }: FooterFacts, style: Style, columns: number): string {
  const state = joined([stateWord(tunnel, style), holding ? holdingWord(holding, style) : ""]);
  if (place === null) return state;
  const [url, app] = [safeText(place.url), place.forwardTo === null ? null : safeText(place.forwardTo)];
  const short = (address: string): string => address.replace(/^https?:\/\//, "");
  const whole = app === null ? style.strong(url) : `${style.strong(url)} ${style.faint("→")} ${app}`;
  const shorter =
    app === null ? style.strong(short(url)) : `${style.strong(short(url))} ${style.faint("→")} ${short(app)}`;
  const candidates = [whole, shorter, style.strong(short(url))].map((addresses) => `${state}  ${addresses}`);
  return firstFitting(candidates, columns);
}

function stateWord({ state, latencyMs }: TunnelFacts, style: Style): string {
  const latency = latencyMs === null ? "" : ` ${durationText(latencyMs)}`;
  const words = {
    opening: style.warn("○ opening the tunnel …"),
    online: style.good(`● online${latency}`),
    reconnecting: style.warn("○ reconnecting"),
    offline: style.bad("✗ offline"),
    none: style.good("● listening"),
  };
  return words[state];
}

function holdingWord({ paused, held }: HoldingFacts, style: Style): string {
  const count = `${countText(held)} held`;
  return style.warn(paused ? `‖ paused, ${count}` : count);
}

function countLine({ counts, latency }: FooterFacts, style: Style, columns: number): string {
  const { delivered, failed, kept } = counts;
  const { p50, p99 } = latency;
  const counted = [
    `${countText(delivered)} delivered`,
    failed === 0 ? "0 failed" : style.bad(`${countText(failed)} failed`),
    kept === 0 ? "" : `${countText(kept)} kept`,
  ];
  const [half, most] = [p50 === null ? "" : `p50 ${durationText(p50)}`, p99 === null ? "" : `p99 ${durationText(p99)}`];
  const candidates = [[...counted, half, most], [...counted, most], counted].map((words) => joined(words));
  return firstFitting(candidates, columns);
}

function joined(words: string[]): string {
  return words.filter(Boolean).join("  ");
}

function firstFitting(candidates: string[], columns: number): string {
  return candidates.find((line) => stringWidth(line) <= columns) ?? candidates.at(-1)!;
}

/** As many keys as fit, the last two (help, quit) always; without their words where there is no room for those. */
function keyLine(keys: readonly KeyHint[], style: Style, columns: number): string {
  const plain = (hints: readonly KeyHint[]): string => hints.map(({ key, label }) => `${key} ${label}`).join("  ");
  const drawn = (hints: readonly KeyHint[]): string =>
    hints.map(({ key, label }) => `${style.accent(key)} ${style.faint(label)}`).join("  ");
  if (stringWidth(plain(keys)) <= columns) return drawn(keys);
  const [others, always] = [keys.slice(0, -2), keys.slice(-2)];
  const short = others.map(({ key }) => style.accent(key)).join(" ");
  return `${short}  ${drawn(always)}`;
}
