import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { freshFolder } from "../folders.ts";
import { newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** What a follower of changes hears. */
export function following({ opened, holding }: Bench): void {
  describe("following changes", () => {
    it("tells records and updates in the order they were made, each delivery once", async () => {
      const { history, ids, id } = await holding(newDelivery(), newDelivery(), newDelivery());
      await history.update(id, { outcome: "delivered" });
      const { deliveries, cursor } = history.changesSince(0);
      expect(deliveries.map(({ id }) => id)).toEqual([ids[1], ids[2], ids[0]]);
      expect(cursor).toBe(history.cursor());
      expect(history.changesSince(cursor)).toEqual({ deliveries: [], cursor });
    });

    it("tells what another connection wrote", async () => {
      const folder = freshFolder();
      const [reader, writer] = [await opened(folder), await opened(folder)];
      const before = reader.cursor();
      const id = await writer.record(newDelivery());
      await reader.record(newDelivery());
      await writer.update(id, { outcome: "failed" });
      const { deliveries } = reader.changesSince(before);
      expect(deliveries).toHaveLength(2);
      expect(deliveries[1]).toMatchObject({ id, outcome: "failed" });
    });

    it("hands much out in portions and misses none", async () => {
      const count = 1201;
      const { history, ids } = await holding(...Array.from({ length: count }, () => newDelivery()));
      const seen: string[] = [];
      let cursor = 0;
      let portions = 0;
      for (;;) {
        const { deliveries, cursor: reached } = history.changesSince(cursor);
        if (deliveries.length === 0) break;
        seen.push(...deliveries.map(({ id }) => id));
        cursor = reached;
        portions += 1;
      }
      expect(seen).toEqual(ids);
      expect(portions).toBeGreaterThan(1);
    });

    it("goes on with the file that takes the place of a deleted one", async () => {
      const folder = freshFolder();
      const reader = await opened(folder);
      const before = await reader.record(newDelivery());
      expect(await reader.refresh()).toBe(false);
      rmSync(folder, { recursive: true });
      const writer = await opened(folder);
      const id = await writer.record(newDelivery());
      expect(await reader.refresh()).toBe(true);
      expect(reader.changesSince(0).deliveries.map((delivery) => delivery.id)).toEqual([id]);
      expect(() => reader.get(before)).toThrow(expect.objectContaining({ code: "UNKNOWN_DELIVERY" }));
      expect(await reader.refresh()).toBe(false);
    });

    it("never goes back, even when everything was dropped", async () => {
      const { history } = await holding(newDelivery(), newDelivery());
      const before = history.cursor();
      await history.prune({ maxAgeMs: 0, maxBytes: 0 }, 9e12);
      const id = await history.record(newDelivery());
      expect(history.changesSince(before).deliveries.map((delivery) => delivery.id)).toEqual([id]);
    });
  });
}
