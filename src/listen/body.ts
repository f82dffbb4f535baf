import type { IncomingMessage } from "node:http";
import { Gathered } from "../model/gathered.ts";
import { headerValue, type HeaderList } from "../model/http.ts";
import type { BodyState } from "../model/delivery.ts";

/** A body as far as it came; `overloaded` when there is no memory left for it. */
export interface ReceivedBody {
  bytes: Buffer;
  state: BodyState | "overloaded";
}

/** How many bytes of bodies all requests together may hold at one time. */
export interface MemoryBudget {
  left: number;
}

/**
 * How long a sender that announced too long a body may go on before it is told. The first part is worth having on
 * record: it names the event.
 */
const tooLargeGraceMs = 1000;

/** What the sender says of the body's length; 0 when it says nothing. The parser has checked that it is a number. */
export function declaredLength(headers: HeaderList): number {
  return Number(headerValue(headers, "content-length") ?? 0);
}

export interface BodyLimits {
  maxBytes: number;
  budget: MemoryBudget;
}

/**
 * Collects the body under a cap. Resolves as soon as its state is settled and never rejects; what comes after that is
 * thrown away. The caller gives the bytes back to the budget.
 *
 * @param declared what the sender says of its length
 */
export function readBody(
  request: IncomingMessage,
  declared: number,
  { maxBytes, budget }: BodyLimits,
): Promise<ReceivedBody> {
  return new Promise((resolve) => {
    const gathered = new Gathered();
    const settle = (state: ReceivedBody["state"]): void => {
      clearTimeout(grace);
      request.off("data", take).off("end", whole).off("close", gone);
      if (state !== "whole") request.resume(); // keep the connection flowing so that the answer gets through
      resolve({ bytes: gathered.bytes(), state });
    };
    const take = (chunk: Buffer): void => {
      const room = maxBytes - gathered.length;
      const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
      if (kept.length > budget.left) return settle("overloaded");
      budget.left -= kept.length;
      gathered.add(kept);
      if (kept !== chunk) settle("too-large");
    };
    const whole = (): void => settle("whole");
    const gone = (): void => settle("incomplete");
    const grace = declared > maxBytes ? setTimeout(settle, tooLargeGraceMs, "too-large") : undefined;
    request.on("data", take).on("end", whole).on("close", gone);
  });
}
