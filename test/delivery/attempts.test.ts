import { describe, expect, it } from "vitest";
import { firstAttempt, nextAttempt, type AttemptTools, type RetryRecorder } from "../../src/delivery/attempts.ts";
import { createInsistence } from "../../src/delivery/insistence.ts";
import type { Draft } from "../../src/delivery/deliver.ts";
import type { Exchange, OutgoingRequest } from "../../src/delivery/transport.ts";
import { TelepathError } from "../../src/model/errors.ts";
import type { RetryPlan } from "../../src/model/retry.ts";

const plan: RetryPlan = { origin: "http://app:1", delaysMs: [5], timeoutMs: 30, expected: "2xx" };
const course = { plan, nth: 0 };
const never = new AbortController().signal;
const goesOn = { stopped: never, aborted: never };

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
  events: unknown[][];
}

interface Faults {
  record?: () => Promise<void>;
  update?: () => Promise<void>;
  holds?: boolean;
}

const fine = (): Promise<void> => Promise.resolve();

function toldTools(statuses: (number | "aborted")[], faults: Faults = {}): Told {
  const { record = fine, update = fine, holds = true } = faults;
  const events: unknown[][] = [];
  const history: RetryRecorder = {
    async record(_delivery, { retry }) {
      await record();
      events.push(["record", retry.dueAt]);
      return "ID";
    },
    async update(_id, changes) {
      await update();
      events.push(["update", changes.outcome, changes.retry?.dueAt ?? null]);
    },
    holdsRetry: () => holds,
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
  const trouble = {
    began: ({ code }: TelepathError) => void events.push(["trouble", code]),
    ended: () => void events.push(["no trouble"]),
  };
  const insist = createInsistence(trouble, 1);
  return { events, tools: { transport, history, holder: "me", now: () => 100, insist } };
}

const locked = new TelepathError("HISTORY_UNWRITABLE", "locked");

describe("an attempt", () => {
  it("stands on record before it is made, with all that is needed to make it", async () => {
    const { tools, events } = toldTools([500]);
    const tried = await firstAttempt(draft, course, tools, goesOn);
    expect(events).toEqual([
      ["record", 100],
      ["send", 30],
      ["update", "pending", 105],
    ]);
    expect(tried?.waits).toMatchObject({ id: "ID", dueAt: 105, made: 1, last: "500", kept: null });
  });

  it("has its outcome written again until that works: the app has it, and must not get it twice", async () => {
    let faults = 2;
    const { tools, events } = toldTools([200], { update: () => (faults-- > 0 ? Promise.reject(locked) : fine()) });
    expect(await firstAttempt(draft, course, tools, goesOn)).toMatchObject({ waits: null });
    expect(events.slice(2)).toEqual([["trouble", "HISTORY_UNWRITABLE"], ["update", "delivered", null], ["no trouble"]]);
  });

  it("has it written also when the run is ended meanwhile", async () => {
    const stop = new AbortController();
    let faults = 2;
    const update = () => (stop.abort(), faults-- > 0 ? Promise.reject(locked) : fine());
    const { tools, events } = toldTools([200], { update });
    const ending = { stopped: stop.signal, aborted: stop.signal };
    expect(await firstAttempt(draft, course, tools, ending)).toMatchObject({ waits: null });
    expect(events.at(-1)).toEqual(["no trouble"]);
  });

  it("waits until it can be put on record, and is not made when the run is stopped before", async () => {
    let faults = 1;
    const late = toldTools([200], { record: () => (faults-- > 0 ? Promise.reject(locked) : fine()) });
    expect(await firstAttempt(draft, course, late.tools, goesOn)).toMatchObject({ waits: null });
    expect(late.events.map(([what]) => what)).toEqual(["trouble", "record", "no trouble", "send", "update"]);

    const stop = new AbortController();
    const never = toldTools([], { record: () => (stop.abort(), Promise.reject(locked)) });
    expect(await firstAttempt(draft, course, never.tools, { ...goesOn, stopped: stop.signal })).toBeNull();
    expect(never.events).toEqual([]);
  });

  it("of many, the trouble is told of once", async () => {
    let faults = 5;
    const { tools, events } = toldTools([200, 200, 200], {
      update: () => (faults-- > 0 ? Promise.reject(locked) : fine()),
    });
    await Promise.all([1, 2, 3].map(() => firstAttempt(draft, course, tools, goesOn)));
    expect(events.filter(([what]) => /trouble/.test(String(what)))).toEqual([
      ["trouble", "HISTORY_UNWRITABLE"],
      ["no trouble"],
    ]);
  });

  it("that was broken off by the end of the run is not on record, and is made again", async () => {
    const { tools, events } = toldTools(["aborted"]);
    const tried = await firstAttempt(draft, course, tools, { ...goesOn, aborted: AbortSignal.abort() });
    expect(tried).toMatchObject({ attempt: null, waits: { made: 0, last: null } });
    expect(events).toHaveLength(2);
  });

  it("that fails by itself in the same way is one that failed", async () => {
    const { tools } = toldTools(["aborted"]);
    const tried = await firstAttempt(draft, course, tools, goesOn);
    expect(tried).toMatchObject({ attempt: { failure: "aborted" }, waits: { made: 1, last: "aborted" } });
  });

  it.each([
    ["is not on record any more", true],
    ["another run has taken over", false],
  ])("of what %s is not made", async (_what, holds) => {
    const { tools, events } = toldTools([], { holds });
    const waiting = { id: "GONE", plan, nth: 0, dueAt: 0, event: null, callId: null, made: 1, last: "500", kept: null };
    expect(await nextAttempt(waiting, tools, never)).toBeNull();
    expect(events).toEqual([]);
  });
});
