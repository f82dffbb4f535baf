import type { Delivery } from "../../model/delivery.ts";
import { deliveryAdvice } from "./advice.ts";
import { deliveryLine, type LineExtras } from "./delivery-line.ts";
import type { Style } from "./style.ts";
import { indented } from "./text.ts";

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
 * @param advice what to say instead of what the delivery itself suggests; null says nothing
 */
export function deliveryLines(
  delivery: Delivery,
  style: Style,
  { advice = deliveryAdvice(delivery), ...extras }: DeliveryExtras = {},
): string {
  const line = deliveryLine(delivery, style, extras);
  return advice === undefined || advice === null ? `${line}\n` : `${line}\n${indented(advice, 11, style.columns)}\n`;
}

interface DeliveryExtras extends LineExtras {
  advice?: string | null | undefined;
}
