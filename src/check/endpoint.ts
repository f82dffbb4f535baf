import { setTimeout as pause } from "node:timers/promises";
import type { Revision } from "../contract/revisions.ts";
import { deliver, type Draft, type Terms } from "../delivery/deliver.ts";
import { eventHeaders } from "../delivery/event-headers.ts";
import { isSuccess } from "../delivery/expectation.ts";
import { accepts, addressOf } from "../delivery/reach.ts";
import type { Target } from "../delivery/target.ts";
import { callMaker, type MadeEvent } from "../fixtures/call.ts";
import type { FixtureSource } from "../fixtures/library.ts";
import { jsonOverride } from "../fixtures/overrides.ts";
import { eventHead } from "../model/event.ts";
import type { Header, HeaderList } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { signatureRecord } from "../signatures/record.ts";
import { signedHeader } from "../signatures/sign.ts";
import { replyOf, type Answer, type Reply } from "./answer.ts";
import type { Counter } from "./counter.ts";
import { exchangeFramed, type Framing } from "./framed.ts";
import { leakIn } from "./leak.ts";

/** What the user says of the endpoint and of the check. */
export interface EndpointSettings {
  target: Target;
  secret: Secret;
  /** Added to every request; they replace those of their name. */
  headers: HeaderList;
  /** For a whole answer, in milliseconds. */
  timeoutMs: number;
  /** An answer that takes longer is a warning, in milliseconds. */
  slowMs: number;
  /** How many requests the load case has under way at once. */
  concurrency: number;
  /** Where sample events come from; the cases choose the revision. */
  fixtures: Omit<FixtureSource, "revision">;
  userAgent: string;
}

export interface EndpointTools extends Pick<Terms, "transport" | "history" | "now"> {
  /** Counts what the endpoint has processed; null when the user exposes no count. */
  counter: Counter | null;
  /** Ends what is under way. */
  interrupted: AbortSignal;
}

/** How an event is to differ from its sample. */
export interface EventChanges {
  revision?: Revision;
  callId?: string;
  /** Members of the payload, by name. */
  members?: Readonly<Record<string, unknown>>;
}

/** One request as a case wants it. */
export interface CheckRequest {
  body: Uint8Array;
  /** The right signature when left out. */
  signature?: HeaderList;
  method?: string;
  contentType?: string;
}

/** The endpoint under test, as the cases see it: events for it, and its answers. */
export class Endpoint {
  readonly settings: EndpointSettings;
  readonly counter: Counter | null;
  /** Ends what is under way. */
  readonly interrupted: AbortSignal;
  readonly #tools: EndpointTools;

  constructor(settings: EndpointSettings, tools: EndpointTools) {
    this.settings = settings;
    this.counter = tools.counter;
    this.interrupted = tools.interrupted;
    this.#tools = tools;
  }

  /** A sample event with identifiers and times of its own. */
  event(type: string, changes: EventChanges = {}): MadeEvent {
    return this.call([type], changes)[0]!;
  }

  /** The events of one call. */
  call(types: readonly string[], { revision = "2024-03", callId, members = {} }: EventChanges = {}): MadeEvent[] {
    const overrides = Object.entries(members).map(([name, value]) => jsonOverride([name], value, name));
    const source = { ...this.settings.fixtures, revision };
    return callMaker({ types, source, overrides, callId })(this.#tools.now());
  }

  /** The right signature of a body. */
  signatureOf(body: Uint8Array): Header {
    return signedHeader(body, this.settings.secret);
  }

  /** Sends one request, on record when there is a record. */
  async send(request: CheckRequest): Promise<Answer> {
    const { transport, history, now } = this.#tools;
    const { timeoutMs } = this.settings;
    const terms: Terms = { transport, history, now, timeoutMs, expects: isSuccess };
    const delivery = await deliver(this.#draft(request), terms, this.interrupted);
    return this.#answer(replyOf(delivery.attempts[0]!, delivery.id), request);
  }

  /** Sends the request in a framing that the transport does not have. It is not on record. */
  async sendFramed(request: CheckRequest, framing: Framing): Promise<Answer> {
    const { timeoutMs } = this.settings;
    const outgoing = { ...this.#draft(request), timeoutMs, signal: this.interrupted };
    return this.#answer(await exchangeFramed(outgoing, framing), request);
  }

  /** Whether something accepts connections there, now or within the patience (milliseconds) that a restart needs. */
  async listens(patienceMs: number): Promise<boolean> {
    const { host, port } = addressOf(this.settings.target.origin);
    const until = performance.now() + patienceMs;
    while (!this.interrupted.aborted) {
      if (await accepts(host, port, connectMs)) return true;
      if (performance.now() > until) return false;
      await pause(50);
    }
    return true;
  }

  #answer(reply: Reply, { body }: CheckRequest): Answer {
    return { ...reply, leak: reply.response && leakIn(reply.response, body, this.settings.secret) };
  }

  #draft({ body, signature, method = "POST", contentType }: CheckRequest): Draft {
    const { target, secret, userAgent, headers: added } = this.settings;
    const headers = eventHeaders({
      target,
      userAgent,
      contentType,
      signature: signature ?? [this.signatureOf(body)],
      added,
    });
    return {
      ...target,
      method,
      headers,
      body,
      source: "send",
      ...eventHead(body),
      signature: signatureRecord(body, headers, [secret]),
      replayOf: null,
    };
  }
}

const connectMs = 3000;
