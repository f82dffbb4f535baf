import { deliveryOf, type Attempt, type Delivery, type NewDelivery, type Outcome } from "../model/delivery.ts";
import { TelepathError } from "../model/errors.ts";
import { withHeader } from "../model/http.ts";
import type { Retry, RetryPlan } from "../model/retry.ts";
import { pendingDelivery, type Draft } from "./deliver.ts";
import { parseExpectation } from "./expectation.ts";
import { checkRequest } from "./head.ts";
import type { Insist } from "./insistence.ts";
import { packed, unpacked, type PackedDelivery } from "./packed.ts";
import { attemptOf, type Transport } from "./transport.ts";

/** Keeps on record what is yet to be tried. The history is one. */
export interface RetryRecorder {
  record(delivery: NewDelivery, waits: { retry: Retry }): Promise<string>;
  update(
    id: string,
    changes: { attempt: Attempt; outcome: Outcome; retry: Retry | null; holder: string },
  ): Promise<void>;
  holdsRetry(id: string, holder: string): boolean;
  get(id: string): Delivery;
}

/** What attempts are made with. */
export interface AttemptTools {
  transport: Transport;
  /** Null keeps no record: what waits is then in memory. */
  history: RetryRecorder | null;
  /** Under which what waits is on record. */
  holder: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  insist: Insist;
}

/** How a run ends: nothing more is begun, then what is under way is broken off. */
export interface Ending {
  stopped: AbortSignal;
  aborted: AbortSignal;
}

/** What a delivery has from its first attempt to its last. */
export interface Course {
  plan: RetryPlan;
  /** Its number among those of this run. */
  nth: number;
}

/** A delivery that waits for its next attempt: as little of it as must be in memory. */
export interface Waiting extends Course {
  id: string;
  dueAt: number;
  event: string | null;
  callId: string | null;
  /** How many attempts were made. */
  made: number;
  /** How the last one went: `503`, `refused`; null when none was made. */
  last: string | null;
  /** The whole of it, where nothing is on record. */
  kept: PackedDelivery | null;
}

/** What became of an attempt. */
export interface Tried {
  delivery: Delivery;
  /** Null when it was broken off by whoever ended the run: it is not on record, and is made again. */
  attempt: Attempt | null;
  /** Null when it is settled. */
  waits: Waiting | null;
}

/**
 * Makes a delivery's first attempt. Before it is made it stands on record that it is to be: one that was cut short by
 * the end of the process is made again, for nobody knows whether it arrived.
 *
 * @returns null when it could not be put on record until the run was stopped: then nothing of it was sent
 * @throws TelepathError `INVALID_REQUEST` before anything is recorded or sent; what the recorder throws
 */
export async function firstAttempt(
  draft: Draft,
  course: Course,
  tools: AttemptTools,
  { stopped, aborted }: Ending,
): Promise<Tried | null> {
  const { history, holder, insist, now } = tools;
  checkRequest(draft);
  const pending = pendingDelivery(draft, now());
  const retry = { plan: course.plan, dueAt: pending.createdAt, holder };
  const id = history ? await insist(() => history.record(pending, { retry }), stopped) : "";
  return id === null ? null : await attempted({ ...pending, id }, course, tools, aborted);
}

/**
 * Makes the next attempt of what waited: the same method, target, headers and bytes.
 *
 * @returns null when it is not on record any more, or another run has taken it over
 * @throws what the recorder throws
 */
export async function nextAttempt(waiting: Waiting, tools: AttemptTools, signal: AbortSignal): Promise<Tried | null> {
  const { history, holder } = tools;
  if (history && !history.holdsRetry(waiting.id, holder)) return null;
  const delivery = wholeOf(waiting, history);
  return delivery && (await attempted(delivery, waiting, tools, signal));
}

/** The delivery that waits; null when it is not on record any more. */
export function wholeOf({ id, kept }: Waiting, history: Pick<RetryRecorder, "get"> | null): Delivery | null {
  if (kept !== null) return unpacked(kept);
  try {
    return history?.get(id) ?? null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

async function attempted(delivery: Delivery, course: Course, tools: AttemptTools, signal: AbortSignal): Promise<Tried> {
  const { plan } = course;
  const { timeoutMs, delaysMs, scale = 1 } = plan;
  const exchange = await tools.transport.exchange({ ...requestOf(delivery, plan), timeoutMs, signal });
  const endedAt = tools.now();
  if (exchange.failure === "aborted" && signal.aborted) {
    return { delivery, attempt: null, waits: waitingOf(delivery, course, endedAt) };
  }
  const attempt = attemptOf(exchange, delivery.attempts.length + 1);
  const isDelivered = attempt.response !== null && expectationOf(plan)(attempt.response.status);
  const delayMs = isDelivered ? undefined : delaysMs[delivery.attempts.length];
  const outcome = isDelivered ? "delivered" : delayMs === undefined ? "failed" : "pending";
  const dueAt = endedAt + (delayMs ?? 0) * scale;
  const retry = delayMs === undefined ? null : { plan, dueAt, holder: tools.holder };
  await recorded(delivery.id, { attempt, outcome, retry, holder: tools.holder }, tools);
  const now = deliveryOf(delivery, delivery.id, outcome, [...delivery.attempts, attempt]);
  return { delivery: now, attempt, waits: retry && waitingOf(now, course, dueAt) };
}

function requestOf({ method, target, headers, body }: Delivery, { origin, instead }: RetryPlan) {
  if (!instead) return { origin, method, target, headers, body };
  return { origin, method, target: instead.target ?? target, headers: withHeader(headers, "Host", instead.host), body };
}

/** What an app has answered must be on record, whatever ends the run: else it would be sent again. */
async function recorded(
  id: string,
  changes: Parameters<RetryRecorder["update"]>[1],
  { history, insist }: AttemptTools,
): Promise<void> {
  try {
    if (history) await insist(() => history.update(id, changes));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof TelepathError && error.code === "UNKNOWN_DELIVERY";
}

// Member by member: of what is made with `...` each can have a shape of its own, which takes as much again.
function waitingOf(delivery: Delivery, { plan, nth }: Course, dueAt: number): Waiting {
  const { id, event, callId, attempts } = delivery;
  const last = attempts.at(-1);
  return {
    id,
    plan,
    nth,
    dueAt,
    event,
    callId,
    made: attempts.length,
    last: last ? (last.failure ?? String(last.response?.status)) : null,
    kept: id === "" ? packed(delivery) : null,
  };
}

const expectations = new WeakMap<RetryPlan, (status: number) => boolean>();

function expectationOf(plan: RetryPlan): (status: number) => boolean {
  const expects = expectations.get(plan) ?? parseExpectation(plan.expected);
  expectations.set(plan, expects);
  return expects;
}
