import { TelepathError } from "../model/errors.ts";
import { eventHead } from "../model/event.ts";
import type { HeaderList } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import type { Attempt, Delivery, FailureKind, NewDelivery, SignatureRecord } from "../model/delivery.ts";
import type { Transport } from "../delivery/transport.ts";
import type { History } from "../history/store.ts";
import { signatureRecord } from "../signatures/record.ts";
import { plainAnswer, unwritable, type Answer } from "./answer.ts";
import type { EarlierDelivery } from "./duplicates.ts";
import type { Emit } from "./events.ts";
import { prefixedTarget, type ForwardTarget } from "./forward-target.ts";
import { endToEnd, forwardedHeaders } from "./headers.ts";
import type { Notify } from "./notices.ts";
import type { Received } from "./receiver.ts";
import type { SlowAnswers } from "./slow-answers.ts";
import type { UnderWay } from "./under-way.ts";

/** What becomes of a request that was received. */
export interface GatewaySettings {
  /** None: every signature is `unchecked`. */
  secrets: readonly Secret[];
  /** Answer 401 in place of the app when a signature is not valid. */
  requireSignature: boolean;
  /** Where requests go: to the app, or nowhere and this status is the answer. */
  destination: { app: ForwardTarget } | { respond: number };
  /** Put into each forwarded request; they replace those of the same name. */
  addedHeaders: HeaderList;
  /** For the app's whole answer. */
  timeoutMs: number;
}

export interface GatewayTools {
  history: History;
  transport: Transport;
  emit: Emit;
  notify: Notify;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Counts each delivery until its event is out. */
  work: UnderWay;
  /** Finds out why a signature does not match, once the sender has its answer. Must not reject. */
  diagnose: (delivery: Delivery) => Promise<SignatureRecord | null>;
  /** Tells which earlier delivery said the same. */
  duplicateOf: (delivery: Delivery) => EarlierDelivery | null;
  slow: SlowAnswers;
  /** Ends the attempts under way. */
  aborted: AbortSignal;
}

/** Takes a request and resolves to its answer; never rejects. */
export type Gateway = (received: Received) => Promise<Answer>;

/**
 * The capturing reverse proxy, as a line of steps: check the signature, put on record, forward, put the attempt on
 * record, answer. Nothing is forwarded or acknowledged that is not stored.
 */
export function createGateway(settings: GatewaySettings, tools: GatewayTools): Gateway {
  return async (received) => {
    const signature = checkSignature(received, settings.secrets);
    const route = routeOf(received, signature, settings);
    const delivery = newDelivery(received, signature, "app" in route ? "pending" : "captured", tools.now());

    const id = await store(delivery, tools);
    if (id === null) return unwritable;
    if ("answer" in route) return settled({ ...delivery, id, attempts: [] }, route.answer, tools);

    tools.slow.awaited({ ...delivery, id, attempts: [] });
    const attempt = await forward(received, route.app, settings, tools);
    tools.slow.answered(id);
    const outcome = attempt.response && isSuccess(attempt.response.status) ? "delivered" : "failed";
    await storeAttempt(id, { attempt, outcome }, tools);
    return settled({ ...delivery, id, outcome, attempts: [attempt] }, answerOf(attempt), tools);
  };
}

/** Part of a body proves nothing: only a whole one is checked. */
function checkSignature({ body, headers, bodyState }: Received, secrets: readonly Secret[]): SignatureRecord {
  return signatureRecord(body, headers, bodyState === "whole" ? secrets : []);
}

/** Where a request goes from here: back with an answer of ours, or to the app. */
type Route = { answer: Answer } | { app: ForwardTarget };

function routeOf(received: Received, signature: SignatureRecord, settings: GatewaySettings): Route {
  if (received.bodyState === "too-large") return refused(413, "body-too-large", "the body is over the limit");
  if (received.bodyState === "incomplete") return refused(400, "body-incomplete", "the body did not come whole");
  if (settings.requireSignature && signature.verdict !== "valid") {
    return refused(401, `signature-${signature.verdict}`, "a valid signature is required");
  }
  const { destination } = settings;
  return "respond" in destination
    ? { answer: { status: destination.respond, headers: [], body: nothing } }
    : { app: destination.app };
}

function refused(status: number, code: string, text: string): Route {
  return { answer: plainAnswer(status, code, text) };
}

const nothing = new Uint8Array();

function newDelivery(
  { method, target, headers, body, bodyState }: Received,
  signature: SignatureRecord,
  outcome: "captured" | "pending",
  createdAt: number,
): NewDelivery {
  const { event, callId } = eventHead(body);
  const request = { method, target, headers, body, bodyState };
  return { ...request, event, callId, signature, outcome, createdAt, source: "listen", replayOf: null };
}

async function store(delivery: NewDelivery, { history, notify }: GatewayTools): Promise<string | null> {
  try {
    return await history.record(delivery);
  } catch (error) {
    notify("HISTORY_UNWRITABLE", `${reasonOf(error)}; the sender was answered 503 and nothing was forwarded`);
    return null;
  }
}

async function forward(
  received: Received,
  app: ForwardTarget,
  settings: GatewaySettings,
  tools: GatewayTools,
): Promise<Attempt> {
  const exchange = await tools.transport.exchange({
    method: received.method,
    origin: app.origin,
    target: prefixedTarget(app.prefix, received.target),
    headers: forwardedHeaders(received.headers, app.host, settings.addedHeaders),
    body: received.body,
    timeoutMs: settings.timeoutMs,
    signal: tools.aborted,
  });
  return { number: 1, ...exchange };
}

/** The request itself is on record, so a failure here does not change the answer. */
async function storeAttempt(
  id: string,
  changes: { attempt: Attempt; outcome: "delivered" | "failed" },
  { history, notify }: GatewayTools,
): Promise<void> {
  try {
    await history.update(id, changes);
  } catch (error) {
    notify("HISTORY_UNWRITABLE", `${reasonOf(error)}; the outcome of ${id} is not on record`);
  }
}

/** Hands the answer back, and sends the event off once the answer is on its way. */
function settled(delivery: Delivery, answer: Answer, tools: GatewayTools): Answer {
  tools.work.enter();
  setImmediate(() => void tell(delivery, tools));
  return answer;
}

async function tell(delivery: Delivery, { diagnose, duplicateOf, emit, work }: GatewayTools): Promise<void> {
  const earlier = duplicateOf(delivery);
  try {
    const signature = delivery.signature.verdict === "invalid" ? await diagnose(delivery) : null;
    emit({ type: "delivery", delivery: signature ? { ...delivery, signature } : delivery, duplicateOf: earlier });
  } finally {
    work.leave();
  }
}

/** The app's own answer, or what its absence means to a sender (RFC 9110 §15.6.3, §15.6.5). */
function answerOf({ response, failure }: Attempt): Answer {
  if (response) return { ...response, headers: endToEnd(response.headers) };
  const [status, text] = failureAnswers[failure ?? "reset"];
  return plainAnswer(status, failure ?? "reset", text);
}

const failureAnswers: Record<FailureKind, [status: number, text: string]> = {
  refused: [502, "the app does not accept connections"],
  reset: [502, "the app ended the connection without a valid answer"],
  dns: [502, "the app's host name is not known"],
  tls: [502, "the app's TLS certificate or handshake failed"],
  timeout: [504, "the app did not answer in time"],
  aborted: [502, "the exchange with the app was broken off"],
};

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function reasonOf(error: unknown): string {
  if (error instanceof TelepathError) return error.message;
  return `the history cannot be written (${error instanceof Error ? error.message : String(error)})`;
}
