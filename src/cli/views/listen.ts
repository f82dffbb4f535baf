import type { EventRoute } from "../../listen/routing.ts";
import type { ListenEvent } from "../../listen/events.ts";
import { deliveryAdvice, type Known } from "./advice.ts";
import { deliveryJson, deliveryLines } from "./delivery.ts";
import type { Style } from "./style.ts";
import { counted, safeText } from "./text.ts";

/** What goes where: data to stdout, narration to stderr. */
export interface Drawn {
  stdout?: string;
  stderr?: string;
}

/**
 * An event as `--json` shows it; the members are part of the public interface. Notices are narration: they are no
 * object.
 */
export function listenJson(event: ListenEvent): object | null {
  switch (event.type) {
    case "ready":
      return {
        type: "ready",
        publicUrl: event.publicUrl,
        localUrl: event.localUrl,
        forwardTo: event.forwardTo,
        inspectorUrl: null,
        tunnel: event.tunnel,
      };
    case "delivery":
      return { ...deliveryJson(event.delivery), duplicateOf: event.duplicateOf?.id ?? null };
    case "tunnel":
      return {
        type: "tunnel",
        state: event.state,
        url: event.url,
        reason: event.reason,
        hint: event.hint,
        latencyMs: event.latencyMs,
      };
    case "held":
      return { ...deliveryJson(event.delivery), type: "held", held: event.held };
    case "holding":
      return { type: "holding", state: event.state, held: event.held, app: event.app };
    case "stopped":
      return { type: "stopped", deliveries: event.deliveries, failed: event.failed };
    case "pending":
    case "latency":
    case "notice":
      return null;
  }
}

/** What drawing needs besides the event. */
export interface DrawTerms {
  stdout: Style;
  stderr: Style;
  header: HeaderFacts;
  /** What is known besides a delivery, for advice on it. */
  known: Known;
}

/** An event as text. */
export function drawEvent(event: ListenEvent, { stdout, stderr, header, known }: DrawTerms): Drawn {
  switch (event.type) {
    case "ready":
      return { stderr: headerBlock(event, stderr, { ...header, stop: "Ctrl-C" }) };
    case "delivery":
      return { stdout: deliveryLines(event.delivery, stdout, { advice: deliveryAdvice(event.delivery, known) }) };
    case "pending":
      return {}; // only a screen can take it back once it is settled
    case "held":
      return { stdout: deliveryLines(event.delivery, stdout, { word: `held (${event.held})` }) };
    case "holding":
      return { stderr: holdingLine(event, stderr) };
    case "tunnel":
      return { stderr: tunnelLine(event, stderr) };
    case "latency":
      return {};
    case "notice":
      return { stderr: `${stderr.warn("note")}  ${safeText(event.message)}\n` };
    case "stopped": {
      const failed = event.failed === 0 ? "" : `, ${event.failed} failed`;
      return { stderr: `stopped after ${counted(event.deliveries, "delivery", "deliveries")}${failed}\n` };
    }
  }
}

/** What the block at the start says besides the addresses. */
export interface HeaderFacts {
  /** The names of the secrets, in the order in which they are tried. */
  secrets: readonly string[];
  /** The apps of some event types. */
  routes: readonly EventRoute[];
  /** The status that answers in place of an app. */
  respond: number | undefined;
}

/** Where requests come in, where they go, and what they are checked with. */
export function headerBlock(
  event: Extract<ListenEvent, { type: "ready" }>,
  style: Style,
  facts: HeaderFacts & { stop: string },
): string {
  const rows: [string, string][] = [
    ["public URL", event.publicUrl === null ? "none (no tunnel)" : style.strong(safeText(event.publicUrl))],
    ["local URL", event.localUrl],
    ["forwards to", event.forwardTo === null ? `nothing; answers ${facts.respond}` : safeText(event.forwardTo)],
    ...facts.routes.map(({ events, app }): [string, string] => ["", `${safeText(events[0] ?? "")} to ${app.url}`]),
    ["secret", facts.secrets.map(safeText).join(", then ")],
    ["stop", facts.stop],
  ];
  return `${rows.map(([name, value]) => `${style.faint(name.padEnd(12))} ${value}\n`).join("")}\n`;
}

function tunnelLine({ state, url, reason, hint }: Extract<ListenEvent, { type: "tunnel" }>, style: Style): string {
  const word = {
    online: style.good("online"),
    reconnecting: style.warn("reconnecting"),
    offline: style.bad("offline"),
  };
  const where = url === null ? "" : ` ${safeText(url)}`;
  const why = reason === null ? "" : `: ${safeText(reason)}`;
  const next = hint === null ? "" : `  ${style.faint(safeText(hint))}\n`;
  return `tunnel ${word[state]}${where}${why}\n${next}`;
}

function holdingLine({ state, held, app }: Extract<ListenEvent, { type: "holding" }>, style: Style): string {
  const name = app === null ? "the app" : safeText(app);
  const waiting = counted(held, "delivery", "deliveries");
  const lines = {
    paused: [style.warn("paused"), "what comes is kept and answered 200"],
    resumed: [style.good("resumed"), held === 0 ? "nothing was held" : `${waiting} held meanwhile`],
    down: [style.bad("down"), `${name} cannot be reached; what comes is kept and answered 200 (${held} held)`],
    delivering: [style.good("back"), `${name} answers; ${waiting} held still to be delivered`],
    delivered: [style.good("up to date"), `${name} has got all that was held`],
    restored: [style.accent("held"), `${waiting} since an earlier run for ${name}, delivered first`],
  };
  const [word, text] = lines[state] as [string, string];
  return `${word}  ${text}\n`;
}
