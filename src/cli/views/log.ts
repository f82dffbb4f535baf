import type { Delivery } from "../../model/delivery.ts";
import { deliveryLines } from "./delivery.ts";
import type { Style } from "./style.ts";

/**
 * Draws deliveries as `listen` does: a line each, and under one that failed what to do about it; an arrow says where it
 * came from. Where another day
 * begins, a line says so, since the others hold the time of day only.
 */
export function createLogView(now: number, style: Style): (delivery: Delivery) => string {
  let day = dayOf(now);
  return (delivery) => {
    const own = dayOf(delivery.createdAt);
    const heading = own === day ? "" : `${style.faint(`── ${own}`)}\n`;
    day = own;
    return heading + deliveryLines(delivery, style, { arrow: true });
  };
}

/** The local date, as the line's time is local. */
function dayOf(time: number): string {
  const at = new Date(time);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
