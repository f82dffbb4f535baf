import type { Attempt } from "../model/delivery.ts";
import type { HttpRequest } from "../model/http.ts";

/**
 * Sends requests over HTTP/1.1 as they are: the target is never parsed, the header list keeps its order, case and
 * repetitions, no header is added but the framing, no redirect is followed, no answer is decoded.
 */
export interface Transport {
  /**
   * One try. Never rejects for anything the other side does: that is the attempt's `failure`.
   */
  exchange(request: OutgoingRequest): Promise<Exchange>;

  /** Drops the connections, those under way included. */
  close(): Promise<void>;
}

export interface OutgoingRequest extends HttpRequest {
  /** Scheme, host and port to connect to; the path is `target`. */
  origin: string;
  /** From the start to the last byte of the answer, in milliseconds. */
  timeoutMs: number;
  /** Ends the try as `aborted`. */
  signal?: AbortSignal;
}

/** An attempt as the transport sees it; whoever keeps the record numbers it. */
export interface Exchange extends Omit<Attempt, "number"> {
  /** A connection came about and was given the request. While false, not a byte of it can have arrived. */
  reached: boolean;
}

export function attemptOf(exchange: Exchange, number: number): Attempt {
  const { startedAt, durationMs, url, response, failure, message } = exchange;
  return { number, startedAt, durationMs, url, response, failure, message };
}
