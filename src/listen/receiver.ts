import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { systemCode, TelepathError } from "../model/errors.ts";
import { pairHeaders, type HeaderList, type HttpRequest } from "../model/http.ts";
import type { BodyState } from "../model/delivery.ts";
import { admit, type Refusal } from "./admit.ts";
import { plainAnswer, type Answer } from "./answer.ts";
import { declaredLength, readBody, type MemoryBudget, type ReceivedBody } from "./body.ts";
import { refuseBrokenInput, refuseConnect } from "./broken-input.ts";
import { endBehind, LatestExchanges } from "./latest-exchanges.ts";
import type { Notify } from "./notices.ts";
import type { UnderWay } from "./under-way.ts";
import { Crowd, receiverLimits, type ReceiverLimits } from "./receiver-limits.ts";
import { UnreadAnswers } from "./unread-answers.ts";
import { writeAnswer } from "./write-answer.ts";

/** A request with its body, as far as it came. */
export interface Received extends HttpRequest {
  bodyState: BodyState;
}

/** One request from its first header to its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The connection ends with this answer. */
  closing: boolean;
}

export interface ReceiverSettings {
  /** 0 is any free one. */
  port: number;
  /** Of this gateway in `Via`: what carries it has been here before. */
  name: string;
  maxBodyBytes: number;
  /** How long a connection may be silent, the time the app takes included. */
  silenceMs: number;
  /** `receiverLimits`, when left out. */
  limits?: ReceiverLimits;
}

export interface ReceiverTools {
  /** Gets every request that was admitted, whole or not; must not reject. */
  handle: (received: Received) => Promise<Answer>;
  notify: Notify;
  /** Counts each request from its head to its answer. */
  work: UnderWay;
}

/**
 * The listening side of the gateway, on 127.0.0.1: from sockets to requests, from answers to sockets. Nothing a sender
 * does makes it throw.
 */
export class Receiver {
  readonly #settings: ReceiverSettings;
  readonly #tools: ReceiverTools;
  readonly #server: Server;
  readonly #exchanges = new LatestExchanges();
  readonly #budget: MemoryBudget;
  readonly #crowd: Crowd;
  readonly #unread: UnreadAnswers;
  #stopping = false;

  private constructor(settings: ReceiverSettings, tools: ReceiverTools) {
    this.#settings = settings;
    this.#tools = tools;
    const limits = settings.limits ?? receiverLimits;
    this.#budget = { left: limits.bodyBytes(settings.maxBodyBytes) };
    this.#crowd = new Crowd(limits);
    this.#unread = new UnreadAnswers(limits.answerBytes, tools.notify);
    this.#server = createServer(serverOptions(limits));
    this.#server.maxConnections = limits.connections;
    // A sender that closes its side after the request (`nc -N`) has its answer due all the same. Undocumented, and old.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    this.#server.on("drop", () => tools.notify("OVERLOADED", "too many connections at once; some were closed unread"));
    this.#server.maxHeadersCount = 0; // all of them: `admit` refuses too many, where Node would drop them in silence
    this.#server.setTimeout(settings.silenceMs);
    this.#server.on("request", (request, response) => this.#accept(request, response, false));
    this.#server.on("checkContinue", (request, response) => this.#accept(request, response, true));
    this.#server.on("clientError", (error, socket) => refuseBrokenInput(error, socket, this.#exchanges, tools.notify));
    this.#server.on("connect", (_request, socket) => refuseConnect(socket, this.#exchanges, tools.notify));
  }

  /** @throws TelepathError `PORT_IN_USE`, `PORT_REFUSED` */
  static async start(settings: ReceiverSettings, tools: ReceiverTools): Promise<Receiver> {
    const receiver = new Receiver(settings, tools);
    await listening(receiver.#server, settings.port);
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no further connection; those that are open end with the last answer that is due. Resolves when they have. */
  stop(): Promise<void> {
    this.#stopping = true;
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Cuts what is still open. What was written in this turn of the event loop still goes out. */
  async destroy(): Promise<void> {
    await nextTurn();
    this.#server.closeAllConnections();
  }

  #accept(request: IncomingMessage, response: ServerResponse, waitsForContinue: boolean): void {
    const exchange: Exchange = { request, response, closing: false };
    if (!this.#exchanges.enter(exchange)) return void request.resume();
    const refusal = this.#crowd.enter(request.socket);
    this.#tools.work.enter();
    response.sendDate = false; // the app's own, or none
    response.on("error", ignored);
    request.on("error", ignored);
    void this.#exchange(exchange, refusal, waitsForContinue);
  }

  /** Never rejects. */
  async #exchange(exchange: Exchange, refusal: Refusal | null, waitsForContinue: boolean): Promise<void> {
    try {
      await (refusal ? this.#refuse(exchange, refusal) : this.#serve(exchange, waitsForContinue));
    } catch (error) {
      this.#tools.notify("BUG", `please report this: ${error instanceof Error ? error.stack : String(error)}`);
      exchange.response.destroy();
    } finally {
      this.#exchanges.leave(exchange);
      this.#crowd.leave(exchange.request.socket);
      this.#tools.work.leave();
    }
  }

  async #serve(exchange: Exchange, waitsForContinue: boolean): Promise<void> {
    const { request, response } = exchange;
    const headers = pairHeaders(request.rawHeaders);
    const refusal = admit(request, headers, this.#settings.name);
    if (refusal) return await this.#refuse(exchange, refusal);
    const { maxBodyBytes: maxBytes } = this.#settings;
    const declared = declaredLength(headers);
    const tooLong = declared > maxBytes;
    if (waitsForContinue && !tooLong) response.writeContinue();

    const limits = { maxBytes, budget: this.#budget };
    const body = waitsForContinue && tooLong ? neverSent : await readBody(request, declared, limits);
    try {
      const answer = await this.#answerTo(request, headers, body);
      if (this.#stopping || body.state !== "whole") endBehind(this.#exchanges.on(request.socket) ?? exchange);
      await writeAnswer(exchange, answer);
      this.#unread.add(response, answer.body.length);
    } finally {
      this.#budget.left += body.bytes.length;
    }
  }

  /** Nothing of it goes on record: it is no request that a receiver could be asked to take. */
  async #refuse(exchange: Exchange, { status, code, text }: Refusal): Promise<void> {
    this.#tools.notify("REFUSED_REQUEST", `a request was refused with ${status}: ${text}`);
    exchange.closing = true;
    await writeAnswer(exchange, plainAnswer(status, code, text, status === 503 ? [["Retry-After", "5"]] : []));
  }

  #answerTo(request: IncomingMessage, headers: HeaderList, { bytes, state }: ReceivedBody): Answer | Promise<Answer> {
    if (state !== "overloaded") {
      const { method = "", url: target = "" } = request;
      return this.#tools.handle({ method, target, headers, body: bytes, bodyState: state });
    }
    this.#tools.notify("OVERLOADED", "too many large requests at once; some were answered 503 and are not on record");
    return plainAnswer(503, "overloaded", "too many large requests at once", [["Retry-After", "5"]]);
  }
}

/** Node answers an expectation other than `100-continue` with 417 by itself. */
function serverOptions({ headMs, requestMs, lookMs }: ReceiverLimits): ServerOptions {
  return {
    maxHeaderSize: 16 * 1024,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: lookMs,
    keepAliveTimeout: 30_000,
    requireHostHeader: false, // `admit` does it, and says so
    insecureHTTPParser: false,
    noDelay: true,
  };
}

function ignored(): void {}

/** Of a body that the sender did not begin, since it was told of the limit instead of `100 Continue`. */
const neverSent: ReceivedBody = { bytes: Buffer.alloc(0), state: "too-large" };

async function listening(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen({ host: "127.0.0.1", port }, resolve);
    });
    server.removeAllListeners("error");
  } catch (error) {
    const taken = systemCode(error) === "EADDRINUSE";
    throw new TelepathError(
      taken ? "PORT_IN_USE" : "PORT_REFUSED",
      taken ? `port ${port} is in use` : `port ${port} cannot be opened (${systemCode(error) ?? "unknown error"})`,
      "choose another with --listen-port, or leave it out for any free one",
      { cause: error },
    );
  }
}
