import stringWidth from "fast-string-width";
import type { Delivery, Source } from "../../model/delivery.ts";
import { lastStatus } from "../../model/delivery.ts";
import type { Style } from "./style.ts";
import { durationText, fitted, safeText } from "./text.ts";

/** The end of an id: enough to name it by, and unlike the beginning it differs between neighbours. */
export function shortId(id: string): string {
  return id.slice(-6);
}

export interface LineExtras {
  /** Says how it came to be, for lists that mix them; `replays`: only of those, and the others have its place free. */
  arrow?: boolean | "replays";
  /** Stands at the end of the line; may be coloured. */
  word?: string;
}

/**
 * Time, ✓/✗, event type, call id, signature verdict, the app's status, duration, short id: columns that line up over
 * many lines and fit 80 characters for the usual names. A narrow terminal has fewer of them; a wide one has longer
 * names, the target, the whole id and the reason too. One line without an end.
 */
export function deliveryLine(delivery: Delivery, style: Style, { arrow = false, word = "" }: LineExtras = {}): string {
  const taken = (arrow ? 1 : 0) + (word === "" ? 0 : stringWidth(word) + 2);
  const layout = layoutFor(style.columns === undefined ? usualColumns : style.columns - taken);
  const attempt = delivery.attempts.at(-1);
  const name = delivery.event ?? `${delivery.method} ${delivery.target}`;
  const mark = arrowOf(delivery, arrow) + outcomeMark(delivery, style);
  const start = `${style.faint(clock(delivery.createdAt))} ${mark} ${style.strong(fitted(safeText(name), layout.event))}`;
  const parts = [
    layout.call > 0 ? fitted(safeText(delivery.callId ?? "-"), layout.call) : null,
    [
      layout.signature ? `${signatureWord(delivery, style)} ` : "",
      statusWord(delivery, style),
      layout.duration ? style.faint(` ${(attempt ? durationText(attempt.durationMs) : "").padStart(7)}`) : "",
    ].join(""),
    layout.target > 0 ? fitted(safeText(delivery.target), layout.target) : null,
    style.faint(layout.wholeId ? delivery.id : shortId(delivery.id)),
    layout.reason > 0 ? fitted(reason(delivery), layout.reason).trimEnd() : null,
    word,
  ];
  return [start, ...parts].filter(Boolean).join("  ");
}

/** How many columns each part has; 0 leaves it out. */
interface Layout {
  event: number;
  call: number;
  signature: boolean;
  duration: boolean;
  target: number;
  wholeId: boolean;
  reason: number;
}

const usualEvent = 18;
const usualCall = 14;
/** Time, mark, verdict, status, duration, short id and what stands between them. */
const fixedColumns = 47;
const usualColumns = fixedColumns + usualEvent + usualCall;
const leastEvent = 10;
const leastCall = 8;

let latest: { columns: number; layout: Layout } | undefined;

/** The same for every line until the width changes, so it is thought out once. */
function layoutFor(columns: number): Layout {
  if (latest?.columns !== columns) latest = { columns, layout: newLayout(columns) };
  return latest.layout;
}

function newLayout(columns: number): Layout {
  const layout = { signature: true, duration: true, target: 0, wholeId: false, reason: 0 };
  if (columns >= usualColumns) return { ...layout, ...roomyLayout(columns - usualColumns) };
  if (columns >= fixedColumns + leastEvent + leastCall) {
    const call = Math.max(columns - fixedColumns - usualEvent, leastCall);
    return { ...layout, call, event: columns - fixedColumns - call };
  }
  const withoutCall = fixedColumns - 2;
  if (columns >= withoutCall + leastEvent) return { ...layout, call: 0, event: columns - withoutCall };
  const withoutVerdict = withoutCall - 9;
  const duration = columns >= withoutVerdict + leastEvent;
  const event = columns - withoutVerdict + (duration ? 0 : 8);
  return { ...layout, signature: false, duration, call: 0, event: Math.max(event, 4) };
}

/** Hands out what the usual columns leave, in the order in which it is missed. */
function roomyLayout(spare: number): Pick<Layout, "event" | "call" | "target" | "wholeId" | "reason"> {
  let left = spare;
  const take = (most: number, least: number): number => {
    const taken = left < least ? 0 : Math.min(left, most);
    left -= taken;
    return taken;
  };
  const event = usualEvent + take(6, 6);
  const call = usualCall + take(10, 10);
  const target = Math.max(take(32, 12) - 2, 0);
  const wholeId = take(20, 20) > 0;
  const reason = Math.max(take(62, 22) - 2, 0);
  return { event, call, target, wholeId, reason };
}

/** Received, sent, sent again, read from a dump. */
const arrows: Record<Source, string> = { listen: "←", send: "→", replay: "↻", import: "+" };

function arrowOf({ source }: Delivery, arrow: boolean | "replays"): string {
  if (arrow === "replays" && source !== "replay") return " ";
  return arrow ? arrows[source] : "";
}

/** Local time of day, as the user's clock on the wall shows it. */
export function clock(time: number): string {
  const at = new Date(time);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function outcomeMark({ outcome }: Delivery, style: Style): string {
  if (outcome === "delivered") return style.good("✓");
  if (outcome === "failed") return style.bad("✗");
  return outcome === "pending" ? style.warn("…") : style.accent("•");
}

function signatureWord({ signature }: Delivery, style: Style): string {
  const words = {
    valid: style.good("valid   "),
    invalid: style.bad("invalid "),
    missing: style.warn("unsigned"),
    unchecked: style.faint("-       "),
  };
  return words[signature.verdict];
}

function statusWord(delivery: Delivery, style: Style): string {
  const status = lastStatus(delivery);
  const word = (status === null ? failureWord(delivery) : String(status)).padEnd(7);
  if (delivery.outcome === "failed") return style.bad(word);
  return delivery.outcome === "delivered" ? style.good(word) : word;
}

function failureWord({ attempts, outcome, bodyState }: Delivery): string {
  if (bodyState === "too-large") return "413";
  if (bodyState === "incomplete") return "cut";
  const failure = attempts.at(-1)?.failure;
  return failure ?? (outcome === "captured" ? "kept" : outcome);
}

/** In a few words, what is not as it should be. */
function reason({ attempts, signature, bodyState }: Delivery): string {
  const message = attempts.at(-1)?.message;
  if (message) return safeText(message);
  if (signature.diagnosis) return safeText(signature.diagnosis.code);
  const states = { whole: "", inexact: "", "too-large": "body over the limit", incomplete: "body not whole" };
  return states[bodyState];
}
