import { withHeaders, type HeaderList } from "../model/http.ts";
import type { Target } from "./target.ts";

/** How a request with an event is sent. */
export interface EventSending {
  target: Pick<Target, "host">;
  userAgent: string;
  /** `application/json` when left out. */
  contentType?: string | undefined;
  /** None, one, or several. */
  signature: HeaderList;
  /** The user's own: they replace those of their name, or are added. */
  added: HeaderList;
}

/** The headers with which an event is sent, as Telepath sends them. */
export function eventHeaders(sending: EventSending): HeaderList {
  const { target, userAgent, contentType = "application/json", signature, added } = sending;
  const own: HeaderList = [
    ["Host", target.host],
    ["Content-Type", contentType],
    ["User-Agent", userAgent],
    ...signature,
  ];
  return withHeaders(own, added);
}
