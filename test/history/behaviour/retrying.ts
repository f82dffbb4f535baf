import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { historyFileName } from "../../../src/history/connection.ts";
import { openDatabase } from "../../../src/history/driver.ts";
import type { RetryPlan } from "../../../src/model/retry.ts";
import { freshFolder } from "../folders.ts";
import { newAttempt, newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

const plan: RetryPlan = { origin: "http://localhost:3000", delaysMs: [5, 30], timeoutMs: 30_000, expected: "2xx" };
const nobody = () => false;

/** Attempts that are yet to be made. */
export function retrying({ driver, opened }: Bench): void {
  describe("retrying", () => {
    it("keeps what is yet to be tried, the soonest first, over a restart", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const later = await history.record(newDelivery(), { retry: { plan, dueAt: 20, holder: "one" } });
      const event = "call\u0000\ud800";
      const soon = await history.record(newDelivery({ event, callId: null }), {
        retry: { plan, dueAt: 10.5, holder: "one" },
      });
      await history.update(later, {
        attempt: newAttempt({ number: 1, response: null, failure: "refused" }),
        retry: { plan, dueAt: 30, holder: "one" },
      });
      await history.close();
      const again = await opened(folder);
      expect(again.retryOf(soon)).toEqual({ plan, dueAt: 10.5, holder: "one" });
      expect(again.retryHolders()).toEqual([{ holder: "one", deliveries: 2, lastDueAt: 30 }]);
      expect(await again.takeRetries("two", nobody)).toEqual([
        { id: soon, event, callId: null, dueAt: 10.5, plan, made: 0, last: null },
        expect.objectContaining({ id: later, dueAt: 30, plan, made: 1, last: "refused" }),
      ]);
    });

    it("forgets what is tried no more, together with the attempt that ended it", async () => {
      const history = await opened();
      const id = await history.record(newDelivery(), { retry: { plan, dueAt: 1, holder: "one" } });
      await history.update(id, { attempt: newAttempt(), outcome: "delivered", retry: null });
      expect(history.retryHolders()).toEqual([]);
      expect(history.retryOf(id)).toBeNull();
      expect(history.get(id)).toMatchObject({ outcome: "delivered", attempts: [{ number: 1 }] });
    });

    it("gives each to one holder, and not while another lives", async () => {
      const folder = freshFolder();
      const [history, other] = [await opened(folder), await opened(folder)];
      const ofEnded = await history.record(newDelivery(), { retry: { plan, dueAt: 1, holder: "ended" } });
      const ofLiving = await history.record(newDelivery(), { retry: { plan, dueAt: 2, holder: "living" } });
      const isLiving = ({ holder }: { holder: string }) => holder !== "ended" && holder !== "";
      const [mine, theirs] = await Promise.all([history.takeRetries("a", isLiving), other.takeRetries("b", isLiving)]);
      expect([...mine, ...theirs].map(({ id }) => id)).toEqual([ofEnded]);

      await history.releaseRetries("living");
      expect((await other.takeRetries("c", isLiving)).map(({ id }) => id)).toEqual([ofLiving]);
    });

    it("stays as the holder has it, whatever becomes of an attempt that one before had under way", async () => {
      const history = await opened();
      const retry = { plan, dueAt: 1, holder: "one" };
      const [failing, taken] = [
        await history.record(newDelivery(), { retry }),
        await history.record(newDelivery(), { retry }),
      ];
      await history.takeRetries("two", nobody);
      expect(history.holdsRetry(failing, "one")).toBe(false);
      expect(history.holdsRetry(failing, "two")).toBe(true);
      const late = { attempt: newAttempt(), holder: "one" };
      await history.update(failing, { ...late, outcome: "failed", retry: null });
      expect(history.get(failing)).toMatchObject({ outcome: "pending", attempts: [{ number: 1 }] });
      expect(history.retryOf(failing)).toMatchObject({ holder: "two" });

      // The app has it: nobody is to send it again, nor to say that it failed.
      await history.update(taken, { ...late, outcome: "delivered", retry: null });
      expect(history.holdsRetry(taken, "two")).toBe(false);
      await history.update(taken, { ...late, outcome: "pending", retry: { ...retry, holder: "two" }, holder: "two" });
      expect(history.get(taken)).toMatchObject({ outcome: "delivered" });
      expect(history.retryOf(taken)).toBeNull();
    });

    it("goes on by another plan, sooner or later as that says", async () => {
      const history = await opened();
      const slow = { ...plan, scale: 1 };
      const fast = { ...plan, scale: 0.01 };
      const recorded = (by: RetryPlan, dueAt: number, holder = "one") =>
        history.record(newDelivery(), { retry: { plan: by, dueAt, holder } });
      const ids = [
        await recorded(plan, 900),
        await recorded(slow, 2000),
        await recorded(fast, 1010),
        await recorded({ ...plan, scale: 0 }, 5000),
      ];
      const other = await recorded(slow, 2000, "two");
      const left = await history.replanRetries("one", (from) => ({ ...from, scale: 0.01 }), 1000);
      const times = new Map(left.map(({ id, dueAt, plan: to }) => [id, [dueAt, to?.scale]]));
      expect(ids.map((id) => times.get(id))).toEqual([
        [900, 0.01],
        [1010, 0.01],
        [1010, 0.01],
        [1000, 0.01],
      ]);
      expect(history.retryOf(ids[1]!)).toEqual({ plan: fast, dueAt: 1010, holder: "one" });
      expect(history.retryOf(other)).toEqual({ plan: slow, dueAt: 2000, holder: "two" });
    });

    it.each([
      "nonsense",
      '{"origin":"http://app:1"}',
      "null",
      JSON.stringify({ ...plan, origin: "file:///etc" }),
      JSON.stringify({ ...plan, instead: { host: "app:3000\r\nX: y", target: null } }),
    ])("has no plan where what is on record is none: %s", async (text) => {
      const folder = freshFolder();
      const history = await opened(folder);
      const id = await history.record(newDelivery(), {
        retry: { plan, dueAt: 1, holder: "one" },
      });
      const database = await openDatabase(join(folder, historyFileName), driver);
      database.prepare("UPDATE retries SET plan = ?").run(text);
      database.close();
      expect(history.retryOf(id)).toBeNull();
      expect(await history.takeRetries("two", nobody)).toMatchObject([{ id, plan: null }]);
      expect(await history.replanRetries("two", (from) => from, 1)).toMatchObject([{ id, plan: null }]);
    });

    it("is not what listen holds, nor the other way round", async () => {
      const history = await opened();
      await history.record(newDelivery(), { retry: { plan, dueAt: 1, holder: "1" } });
      await history.record(newDelivery(), { hold: { target: plan.origin, holder: 1 } });
      expect(await history.takeOver([plan.origin], 2, nobody)).toHaveLength(1);
      expect(await history.takeRetries("2", nobody)).toHaveLength(1);
    });

    it("drops what is yet to be tried when its time is long past, and not for want of room", async () => {
      const history = await opened();
      const day = 24 * 3_600_000;
      const now = 100 * day;
      const recorded = (createdAt: number, dueAt: number) =>
        history.record(newDelivery({ createdAt }), { retry: { plan, dueAt, holder: "one" } });
      await recorded(now - 4 * day, now - 3 * day - 1);
      const due = await recorded(now - 4 * day, now - 3 * day);
      const later = await recorded(now - 4 * day, now + day);
      const young = await recorded(now - day, now - day);
      await history.record(newDelivery({ createdAt: now - day }));
      const left = (): string[] => [...history.find({})].map(({ id }) => id);
      await history.prune({ maxAgeMs: 3 * day, maxBytes: 0 }, now);
      expect(left()).toEqual([due, later, young]);
      // However little is kept: it may be under way.
      await history.prune({ maxAgeMs: 2000, maxBytes: 0 }, now);
      expect(left()).toEqual([later, young]);
      expect((await history.takeRetries("two", nobody)).map(({ id }) => id)).toEqual([young, later]);
    });
  });
}
