import type { Delivery, FailureKind, Source } from "../../model/delivery.ts";
import { lastStatus } from "../../model/delivery.ts";
import type { Style } from "./style.ts";
import { durationText, fitted, indented, safeText } from "./text.ts";

/** A delivery as `--json` shows it; the members are part of the public interface. */
export function deliveryJson(delivery: Delivery): object {
  return {
    type: "delivery",
    id: delivery.id,
    source: delivery.source,
    receivedAt: new Date(delivery.createdAt).toISOString(),
    event: delivery.event,
    callId: delivery.callId,
    method: delivery.method,
    target: delivery.target,
    bytes: delivery.body.length,
    bodyState: delivery.bodyState,
    signature: {
      verdict: delivery.signature.verdict,
      secret: delivery.signature.secret,
      diagnosis: delivery.signature.diagnosis,
    },
    outcome: delivery.outcome,
    attempts: delivery.attempts.map((attempt) => ({
      number: attempt.number,
      startedAt: new Date(attempt.startedAt).toISOString(),
      durationMs: Math.round(attempt.durationMs * 100) / 100,
      url: attempt.url,
      status: attempt.response?.status ?? null,
      failure: attempt.failure,
      message: attempt.message,
    })),
    replayOf: delivery.replayOf,
  };
}

/** The end of an id: enough to name it by, and unlike the beginning it differs between neighbours. */
export function shortId(id: string): string {
  return id.slice(-6);
}

/**
 * A delivery as a line, and under it, where there is something to say, one with the likely cause and the next step.
 *
 * @param advice what to say instead of what the delivery itself suggests
 */
export function deliveryLines(
  delivery: Delivery,
  style: Style,
  { arrow = false, word = "", advice = deliveryAdvice(delivery) }: LineExtras = {},
): string {
  const line = deliveryLine(delivery, style, arrow) + (word && `  ${word}`);
  return advice === undefined ? `${line}\n` : `${line}\n${indented(advice, 11, style.columns)}\n`;
}

interface LineExtras {
  /** Says how it came to be, for lists that mix them. */
  arrow?: boolean;
  /** Stands at the end of the line. */
  word?: string;
  advice?: string | undefined;
}

/**
 * Time, ✓/✗, event type, call id, signature verdict, the app's status, duration, short id: columns that line up over
 * many lines and fit 80 characters for the usual names.
 */
function deliveryLine(delivery: Delivery, style: Style, arrow: boolean): string {
  const attempt = delivery.attempts.at(-1);
  const name = delivery.event ?? `${delivery.method} ${delivery.target}`;
  return (
    `${style.faint(clock(delivery.createdAt))} ${arrow ? arrows[delivery.source] : ""}${outcomeMark(delivery, style)} ` +
    `${style.strong(fitted(safeText(name), 18))}  ${fitted(safeText(delivery.callId ?? "-"), 14)}  ` +
    `${signatureWord(delivery, style)} ${statusWord(delivery, style)} ` +
    `${style.faint((attempt ? durationText(attempt.durationMs) : "").padStart(7))}  ${style.faint(shortId(delivery.id))}`
  );
}

/** Received, sent, sent again, read from a dump. */
const arrows: Record<Source, string> = { listen: "←", send: "→", replay: "↻", import: "+" };

/** Local time of day, as the user's clock on the wall shows it. */
function clock(time: number): string {
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

/** What there is to say about a delivery: why it failed or, when it went well in spite of it, why its signature is wrong. */
function deliveryAdvice(delivery: Delivery): string | undefined {
  const { diagnosis } = delivery.signature;
  const signatureAdvice =
    diagnosis === null ? undefined : `${safeText(diagnosis.summary)} ${safeText(diagnosis.advice)}`;
  return failureAdvice(delivery) ?? signatureAdvice;
}

/** What most likely went wrong with a failed delivery, and the next step. Undefined when there is nothing to say. */
export function failureAdvice(delivery: Delivery): string | undefined {
  const attempt = delivery.attempts.at(-1);
  if (delivery.outcome !== "failed" || attempt === undefined) return undefined;
  if (attempt.failure !== null)
    return `${safeText(attempt.message ?? attempt.failure)}: ${failureSteps[attempt.failure]}`;
  const status = attempt.response?.status ?? 0;
  const answer = firstLine(attempt.response?.body ?? new Uint8Array());
  if (status >= 500 && answer.startsWith(ownAnswer)) return `${answer}: look at the listen that answered`;
  return `the app answered ${status}${answer ? ` "${answer}"` : ""}: ${statusStep(status)}`;
}

/** How the gateway's own answers begin: then it was not the app that answered. */
const ownAnswer = "telepath-hooks: ";

const failureSteps: Record<FailureKind, string> = {
  refused: "start your app, or give its port with --port",
  timeout: "answer first and work later; Telepath waits 30 s",
  reset: "the app dropped the connection; look at its log",
  dns: "check the host name in --to",
  tls: "check the app's certificate, or use http",
  aborted: "replay it when you are ready",
};

function statusStep(status: number): string {
  if (status === 401 || status === 403) return "it refused the signature or the caller; compare the secrets";
  if (status === 404 || status === 405) return "check the path and method of its route (--path, --to)";
  if (status >= 300 && status < 400) return "Telepath follows no redirect; give the final URL";
  return status >= 500
    ? "look at its log; telepath-hooks replay last-failed tries again"
    : "any 2xx counts as delivered";
}

function firstLine(body: Uint8Array): string {
  const line = Buffer.from(body.subarray(0, 400)).toString("utf8").trimStart().split(/\r?\n/, 1)[0] ?? "";
  return safeText(line.length > 80 ? `${line.slice(0, 79)}…` : line);
}
