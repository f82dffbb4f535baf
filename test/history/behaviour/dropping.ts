import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshFolder } from "../folders.ts";
import { newAttempt, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** What retention drops. */
export function dropping({ opened, holding }: Bench): void {
  describe("dropping", () => {
    it("drops nothing that is within the limits", async () => {
      const { history } = await holding(newDelivery({ createdAt: 1000 }));
      expect(await history.prune({ maxAgeMs: 10, maxBytes: 1e9 }, 1010)).toEqual({ deliveries: 0, bytes: 0 });
      expect([...history.find({})]).toHaveLength(1);
    });

    it("drops what is too old, with its attempts", async () => {
      const { history, ids, id } = await holding(newDelivery({ createdAt: 1000 }), newDelivery({ createdAt: 2000 }));
      await history.update(id, { attempt: newAttempt() });
      const { deliveries, bytes } = await history.prune({ maxAgeMs: 500, maxBytes: 1e9 }, 2000);
      expect(deliveries).toBe(1);
      expect(bytes).toBeGreaterThan(newDelivery().body.byteLength);
      expect([...history.find({})].map(({ id }) => id)).toEqual([ids[1]]);
    });

    it("drops the oldest until the rest fits, counts responses too, and gives the room back to the disk", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const ids: string[] = [];
      for (let index = 0; index < 300; index += 1) {
        ids.push(await history.record(newDelivery({ createdAt: index, body: Buffer.alloc(10_000) })));
      }
      const response = { status: 200, headers: [], body: Buffer.alloc(200_000) };
      await history.update(history.get("last").id, { attempt: newAttempt({ response }) });
      const { deliveries } = await history.prune({ maxAgeMs: 1e15, maxBytes: 1_000_000 }, 1000);
      const kept = [...history.find({})].map(({ id }) => id);
      expect(kept).toEqual(ids.slice(deliveries));
      expect(kept.length).toBeGreaterThan(10);
      expect(kept.length).toBeLessThan(80);
      await history.close();
      expect(statSync(join(folder, "history.db")).size).toBeLessThanOrEqual(1_000_000);
    });
  });
}
