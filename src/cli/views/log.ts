import type { Delivery } from "../../model/delivery.ts";
import { deliveryLine, failureAdvice } from "./delivery.ts";
import type { Style } from "./style.ts";
import { safeText } from "./text.ts";

/**
 * Draws deliveries as `listen` does: a line each, and under one that failed what to do about it. Where another day
 * begins, a line says so, since the others hold the time of day only.
 */
export function createLogView(now: number, style: Style): (delivery: Delivery) => string {
  let day = dayOf(now);
  return (delivery) => {
    const own = dayOf(delivery.createdAt);
    const heading = own === day ? "" : `${style.faint(`── ${own}`)}\n`;
    day = own;
    const advice = failureAdvice(delivery) ?? signatureAdvice(delivery);
    const below = advice === undefined ? "" : `          ${advice}\n`;
    return `${heading}${deliveryLine(delivery, style)}\n${below}`;
  };
}

/** The local date, as the line's time is local. */
function dayOf(time: number): string {
  const at = new Date(time);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function signatureAdvice({ signature: { diagnosis } }: Delivery): string | undefined {
  return diagnosis === null ? undefined : `${safeText(diagnosis.summary)} ${safeText(diagnosis.advice)}`;
}
