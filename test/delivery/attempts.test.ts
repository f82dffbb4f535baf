import { describe, expect, it } from "vitest";
import { firstAttempt, nextAttempt, type AttemptTools, type RetryRecorder } from "../../src/delivery/attempts.ts";
import type { Draft } from "../../src/delivery/deliver.ts";
import type { Exchange, OutgoingRequest } from "../../src/delivery/transport.ts";
import { TelepathError } from "../../src/model/errors.ts";
import type { RetryPlan } from "../../src/model/retry.ts";

const plan: RetryPlan = { origin: "http://app:1", delaysMs: [5], timeoutMs: 30, expected: "2xx" };
const course = { plan, nth: 0 };
const never = new AbortController().signal;

const draft: Draft = {
  origin: plan.origin,
  host: "app:1",
  source: "send",
  method: "POST",
  target: "/",
  headers: [],
  body: Buffer.from("{}"),
  event: "call.ended",
  callId: null,
  signature: { verdict: "missing", secret: null, diagnosis: null },
  replayOf: null,
};

function exchange(status: number | "aborted"): Exchange {
  const response = status === "aborted" ? null : { status, headers: [], body: Buffer.alloc(0) };
  const failure = status === "aborted" ? status : null;
  return { startedAt: 0, durationMs: 1, url: "http://app:1/", reached: true, response, failure, message: null };
}

interface Told {
  tools: AttemptTools;
  /** What happened, in order. */
  events: unknown[];
}

function toldTools(statuses: (number | "aborted")[], update: RetryRecorder["update"]): Told {
  const events: unknown[] = [];
  const history: RetryRecorder = {
    record: async (_delivery, { retry }) => (events.push(["record", retry.dueAt]), "ID"),
    async update(id, changes) {
      await update(id, changes);
      events.push(["update", changes.outcome, changes.retry?.dueAt ?? null]);
    },
    get: () => {
      throw new TelepathError("UNKNOWN_DELIVERY", "none");
    },
  };
  const transport = {
    exchange: (request: OutgoingRequest) => {
      events.push(["send", request.timeoutMs]);
      return Promise.resolve(exchange(statuses.shift()!));
    },
    close: () => Promise.resolve(),
  };
  const onUnwritable = (error: TelepathError): void => void events.push(["unwritable", error.code]);
  return { events, tools: { transport, history, holder: "me", now: () => 100, onUnwritable } };
}

const locked = new TelepathError("HISTORY_UNWRITABLE", "locked");

describe("an attempt", () => {
  it("stands on record before it is made, with all that is needed to make it", async () => {
    const { tools, events } = toldTools([500], () => Promise.resolve());
    const { waits } = await firstAttempt(draft, course, tools, never);
    expect(events).toEqual([
      ["record", 100],
      ["send", 30],
      ["update", "pending", 105],
    ]);
    expect(waits).toMatchObject({ id: "ID", dueAt: 105, made: 1, last: "500", kept: null });
  });

  it("has its outcome written again until that works: the app has it, and must not get it twice", async () => {
    let faults = 2;
    const { tools, events } = toldTools([200], () => (faults-- > 0 ? Promise.reject(locked) : Promise.resolve()));
    expect(await firstAttempt(draft, course, tools, never)).toMatchObject({ waits: null });
    expect(events.slice(2)).toEqual([
      ["unwritable", "HISTORY_UNWRITABLE"],
      ["unwritable", "HISTORY_UNWRITABLE"],
      ["update", "delivered", null],
    ]);
  });

  it("gives that up when the run is ended, and says so", async () => {
    const stop = new AbortController();
    const { tools } = toldTools([200], () => (stop.abort(), Promise.reject(locked)));
    await expect(firstAttempt(draft, course, tools, stop.signal)).rejects.toBe(locked);
  });

  it("that was broken off by the end of the run is not on record, and is made again", async () => {
    const { tools, events } = toldTools(["aborted"], () => Promise.resolve());
    const tried = await firstAttempt(draft, course, tools, AbortSignal.abort());
    expect(tried).toMatchObject({ attempt: null, waits: { made: 0, last: null } });
    expect(events).toHaveLength(2);
  });

  it("that fails by itself in the same way is one that failed", async () => {
    const { tools } = toldTools(["aborted"], () => Promise.resolve());
    const tried = await firstAttempt(draft, course, tools, never);
    expect(tried).toMatchObject({ attempt: { failure: "aborted" }, waits: { made: 1, last: "aborted" } });
  });

  it("of what is not on record any more is not made", async () => {
    const { tools, events } = toldTools([], () => Promise.resolve());
    const waiting = { id: "GONE", plan, nth: 0, dueAt: 0, event: null, callId: null, made: 1, last: "500", kept: null };
    expect(await nextAttempt(waiting, tools, never)).toBeNull();
    expect(events).toEqual([]);
  });
});
