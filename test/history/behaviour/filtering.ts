import { describe, expect, it } from "vitest";
import { matches, type Filter } from "../../../src/history/query.ts";
import type { NewDelivery } from "../../../src/model/delivery.ts";
import { deliveryOf, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** Which deliveries a filter finds, and in which order. */
export function filtering({ holding }: Bench): void {
  describe("filtering", () => {
    const call = (event: string, createdAt: number, changes: Partial<NewDelivery> = {}) =>
      deliveryOf(
        { event, call_id: `call_${createdAt}`, duration_seconds: createdAt, note: "ünïcode" },
        { createdAt, ...changes },
      );
    const all = [
      call("call.started", 10, { outcome: "delivered" }),
      call("call.ended", 20, { outcome: "failed", source: "send" }),
      call("agent.connected", 30, { signature: { verdict: "valid", secret: "s", diagnosis: null } }),
      call("callxended", 40),
      newDelivery({ createdAt: 50, body: Buffer.from("not json") }),
      call("a[b]c", 60),
    ];
    it.each<[string, Filter, number[]]>([
      ["everything", {}, [10, 20, 30, 40, 50, 60]],
      ["a type", { event: "call.ended" }, [20]],
      ["any of several types", { event: ["call.started", "a*.connected", "call.[x]"] }, [10, 30]],
      ["no type at all", { event: [] }, []],
      ["a glob, whose dot is a dot", { event: "call.*" }, [10, 20]],
      ["a glob with a question mark", { event: "call?ended" }, [20, 40]],
      ["a glob with brackets, which are brackets", { event: "a[b]*" }, [60]],
      ["a type in the wrong case", { event: "Call.Ended" }, []],
      ["any type", { event: "*" }, [10, 20, 30, 40, 60]],
      ["a call", { callId: "call_20" }, [20]],
      ["an outcome", { outcome: "failed" }, [20]],
      ["a verdict", { signature: "valid" }, [30]],
      ["a source", { source: "send" }, [20]],
      ["a time on, inclusive", { since: 30 }, [30, 40, 50, 60]],
      ["a time until, inclusive", { until: 20 }, [10, 20]],
      ["everything at once", { event: "c*", outcome: "pending", since: 1, until: 45 }, [40]],
      ["the newest two", { limit: 2 }, [50, 60]],
      ["none", { limit: 0 }, []],
      ["a condition", { where: [{ path: ["duration_seconds"], operator: ">", value: "20" }] }, [30, 40, 60]],
      [
        "the newest that meet a condition",
        { where: [{ path: ["duration_seconds"], operator: "<", value: "40" }], limit: 2 },
        [20, 30],
      ],
      [
        "a condition on text",
        { where: [{ path: ["note"], operator: "~", value: "nïc" }], event: "call.*", limit: 1 },
        [20],
      ],
    ])("finds %s", async (_what, filter, times) => {
      const { history } = await holding(...all.toReversed());
      expect([...history.find(filter)].map(({ createdAt }) => createdAt)).toEqual(times);
      const { limit = Infinity, ...rest } = filter;
      const matching = [...history.find({})].filter((delivery) => matches(delivery, rest));
      expect(matching.map(({ createdAt }) => createdAt).slice(limit === 0 ? Infinity : -limit)).toEqual(times);
    });

    it("goes through more than a page, in order, with equal times in the order they came", async () => {
      const count = 2500;
      const { history, ids } = await holding(
        ...Array.from({ length: count }, (_, index) =>
          newDelivery({ createdAt: 1000 + Math.floor(index / 700), body: Buffer.from(`${index}`) }),
        ),
      );
      expect([...history.find({})].map(({ id }) => id)).toEqual(ids);
      expect([...history.find({ limit: 1500 })].map(({ id }) => id)).toEqual(ids.slice(-1500));
    });

    it("can be left half-way, and then sees and lets through later writes", async () => {
      const { history } = await holding(...all);
      for (const delivery of history.find({})) {
        expect(delivery.createdAt).toBe(10);
        break;
      }
      await history.record(newDelivery({ createdAt: 70 }));
      expect([...history.find({})]).toHaveLength(7);
    });

    it("does not meet what is recorded while it goes on", async () => {
      const { history } = await holding(...all);
      let met = 0;
      for (const _ of history.find({})) {
        met += 1;
        if (met < 20) await history.record(newDelivery({ createdAt: 1000 + met }));
      }
      expect(met).toBe(all.length);
    });
  });
}
