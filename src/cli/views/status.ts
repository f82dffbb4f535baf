import type { Counts, EndpointHealth, EventHealth, Health } from "../health.ts";
import type { Style } from "./style.ts";
import { counted, countText, durationText, fitted, safeText } from "./text.ts";

/** What is told of: from when to when, and how finely over time. */
export interface Window {
  from: number;
  to: number;
  bucketMs: number;
  now: number;
}

/** Health as `--json` shows it: an object for each endpoint, then one for all. */
export function statusJson(health: Health, { from, to, bucketMs }: Window): object[] {
  const { endpoints, buckets, ...rest } = health;
  return [
    ...endpoints.map((endpoint) => endpointJson(endpoint)),
    {
      type: "summary",
      since: iso(from),
      until: iso(to),
      ...rest,
      bucketMs,
      buckets: buckets.map(({ at, deliveries, failed }) => ({ at: iso(at), deliveries, failed })),
    },
  ];
}

function endpointJson({ lastFailedAt, retrying, ...endpoint }: EndpointHealth): object {
  return {
    type: "endpoint",
    ...endpoint,
    ...(retrying > 0 ? { retrying } : {}),
    lastFailedAt: lastFailedAt === null ? null : iso(lastFailedAt),
  };
}

/** More of one kind than this nobody reads. */
const mostEndpoints = 10;
const mostEvents = 12;

/** Health for reading: a line for each endpoint, then figures, then a chart over time. */
export function statusText(health: Health, window: Window, style: Style): string {
  const endpoints = health.endpoints.slice(0, mostEndpoints).map((endpoint) => endpointLine(endpoint, window, style));
  const more = health.endpoints.length - mostEndpoints;
  if (more > 0) endpoints.push(style.faint(`   and ${counted(more, "endpoint")} more`));
  const rows = [
    ...sentRows(health, window, style),
    ...timeRows(health),
    ...failureRows(health, style),
    ...eventRows(health.events, style),
  ].map(([name, value]) => `${style.faint(name.padEnd(nameColumns))}${value}`);
  return `${[endpoints.join("\n"), rows.join("\n"), chart(health, window, style)].filter(Boolean).join("\n\n")}\n`;
}

const nameColumns = 15;
type Row = [name: string, value: string];

function endpointLine(endpoint: EndpointHealth, { now }: Window, style: Style): string {
  const { url, state, deliveries, failed, retrying, failures, lastFailedAt } = endpoint;
  const kinds = Object.keys(failures).slice(0, 3).map(safeText).join(", ");
  const ago = lastFailedAt === null ? "" : agoText(now - lastFailedAt);
  const again = retrying === 0 ? "" : `; ${countText(retrying)} to be tried again`;
  const lines = {
    delivered: `${style.good("all recent events delivered")} (${countText(deliveries)})`,
    failing: `${style.warn("some failed")}: ${share(failed, deliveries)} (${kinds}), the newest ${ago}${again}`,
    unreachable: `${style.bad("unreachable")}: no answer to the newest, ${ago}; ${share(failed, deliveries)} failed (${kinds})${again}`,
  };
  return `${marks[state]} ${style.strong(safeText(url))}\n   ${lines[state]}`;
}

/** Terminals do not agree on the width of the second: a space more. */
const marks = { delivered: "✅", failing: "⚠️ ", unreachable: "❌" };

function share(part: number, whole: number): string {
  return `${countText(part)} of ${countText(whole)}`;
}

function sentRows(health: Health, window: Window, style: Style): Row[] {
  const { deliveries, failed, pending, captured, attempts, successRate } = health;
  const tried = deliveries - captured;
  const besides = [
    ...(attempts > tried ? [`${countText(attempts)} attempts`] : []),
    ...(pending > 0 ? [`${countText(pending)} under way`] : []),
    ...(captured > 0 ? [`${countText(captured)} only kept`] : []),
  ];
  const notes = besides.length > 0 ? ` (${besides.join(", ")})` : "";
  const rate = successRate === null ? "-" : percentText(successRate);
  return [
    ["sent", `${countText(tried)} ${windowText(window)}${notes}`],
    ["success rate", failed > 0 ? style.warn(rate) : successRate === null ? rate : style.good(rate)],
  ];
}

function timeRows({ latencyMs }: Health): Row[] {
  const { average, p50, p99 } = latencyMs;
  if (average === null || p50 === null || p99 === null) return [["delivery time", "-"]];
  const figures = `average ${durationText(average)}   p50 ${durationText(p50)}   p99 ${durationText(p99)}`;
  return [["delivery time", figures]];
}

function failureRows({ failures }: Health, style: Style): Row[] {
  const kinds = Object.entries(failures);
  if (kinds.length === 0) return [["failures", "none"]];
  const named = kinds.slice(0, 8).map(([kind, count]) => `${style.bad(safeText(kind))} ${countText(count)}`);
  return [["failures", named.join("   ")]];
}

function eventRows(events: readonly EventHealth[], style: Style): Row[] {
  const shown = events.slice(0, mostEvents);
  const rows = shown.map(({ event, ...counts }, index): Row => {
    const name = fitted(event === null ? "(no event)" : safeText(event), 22);
    return [
      index === 0 ? "by event" : "",
      `${name} ${countText(counts.deliveries).padStart(9)}  ${rateOf(counts, style)}`,
    ];
  });
  const more = events.length - mostEvents;
  return more > 0 ? [...rows, ["", style.faint(`and ${counted(more, "type")} more`)]] : rows;
}

function rateOf({ delivered, failed }: Counts, style: Style): string {
  if (delivered + failed === 0) return style.faint("-");
  const text = percentText(delivered / (delivered + failed));
  return failed > 0 ? style.warn(text) : style.good(text);
}

/** Never "100 %" while one failed, nor "0 %" while one did not. */
function percentText(rate: number): string {
  const tenths = Math.round(rate * 1000);
  const honest = rate < 1 ? Math.min(tenths, 999) : tenths;
  return `${((rate > 0 ? Math.max(honest, 1) : honest) / 10).toFixed(1).replace(".0", "")} %`;
}

const blocks = "▁▂▃▄▅▆▇█";

function chart({ buckets, failed }: Health, { from, to, bucketMs }: Window, style: Style): string {
  const first = Math.floor(from / bucketMs);
  const columns = Math.floor(to / bucketMs) - first + 1;
  const at = new Map(buckets.map((bucket) => [Math.round(bucket.at / bucketMs) - first, bucket]));
  const most = Math.max(1, ...buckets.map(({ deliveries }) => deliveries));
  const bars = (count: (bucket: Health["buckets"][number]) => number): string =>
    Array.from({ length: columns }, (_, column) => bar(at.has(column) ? count(at.get(column)!) : 0, most)).join("");
  const [start, end] = [timeText(from, to - from), timeText(to, to - from)];
  const axis = start + end.padStart(Math.max(columns - start.length, end.length + 1));
  const row = (name: string, line: string): string => `${style.faint(name.padEnd(nameColumns))}${line}`;
  return [
    row(
      "deliveries",
      `${style.accent(bars(({ deliveries }) => deliveries))} ${style.faint(`most ${countText(most)} in ${lengthText(bucketMs)}`)}`,
    ),
    ...(failed > 0 ? [row("failed", style.bad(bars((bucket) => bucket.failed)))] : []),
    row("", style.faint(axis)),
  ].join("\n");
}

/** One or more is never nothing. */
function bar(count: number, most: number): string {
  return count === 0 ? " " : blocks[Math.ceil((count / most) * blocks.length) - 1]!;
}

function timeText(time: number, spanMs: number): string {
  const at = new Date(time);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (spanMs > 3 * 86_400_000) return day;
  return spanMs > 86_400_000 ? `${day.slice(5)} ${clock}` : clock;
}

function windowText({ from, to, now }: Window): string {
  return now - to < 60_000
    ? `in the last ${lengthText(now - from)}`
    : `from ${iso(from).slice(0, 16)} to ${iso(to).slice(0, 16)} UTC`;
}

function agoText(milliseconds: number): string {
  return milliseconds < 1000 ? "just now" : `${lengthText(milliseconds)} ago`;
}

/** A length of time in its greatest unit: `45 s`, `30 min`, `24 h`, `30 days`. */
function lengthText(milliseconds: number): string {
  if (milliseconds < 90_000) return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
  if (milliseconds < 5_400_000 && milliseconds !== 3_600_000) return `${Math.round(milliseconds / 60_000)} min`;
  if (milliseconds < 172_800_000) return `${Math.round(milliseconds / 3_600_000)} h`;
  return `${Math.round(milliseconds / 86_400_000)} days`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
