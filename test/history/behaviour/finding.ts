import { describe, expect, it } from "vitest";
import { newAttempt, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

let time = 4_000_000_000_000;
/** A day later than the time before. */
function laterTime(): number {
  return (time += 86_400_000);
}

/** How a history finds the delivery a user means. */
export function finding({ opened, holding }: Bench): void {
  describe("finding one", () => {
    it.each([
      "last",
      "last-failed",
      "01ARZ3NDEKTSV4RRFFQ69G5FAV",
      "4242",
      "abc",
      "",
      "%",
      "'; DROP TABLE deliveries; --",
    ])("knows no %j in an empty history", async (reference) => {
      const history = await opened();
      expect(() => history.get(reference)).toThrow(expect.objectContaining({ code: "UNKNOWN_DELIVERY" }));
    });

    it("all of many ids at once, with their attempts, and nothing for those that are not there", async () => {
      const history = await opened();
      const ids = [await history.record(newDelivery()), await history.record(newDelivery())];
      await history.record(newDelivery());
      await history.update(ids[1]!, { attempt: newAttempt() });
      const found = history.getAll([...ids, "01GONE"]);
      expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(ids.map((id) => history.get(id)));
    });

    it("names the candidates of a part that several ids share", async () => {
      const { history, ids, id } = await holding(newDelivery(), newDelivery());
      expect(() => history.get(id.slice(0, 6))).toThrow(
        expect.objectContaining({
          code: "AMBIGUOUS_DELIVERY",
          message: expect.stringMatching(new RegExp(`${ids[1]}, ${id}$`)) as unknown,
        }),
      );
    });

    it("takes the whole id, its start or its end, in either case", async () => {
      const history = await opened();
      // Ids never go back in a process. Days apart, ten characters tell two from each other.
      const id = await history.record(newDelivery({ createdAt: laterTime() }));
      await history.record(newDelivery({ createdAt: laterTime() }));
      for (const reference of [id, id.toLowerCase(), id.slice(0, 12), id.slice(-6), id.slice(-6).toLowerCase()]) {
        expect(history.get(reference).id).toBe(id);
      }
    });

    it("takes `last` and `last-failed` by time", async () => {
      const { history, ids } = await holding(
        newDelivery({ outcome: "failed", createdAt: 2000 }),
        newDelivery({ outcome: "failed", createdAt: 1000 }),
        newDelivery({ outcome: "delivered", createdAt: 3000 }),
      );
      expect(history.get("last").id).toBe(ids[2]);
      expect(history.get("last-failed").id).toBe(ids[0]);
    });
  });
}
