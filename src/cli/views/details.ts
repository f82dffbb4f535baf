import { isSuccess } from "../../delivery/expectation.ts";
import { jsonBody } from "../../dumps/exports/json.ts";
import type { Attempt, BodyState, Delivery, Diagnosis } from "../../model/delivery.ts";
import type { HeaderList, HttpResponse } from "../../model/http.ts";
import type { RetryPlan } from "../../model/retry.ts";
import { bodyText } from "./body.ts";
import { failureAdvice } from "./advice.ts";
import { deliveryJson } from "./delivery.ts";
import type { Style } from "./style.ts";
import { durationText, headerText, safeText, sizeText } from "./text.ts";
import { nextTryText } from "./waiting.ts";

/** The attempt that is yet to be made of a delivery. */
export interface NextAttempt {
  plan: RetryPlan;
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** Some process is there to make it. */
  isAtWork: boolean;
  now: number;
}

/** A delivery in full as `show --json` prints it: what `log --json` says of it, with headers and bodies. */
export function detailsJson(delivery: Delivery, next: NextAttempt | null): object {
  const line = deliveryJson(delivery) as { attempts: object[] };
  return {
    ...line,
    ...(next ? { nextAttemptAt: new Date(next.dueAt).toISOString() } : {}),
    headers: delivery.headers,
    body: jsonBody(delivery.body),
    attempts: line.attempts.map((attempt, index) =>
      Object.assign({}, attempt, { response: responseJson(delivery.attempts[index]?.response ?? null) }),
    ),
  };
}

function responseJson(response: HttpResponse | null): object | null {
  return response && { status: response.status, headers: response.headers, body: jsonBody(response.body) };
}

/** A delivery in full, for reading. */
export function detailsText(delivery: Delivery, style: Style, next: NextAttempt | null = null): string {
  const blocks = [
    `${style.strong(`${safeText(delivery.method)} ${safeText(delivery.target)}`)}\n${facts(delivery, style, next)}`,
    headerLines(delivery.headers, style),
    bodyText(delivery.body),
    ...delivery.attempts.map((attempt) => attemptBlock(attempt, style)),
    failureAdvice(delivery) ?? "",
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function facts(delivery: Delivery, style: Style, next: NextAttempt | null): string {
  const rows: [string, string | null][] = [
    ["id", delivery.id],
    [delivery.source === "listen" ? "received" : "made", `${timeText(delivery.createdAt)}, ${delivery.source}`],
    ["event", delivery.event && safeText(delivery.event)],
    ["call", delivery.callId && safeText(delivery.callId)],
    ["outcome", next ? nextText(delivery, next, style) : outcomeText(delivery, style)],
    ["replay of", delivery.replayOf],
    ["body", `${sizeText(delivery.body.byteLength)}${bodyNotes[delivery.bodyState]}`],
    ["signature", signatureText(delivery, style)],
    ...(delivery.signature.diagnosis ? diagnosisRows(delivery.signature.diagnosis) : []),
  ];
  return rows
    .flatMap(([name, value]) => (value === null ? [] : [`${style.faint(name.padEnd(10))} ${value}`]))
    .join("\n");
}

const bodyNotes: Record<BodyState, string> = {
  whole: "",
  "too-large": ", cut there: it was over the limit",
  incomplete: ", then the sender went away or the dump ended",
  inexact: ", not byte for byte what was sent",
};

function outcomeText({ outcome }: Delivery, style: Style): string {
  if (outcome === "delivered") return style.good("✓ delivered");
  return outcome === "failed" ? style.bad("✗ failed") : style.warn(outcome);
}

function nextText({ attempts }: Delivery, next: NextAttempt, style: Style): string {
  const text = `${style.warn("pending")}, ${nextTryText({ ...next, made: attempts.length }, next.now)}`;
  return next.isAtWork ? text : `${text}; nothing is at work on it: telepath-hooks send --resume goes on`;
}

function signatureText({ signature: { verdict, secret } }: Delivery, style: Style): string {
  if (verdict === "valid") return style.good(`valid${secret === null ? "" : `, by ${safeText(secret)}`}`);
  return verdict === "invalid" ? style.bad(verdict) : style.warn(verdict);
}

function diagnosisRows(diagnosis: Diagnosis): [string, string][] {
  const { code, proven, steps, summary, advice, firstDifference } = diagnosis;
  const rows: [string, string][] = [
    [proven ? "cause" : "maybe", `${safeText(summary)} (${safeText(code)}${proven ? ", proven" : ", not proven"})`],
    ...steps.map((step, index): [string, string] => [index === 0 ? "steps" : "", safeText(step)]),
    ["advice", safeText(advice)],
  ];
  if (firstDifference) {
    const { offset, held, signed } = firstDifference;
    rows.push(["differs", `at byte ${offset}: held "${safeText(held)}", signed "${safeText(signed)}"`]);
  }
  return rows;
}

function headerLines(headers: HeaderList, style: Style): string {
  return headers.map(([name, value]) => `${style.accent(safeText(name))}: ${headerText(value)}`).join("\n");
}

function attemptBlock(attempt: Attempt, style: Style): string {
  const { number, startedAt, url, durationMs, response } = attempt;
  const title = style.strong(`attempt ${number}`);
  const where = `${title}  ${timeText(startedAt)}  ${safeText(url)}  ${durationText(durationMs)}`;
  if (!response)
    return `${where}\n  ${style.bad(safeText([attempt.failure, attempt.message].filter(Boolean).join(": ")))}`;
  const { status, headers, body } = response;
  const word = isSuccess(status) ? style.good(String(status)) : style.bad(String(status));
  const parts = [word, headerLines(headers, style)].filter(Boolean).join("\n");
  return `${where}\n${margined([parts, bodyText(body)].filter(Boolean).join("\n\n"))}`;
}

function margined(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

function timeText(time: number): string {
  return new Date(time).toISOString().replace("T", " ");
}
