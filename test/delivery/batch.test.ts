import { describe, expect, it } from "vitest";
import { deliverAll, deliverSequences } from "../../src/delivery/batch.ts";
import type { Draft } from "../../src/delivery/deliver.ts";
import type { Attempt, Delivery } from "../../src/model/delivery.ts";

const drafts = (count: number): Draft[] =>
  Array.from({ length: count }, (_, index) => ({ callId: String(index) }) as Draft);

const rest = { id: "", createdAt: 0, bodyState: "whole" } as const;

function settled(draft: Draft, status: number | null, durationMs = 1): Delivery {
  const response = status === null ? null : { status, headers: [], body: Buffer.alloc(0) };
  const attempt = { number: 1, durationMs, response, failure: status === null ? "refused" : null } as Attempt;
  return { ...draft, ...rest, outcome: status === 200 ? "delivered" : "failed", attempts: [attempt] };
}

/** Resolves when it is aborted, as the transport does. */
const untilAborted = (draft: Draft, signal: AbortSignal): Promise<Delivery> =>
  new Promise((resolve) =>
    signal.addEventListener("abort", () => {
      const attempt = { number: 1, durationMs: 1, response: null, failure: "aborted" } as Attempt;
      resolve({ ...draft, ...rest, outcome: "failed", attempts: [attempt] });
    }),
  );

describe("a batch", () => {
  it("ends with what delivering threw, after the others under way were aborted", async () => {
    const ended: string[] = [];
    const batch = deliverAll(drafts(10), {
      concurrency: 3,
      deliver: async (draft, signal) => {
        if (draft.callId === "2") throw new Error("the history is full");
        return untilAborted(draft, signal);
      },
      onSettled: ({ callId }) => void ended.push(callId ?? ""),
    });
    await expect(batch).rejects.toThrow("the history is full");
    expect(ended).toEqual(["0", "1"]);
  });

  it("starts nothing new once interrupted, lets what is under way finish, then aborts it", async () => {
    const stop = new AbortController();
    const started: string[] = [];
    let finish = (): void => {};
    const summary = await deliverAll(drafts(10), {
      concurrency: 2,
      graceMs: 1,
      interrupted: stop.signal,
      deliver: (draft, signal) => {
        started.push(draft.callId ?? "");
        if (draft.callId === "0") return new Promise((resolve) => (finish = () => resolve(settled(draft, 200))));
        stop.abort();
        finish();
        return untilAborted(draft, signal);
      },
    });
    expect(started).toEqual(["0", "1"]);
    expect(summary).toMatchObject({ deliveries: 2, delivered: 1, failed: 1, failures: { aborted: 1 } });
  });

  it("makes nothing when interrupted before it began", async () => {
    const deliver = () => Promise.reject(new Error("not wanted"));
    const summary = await deliverAll(drafts(3), { concurrency: 2, deliver, interrupted: AbortSignal.abort() });
    expect(summary).toMatchObject({ deliveries: 0, latencyMs: { p50: null }, failures: {} });
  });

  it("has no more under way than allowed, and asks for drafts only as they are needed", async () => {
    let underWay = 0;
    let most = 0;
    let asked = 0;
    let done = 0;
    async function* endless(): AsyncGenerator<Draft> {
      for (const draft of drafts(50)) {
        asked += 1;
        expect(asked - done).toBeLessThanOrEqual(4);
        yield draft;
      }
    }
    const summary = await deliverAll(endless(), {
      concurrency: 4,
      deliver: async (draft) => {
        most = Math.max(most, ++underWay);
        await new Promise(setImmediate);
        underWay -= 1;
        done += 1;
        return settled(draft, 200);
      },
    });
    expect(most).toBe(4);
    expect(summary).toMatchObject({ deliveries: 50, delivered: 50, failed: 0, attempts: 50 });
  });

  it("keeps the order when one follows the other", async () => {
    const order: string[] = [];
    await deliverAll(drafts(5), {
      concurrency: 1,
      deliver: (draft) => Promise.resolve(settled(draft, 200)),
      onSettled: ({ callId }) => void order.push(callId ?? ""),
    });
    expect(order).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("counts failures by kind, and latencies of answers only", async () => {
    const results = [
      settled(drafts(1).at(0)!, 200, 5),
      settled(drafts(1).at(0)!, 503, 10),
      settled(drafts(1).at(0)!, null, 9000),
    ];
    const summary = await deliverAll(drafts(3), {
      concurrency: 1,
      deliver: () => Promise.resolve(results.shift() as Delivery),
    });
    expect(summary).toMatchObject({
      deliveries: 3,
      delivered: 1,
      failed: 2,
      failures: { "http-503": 1, refused: 1 },
      latencyMs: { max: 10 },
    });
    expect(summary.durationMs).toBeGreaterThanOrEqual(0);
  });
});

describe("sequences", () => {
  it("keep their order, each waiting for the one before, while others go on", async () => {
    const sequences = [0, 1].map((call) =>
      drafts(2).map((draft, at) => ({ draft: { ...draft, callId: `${call}.${at}` }, dueMs: 0 })),
    );
    const started: string[] = [];
    const summary = await deliverSequences(sequences, {
      concurrency: 2,
      deliver: (draft) => {
        started.push(draft.callId ?? "");
        return Promise.resolve(settled(draft, 200));
      },
    });
    expect(started).toEqual(["0.0", "1.0", "0.1", "1.1"]);
    expect(summary).toMatchObject({ deliveries: 4, delivered: 4 });
  });

  it("make nothing before it is due", async () => {
    const startedAt: number[] = [];
    const begin = performance.now();
    await deliverSequences([drafts(2).map((draft, at) => ({ draft, dueMs: at * 30 }))], {
      concurrency: 1,
      deliver: (draft) => {
        startedAt.push(performance.now() - begin);
        return Promise.resolve(settled(draft, 200));
      },
    });
    expect(startedAt[1]).toBeGreaterThanOrEqual(28); // a timer may be a millisecond early
  });

  it.each([3_600_000, 2 ** 40])("wait for what is due in %i ms, but not when interrupted", async (dueMs) => {
    const stop = new AbortController();
    const [first, second] = drafts(2);
    const summary = await deliverSequences(
      [
        [
          { draft: first!, dueMs: 0 },
          { draft: second!, dueMs },
        ],
      ],
      {
        concurrency: 1,
        interrupted: stop.signal,
        deliver: (draft) => Promise.resolve(settled(draft, 200)),
        onSettled: () => void setTimeout(() => stop.abort(), 20), // time enough for a timer that runs over
      },
    );
    expect(summary).toMatchObject({ deliveries: 1 });
  });
});
