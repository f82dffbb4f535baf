import type { Socket } from "node:net";
import { Pool, type Dispatcher } from "undici";
import { Gathered } from "../model/gathered.ts";
import type { Header, HeaderList } from "../model/http.ts";
import { onAborted } from "./aborts.ts";
import { openConnection } from "./connect.ts";
import { failureOf, stopped, tooLarge, tooSlow, type Failure } from "./failure.ts";
import { checkRequest, requestHead, wireHeaders } from "./head.ts";
import type { Exchange, OutgoingRequest, Transport } from "./transport.ts";
import { carryOwnHeads, endUnlessSent, type Message, type Outbox } from "./wire.ts";

export interface TransportOptions {
  /** The most connections to one origin; further requests wait for a free one, which counts towards their deadline. */
  connections: number;
  /** Take any certificate: for an https app with a self-signed one. */
  insecure?: boolean;
  /** The longest answer taken, in bytes; 10 MB. */
  maxAnswerBytes?: number;
}

/**
 * How long an idle connection is kept for the next request. Short, since a server that closes one just as we write
 * costs a delivery: whether the request was processed cannot be known, so it is never sent again unasked but reported
 * as `reset`.
 */
const idleMs = 1_000;

interface Server {
  origin: string;
  host: string;
  pool: Pool;
}

/** The transport over undici: one pool an origin, keep-alive, no pipelining. */
export function createTransport(options: TransportOptions): Transport {
  const { connections, insecure = false, maxAnswerBytes = 10 * 1024 ** 2 } = options;
  const servers = new Map<string, Server>();
  const connecting = new Set<Socket>();
  const outbox: Outbox = { message: undefined };
  let longestTimeoutMs = 1;

  function serverAt(given: string): Server {
    const known = servers.get(given);
    if (known) return known;
    const { origin, host } = new URL(given);
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      keepAliveTimeoutThreshold: 500,
      // The deadline of the whole exchange is ours.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (to, callback) => {
        const socket = openConnection(to, { timeoutMs: longestTimeoutMs, insecure }, (error, opened) => {
          connecting.delete(socket);
          if (opened === null) return callback(error ?? new Error("no connection"), null);
          carryOwnHeads(opened, outbox);
          callback(null, opened);
        });
        connecting.add(socket);
      },
    });
    const server = { origin, host, pool };
    servers.set(given, server);
    return server;
  }

  return {
    exchange(request) {
      return new Promise((resolve) => {
        checkRequest(request);
        const { origin, host, pool } = serverAt(request.origin);
        longestTimeoutMs = Math.max(longestTimeoutMs, request.timeoutMs);
        const head = requestHead(request, wireHeaders(request, host));
        const { buffer, byteOffset, byteLength } = request.body;
        const body = Buffer.from(buffer, byteOffset, byteLength);
        const sending = { message: { head, body, socket: undefined }, outbox };
        const exchange = new ExchangeUnderWay(request, origin, maxAnswerBytes, resolve, sending);
        if (exchange.settled) return;
        // The head is ours: see `wire.ts`.
        const { method, target: path } = request;
        pool.dispatch({ method, path, body: byteLength === 0 ? null : body }, exchange);
      });
    },

    async close() {
      const closing = [...servers.values()].map(({ pool }) => pool.destroy());
      for (const socket of connecting) socket.destroy();
      await Promise.all(closing);
    },
  };
}

/** What is written, and by way of what. */
interface Sending {
  message: Message;
  outbox: Outbox;
}

/** One request on its way, and what came back of its answer. Settles once: by the answer, an error, or the deadline. */
class ExchangeUnderWay implements Dispatcher.DispatchHandler {
  settled = false;
  readonly #request: OutgoingRequest;
  readonly #origin: string;
  readonly #maxAnswerBytes: number;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #sending: Sending;
  readonly #startedAt = Date.now();
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #forget: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: HeaderList = [];
  readonly #body = new Gathered();

  constructor(
    request: OutgoingRequest,
    origin: string,
    maxAnswerBytes: number,
    resolve: (exchange: Exchange) => void,
    sending: Sending,
  ) {
    this.#request = request;
    this.#origin = origin;
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#resolve = resolve;
    this.#sending = sending;
    this.#timer = setTimeout(() => this.#giveUp(tooSlow(request.timeoutMs, origin)), request.timeoutMs);
    const stop = (): void => this.#giveUp(stopped);
    this.#forget = request.signal && onAborted(request.signal, stop);
    if (request.signal?.aborted) stop();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It waited for a connection until nobody waited for it: throwing here keeps it from being written.
    if (this.settled) throw new Error(stopped.message);
    this.#controller = controller;
    const { message, outbox } = this.#sending;
    outbox.message = message;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // 1xx are announcements; the answer is yet to come (RFC 9110 §15.2).
    if (status < 200) return;
    this.#status = status;
    this.#headers = pairBytes(controller.rawHeaders as Buffer[]);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const tooMuch = this.#body.length + chunk.byteLength > this.#maxAnswerBytes;
    if (tooMuch) this.#giveUp(tooLarge(this.#maxAnswerBytes, this.#origin));
    else this.#body.add(chunk);
  }

  onResponseEnd(): void {
    // One that takes the request may answer at once and read the rest after; the exchange is over all the same.
    if (this.#status >= 300) endUnlessSent(this.#sending.message);
    const response = { status: this.#status, headers: this.#headers, body: this.#body.bytes() };
    this.#settle({ response, failure: null, message: null });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // The client misses the body that Content-Length speaks of, but these answers have none (RFC 9112 §6.3).
    if (this.#status === 204 || this.#status === 304) return this.onResponseEnd();
    const connected = this.#controller !== undefined;
    this.#fail(failureOf(error, { origin: this.#origin, connected, answering: this.#status > 0 }));
  }

  #giveUp(failure: Failure): void {
    this.#fail(failure);
    this.#controller?.abort(new Error(failure.message));
  }

  #fail({ kind, message }: Failure): void {
    this.#settle({ response: null, failure: kind, message });
  }

  #settle(result: Pick<Exchange, "response" | "failure" | "message">): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.#timer);
    this.#forget?.();
    const { response, failure, message } = result;
    this.#resolve({
      startedAt: this.#startedAt,
      durationMs: Math.round((performance.now() - this.#start) * 100) / 100,
      url: this.#origin + this.#request.target,
      reached: this.#controller !== undefined,
      response,
      failure,
      message,
    });
  }
}

function pairBytes(flat: readonly Buffer[]): HeaderList {
  const headers: Header[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    headers.push([flat[index]!.toString("latin1"), flat[index + 1]!.toString("latin1")]);
  }
  return headers;
}
