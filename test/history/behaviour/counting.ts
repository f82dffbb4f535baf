import { describe, expect, it } from "vitest";
import type { DeliveryCount } from "../../../src/history/counting.ts";
import type { Filter } from "../../../src/history/query.ts";
import type { History } from "../../../src/history/store.ts";
import { deliveryOf, newAttempt, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** What is told of many deliveries at once. */
export function counting({ opened, holding }: Bench): void {
  const bucketMs = 100;

  /** The counts, those that are alike put together, in an order of their own. */
  function counted(parts: Iterable<readonly DeliveryCount[]>): DeliveryCount[] {
    const alike = new Map<string, DeliveryCount>();
    for (const count of [...parts].flat()) {
      const { deliveries, attempts, newest, answeredMs, ...rest } = count;
      const key = JSON.stringify(rest);
      const other = alike.get(key) ?? { ...rest, deliveries: 0, attempts: 0, newest: 0, answeredMs: [] };
      alike.set(key, {
        ...rest,
        deliveries: other.deliveries + deliveries,
        attempts: other.attempts + attempts,
        newest: Math.max(other.newest, newest),
        answeredMs: [...other.answeredMs, ...answeredMs].sort((a, b) => a - b),
      });
    }
    return [...alike.keys()].sort().map((key) => alike.get(key)!);
  }

  async function recorded(history: History): Promise<void> {
    const ids = [
      await history.record(
        deliveryOf({ event: "call.ended", call_id: "c1", n: 1 }, { createdAt: 110, source: "send" }),
      ),
      await history.record(deliveryOf({ event: "call.ended", call_id: "c2", n: 2 }, { createdAt: 190 })),
      await history.record(deliveryOf({ event: "call.ended", call_id: "c3", n: 3 }, { createdAt: 210 })),
      await history.record(deliveryOf({ event: "call\u001f.\u0000started", n: 4 }, { createdAt: 220 })),
      await history.record(newDelivery({ body: Buffer.from("none"), outcome: "captured", createdAt: 990 })),
    ];
    const failed = newAttempt({ number: 1, response: null, failure: "timeout", durationMs: 30_000 });
    await history.update(ids[0]!, {
      attempt: newAttempt({ durationMs: 1.5, url: "http://a/x?y=1" }),
      outcome: "delivered",
    });
    await history.update(ids[1]!, {
      attempt: newAttempt({ durationMs: 2.25, url: "http://a/x" }),
      outcome: "delivered",
    });
    await history.update(ids[2]!, { attempt: newAttempt(), outcome: "pending" });
    await history.update(ids[2]!, { attempt: { ...failed, number: 2 }, outcome: "failed" });
    const answer = { status: 503, headers: [], body: Buffer.from("") };
    await history.update(ids[3]!, {
      attempt: newAttempt({ response: answer, url: "http://b/?\u001f" }),
      outcome: "failed",
    });
  }

  describe("counting", () => {
    it("finds nothing in an empty history", async () => {
      const history = await opened();
      expect(counted(history.counts({}, bucketMs))).toEqual([]);
      expect(history.span()).toBeNull();
    });

    it("puts together what is alike, by the last attempt", async () => {
      const history = await opened();
      await recorded(history);
      const rest = { status: null, failure: null, url: null };
      const counts = counted(history.counts({}, bucketMs));
      expect(counts).toHaveLength(4);
      expect(counts).toContainEqual({
        ...rest,
        outcome: "delivered",
        event: "call.ended",
        url: "http://a/x",
        status: 200,
        bucket: 100,
        deliveries: 2,
        attempts: 2,
        newest: 190,
        answeredMs: [1.5, 2.25],
      });
      expect(counts).toContainEqual(
        expect.objectContaining({
          ...rest,
          url: expect.any(String) as string,
          failure: "timeout",
          attempts: 2,
          answeredMs: [],
        }),
      );
      expect(counts).toContainEqual(
        expect.objectContaining({ event: "call\u001f.\u0000started", url: "http://b/", status: 503 }),
      );
      expect(counts).toContainEqual(
        expect.objectContaining({ ...rest, event: null, outcome: "captured", bucket: 900, attempts: 0 }),
      );
      expect(history.span()).toEqual({ oldest: 110, newest: 990 });
    });

    it.each<[string, Filter]>([
      ["nothing left out", {}],
      ["a type", { event: "call.ended" }],
      ["types and globs that overlap", { event: ["call.ended", "call.*"] }],
      ["a source", { source: "send" }],
      ["an outcome", { outcome: "failed" }],
      ["a call", { callId: "c2" }],
      ["times, inclusive", { since: 190, until: 220 }],
      ["a time of which there is none", { since: 5000 }],
      ["what the payload says", { where: [{ path: ["n"], operator: ">", value: "2" }] }],
      ["the newest", { limit: 2 }],
    ])("counts what would be found: %s", async (_name, filter) => {
      const history = await opened();
      await recorded(history);
      const counts = counted(history.counts(filter, bucketMs));
      // With a condition that all meet, every delivery is read and counted alone.
      const all = [{ path: ["never"], operator: "!=" as const, value: "x" }];
      const found = [...history.find(filter)];
      expect(counts.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(found.length);
      if (found.every(({ event }) => event !== null)) {
        expect(counts).toEqual(
          counted(history.counts({ ...filter, where: [...all, ...(filter.where ?? [])] }, bucketMs)),
        );
      }
    });

    it("hands much out in parts, and counts each once, also those of one time", async () => {
      const { history } = await holding(
        ...Array.from({ length: 12_000 }, (_, index) => newDelivery({ createdAt: 1000 + Math.floor(index / 3000) })),
      );
      const parts = [...history.counts({}, bucketMs)];
      expect(parts.length).toBeGreaterThan(1);
      expect(counted(parts)).toMatchObject([{ deliveries: 12_000 }]);
    });
  });
}
