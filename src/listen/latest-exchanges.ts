import type { Duplex } from "node:stream";
import type { Exchange } from "./receiver.ts";

/**
 * The latest exchange of each connection, for as long as its answer is due. Requests may come before the answers to
 * those before them, and `node:http` keeps each answer back until its turn comes: a connection that ends with any but
 * the latest of them loses answers that an app has given.
 */
export class LatestExchanges {
  readonly #latest = new WeakMap<Duplex, Exchange | null>();

  /** False when the connection ends with an answer that is due: what comes behind that is not looked at. */
  enter(exchange: Exchange): boolean {
    const { socket } = exchange.request;
    if (this.#latest.get(socket)?.closing) return false;
    this.#latest.set(socket, exchange);
    return true;
  }

  /** To be told of each exchange when its answer is written. */
  leave(exchange: Exchange): void {
    const { request, response, closing } = exchange;
    const waitsForItsTurn = response.socket === null;
    if (closing || waitsForItsTurn || this.#latest.get(request.socket) !== exchange) return;
    this.#latest.set(request.socket, null); // an idle connection holds on to nothing
  }

  /** `null` when every answer is out, or on its way with nothing left that could hold it up. */
  on(socket: Duplex): Exchange | null {
    const latest = this.#latest.get(socket) ?? null;
    return latest?.response.writableFinished ? null : latest;
  }
}

/** The connection ends with the answer of this exchange, which must be its latest, be it written or not. */
export function endBehind(exchange: Exchange): void {
  if (exchange.closing) return;
  exchange.closing = true;
  const { request, response } = exchange;
  if (response.headersSent) response.end(() => request.socket.destroySoon());
}
