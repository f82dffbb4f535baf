import { hash } from "node:crypto";
import type { Delivery } from "../model/delivery.ts";
import { headerValue } from "../model/http.ts";
import { signatureHeader } from "../signatures/sign.ts";

/** A delivery that said the same before. */
export interface EarlierDelivery {
  id: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** It, or one like it since, was delivered: the sender had no reason to try again. */
  delivered: boolean;
}

/** At least so many different ones are remembered, and an hour of a busy line is fewer. */
const remembered = 10_000;

/**
 * Tells for each settled delivery which earlier one had the same event type, call id and body: a retry, or the same
 * event a second time. Knows those of this session, the latest 10,000 at least; null for anything that is not an event
 * of a call.
 *
 * @param secrets how many there are
 */
export function createDuplicates(secrets: number): (delivery: Delivery) => EarlierDelivery | null {
  // Two tables by turns: to take the oldest out of one would pass over all that were taken out of it before.
  let recent = new Map<string, EarlierDelivery>();
  let before = new Map<string, EarlierDelivery>();
  return (delivery) => {
    const { id, createdAt, event, callId, bodyState } = delivery;
    if (event === null || callId === null || bodyState !== "whole") return null;
    const delivered = delivery.outcome === "delivered";
    const key = identityOf(delivery, secrets);
    const found = recent.get(key) ?? before.get(key);
    if (recent.size === remembered) {
      before = recent;
      recent = new Map();
    }
    recent.set(key, found ? { ...found, delivered: found.delivered || delivered } : { id, createdAt, delivered });
    return found ?? null;
  };
}

/** The same for the same body, of which event and call are members. */
function identityOf({ body, headers, signature }: Delivery, secrets: number): string {
  // Of one secret, a valid signature is a hash of the body that has been made already.
  const signed = secrets === 1 && signature.verdict === "valid" ? headerValue(headers, signatureHeader) : undefined;
  return signed ?? hash("sha256", body, "base64");
}
