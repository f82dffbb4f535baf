import type { Delivery } from "../model/delivery.ts";

/** How a delivery that repeats another ended, compared with that one. */
export type Comparison = "fixed" | "still failing" | "regressed" | "same";

/** Null when the earlier one was never attempted: there is nothing to compare. */
export function compare(
  earlier: Pick<Delivery, "outcome" | "attempts">,
  now: Pick<Delivery, "outcome">,
): Comparison | null {
  if (earlier.attempts.length === 0) return null;
  const good = now.outcome === "delivered";
  if (earlier.outcome === "delivered") return good ? "same" : "regressed";
  return good ? "fixed" : "still failing";
}
