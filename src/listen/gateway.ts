import { setTimeout as pause } from "node:timers/promises";
import { eventHead } from "../model/event.ts";
import type { Secret } from "../model/secret.ts";
import {
  deliveryOf,
  type Attempt,
  type Delivery,
  type FailureKind,
  type NewDelivery,
  type SignatureRecord,
} from "../model/delivery.ts";
import type { DeliveryChanges, History, Hold } from "../history/store.ts";
import { signatureRecord } from "../signatures/record.ts";
import { held, plainAnswer, tooManyHeld, unwritable, type Answer } from "./answer.ts";
import type { Forward, ForwardSettings } from "./forward.ts";
import type { ForwardTarget } from "./forward-target.ts";
import { endToEnd } from "./headers.ts";
import type { Holding } from "./holding.ts";
import { isGone, type LateOutcomes } from "./late-outcomes.ts";
import { reasonOf, type Notify } from "./notices.ts";
import type { Received } from "./receiver.ts";
import { routeOf, type Route, type RoutingSettings } from "./routing.ts";
import type { SlowAnswers } from "./slow-answers.ts";
import type { Tell } from "./telling.ts";

/** What becomes of a request that was received. */
export interface GatewaySettings extends RoutingSettings, ForwardSettings {
  /** None: every signature is `unchecked`. */
  secrets: readonly Secret[];
  /** While an app is down: answer 200, keep, deliver in order when it is back. */
  hold: boolean;
  /** How long every answer is kept back, in milliseconds. */
  delayMs: number;
}

export interface GatewayTools {
  history: History;
  forward: Forward;
  holding: Holding;
  tell: Tell;
  notify: Notify;
  /** Milliseconds since the epoch. */
  now: () => number;
  slow: SlowAnswers;
  late: LateOutcomes;
  /** The number of this process. */
  holder: number;
  /** Ends the delay of answers. */
  aborted: AbortSignal;
}

/** Takes a request and resolves to its answer; never rejects. */
export type Gateway = (received: Received) => Promise<Answer>;

/** How far a request came: its answer, and the delivery when all is known of it. */
interface Handled {
  answer: Answer;
  settled?: Delivery;
  /** Resolves when what is known is on record, or could not be put there. */
  stored?: Promise<unknown>;
}

/**
 * The capturing reverse proxy, as a line of steps: check the signature, choose where it goes, put on record, forward or
 * hold, put the attempt on record, answer. Nothing is forwarded or acknowledged that is not stored.
 */
export function createGateway(settings: GatewaySettings, tools: GatewayTools): Gateway {
  return async (received) => {
    const delivery = newDelivery(received, checkSignature(received, settings.secrets), tools.now());
    const route = routeOf(received, delivery.event, delivery.signature.verdict, settings);
    const { answer, settled, stored } = await handled(delivery, route, settings, tools);
    if (settings.delayMs > 0) await pause(settings.delayMs, undefined, { signal: tools.aborted }).catch(() => {});
    if (settled) void tools.tell(settled, stored);
    return answer;
  };
}

function handled(delivery: NewDelivery, route: Route, settings: GatewaySettings, tools: GatewayTools) {
  if ("answer" in route) return capture(delivery, route.answer, tools);
  if (!tools.holding.mustWait(route.app)) return deliverNow(delivery, route.app, settings, tools);
  return tools.holding.hasRoom(delivery.body.length)
    ? hold(delivery, route.app, tools)
    : capture(delivery, tooManyHeld, tools);
}

/** Part of a body proves nothing: only a whole one is checked. */
function checkSignature({ body, headers, bodyState }: Received, secrets: readonly Secret[]): SignatureRecord {
  return signatureRecord(body, headers, bodyState === "whole" ? secrets : []);
}

function newDelivery(
  { method, target, headers, body, bodyState }: Received,
  signature: SignatureRecord,
  createdAt: number,
): NewDelivery {
  const { event, callId } = eventHead(body);
  return {
    method,
    target,
    headers,
    body,
    bodyState,
    event,
    callId,
    signature,
    createdAt,
    outcome: "pending",
    source: "listen",
    replayOf: null,
  };
}

/** Puts it on record, and that is all. */
async function capture(delivery: NewDelivery, answer: Answer, tools: GatewayTools): Promise<Handled> {
  const captured = deliveryOf(delivery, "", "captured", []);
  const id = await store(captured, undefined, tools);
  return id === null ? { answer: unwritable } : { answer, settled: deliveryOf(captured, id, "captured", []) };
}

async function deliverNow(
  delivery: NewDelivery,
  app: ForwardTarget,
  settings: GatewaySettings,
  tools: GatewayTools,
): Promise<Handled> {
  const id = await store(delivery, undefined, tools);
  if (id === null) return { answer: unwritable };
  const answer = tools.slow.awaited(deliveryOf(delivery, id, "pending", []));
  const { attempt, outcome, down } = await tools.forward(delivery, app, 1);
  answer.delivery = null;

  if (down && settings.hold && tools.holding.hasRoom(delivery.body.length)) {
    const isHeld = await storeHold(id, { attempt, hold: { target: app.url, holder: tools.holder } }, tools);
    if (isHeld) return inLine(deliveryOf(delivery, id, "pending", [attempt]), app, tools);
  }
  // The request is on record, so the answer waits for this no more than it depends on it.
  const stored = storeOutcome(id, { attempt, outcome }, tools);
  return { answer: answerOf(attempt), settled: deliveryOf(delivery, id, outcome, [attempt]), stored };
}

/** Puts it on record as waiting, behind those that wait already. */
async function hold(delivery: NewDelivery, app: ForwardTarget, tools: GatewayTools): Promise<Handled> {
  const id = await store(delivery, { target: app.url, holder: tools.holder }, tools);
  return id === null ? { answer: unwritable } : inLine(deliveryOf(delivery, id, "pending", []), app, tools);
}

function inLine(delivery: Delivery, app: ForwardTarget, tools: GatewayTools): Handled {
  tools.holding.take(delivery, app);
  return { answer: held };
}

async function store(
  delivery: NewDelivery,
  hold: Hold | undefined,
  { history, notify }: GatewayTools,
): Promise<string | null> {
  try {
    return await history.record(delivery, hold && { hold });
  } catch (error) {
    notify("HISTORY_UNWRITABLE", `${reasonOf(error)}; the sender was answered 503 and nothing was forwarded`);
    return null;
  }
}

/** That it waits for its app. When it cannot be put on record, it is answered as one that cannot wait. */
async function storeHold(id: string, changes: DeliveryChanges, { history, notify }: GatewayTools): Promise<boolean> {
  try {
    await history.update(id, changes);
    return true;
  } catch (error) {
    notify("OUTCOME_UNWRITABLE", `${reasonOf(error)}; the outcome of ${id} is not on record`);
    return false;
  }
}

/** The request itself is on record, so a failure here does not change the app's answer. */
async function storeOutcome(id: string, changes: DeliveryChanges, tools: GatewayTools): Promise<void> {
  const { history, notify, late, aborted } = tools;
  try {
    await history.update(id, changes, "soon");
  } catch (error) {
    const isLate = !isGone(error) && !aborted.aborted;
    notify("OUTCOME_UNWRITABLE", `${reasonOf(error)}; the outcome of ${id} is not on record${isLate ? " yet" : ""}`);
    if (isLate) late.add(id, changes);
  }
}

/** The app's own answer, or what its absence means to a sender (RFC 9110 §15.6.3, §15.6.5). */
function answerOf({ response, failure }: Attempt): Answer {
  if (response) return { status: response.status, headers: endToEnd(response.headers), body: response.body };
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
