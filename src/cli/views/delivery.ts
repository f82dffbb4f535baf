import type { Delivery, FailureKind } from "../../model/delivery.ts";
import { deliveryLine, type LineExtras } from "./delivery-line.ts";
import type { Style } from "./style.ts";
import { indented, safeText } from "./text.ts";

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

/**
 * A delivery as a line, and under it, where there is something to say, one with the likely cause and the next step.
 *
 * @param advice what to say instead of what the delivery itself suggests
 */
export function deliveryLines(
  delivery: Delivery,
  style: Style,
  { advice = deliveryAdvice(delivery), ...extras }: DeliveryExtras = {},
): string {
  const line = deliveryLine(delivery, style, extras);
  return advice === undefined ? `${line}\n` : `${line}\n${indented(advice, 11, style.columns)}\n`;
}

interface DeliveryExtras extends LineExtras {
  advice?: string | undefined;
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
