import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClockJumps } from "../../src/delivery/clock-jumps.ts";
import { RetryQueue, type Timed } from "../../src/delivery/retry-queue.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: 0 }));
afterEach(() => void vi.useRealTimers());

const at = (dueAt: number, nth = 0): Timed => ({ dueAt, nth });

describe("what waits for its time", () => {
  it("is handed out when it is due and not before, the soonest first", async () => {
    const queue = new RetryQueue<Timed>(Date.now, [at(300), at(100)]);
    const got: Timed[] = [];
    void queue.next().then((entry) => got.push(entry!));
    void queue.next().then((entry) => got.push(entry!));
    await vi.advanceTimersByTimeAsync(99);
    expect(got).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual([at(100)]);
    queue.add(at(150));
    await vi.advanceTimersByTimeAsync(50);
    expect(got).toEqual([at(100), at(150)]);
  });

  it("comes in any order and leaves by time, then by number", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: -9, max: 0 }), fc.nat(5))), async (pairs) => {
        const entries = pairs.map(([dueAt, nth]) => at(dueAt, nth));
        const sorted = entries.toSorted((a, b) => a.dueAt - b.dueAt || a.nth - b.nth);
        const queue = new RetryQueue<Timed>(() => 0, entries);
        expect(queue.soonest(3)).toEqual(sorted.slice(0, 3));
        queue.finish();
        const got: Timed[] = [];
        for (let next = await queue.next(); next !== null; next = await queue.next()) {
          got.push(next);
          queue.done();
        }
        expect(got).toEqual(sorted);
      }),
    );
  });

  it("is over only when what was taken is done with, for it may wait once more", async () => {
    const queue = new RetryQueue<Timed>(Date.now, [at(0)]);
    queue.finish();
    const first = await queue.next();
    const second = queue.next();
    queue.add({ ...first!, dueAt: 5 });
    queue.done();
    await vi.advanceTimersByTimeAsync(5);
    expect(await second).toEqual(at(5));
    const third = queue.next();
    queue.done();
    expect(await third).toBeNull();
  });

  it("stays when the queue is closed, and leaves no timer behind", async () => {
    const queue = new RetryQueue<Timed>(Date.now, [at(100)]);
    const asked = queue.next();
    expect(vi.getTimerCount()).toBe(1);
    queue.close();
    expect(await asked).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    expect([...queue]).toEqual([at(100)]);
  });

  it("has one timer for all, and none while nobody asks", () => {
    const queue = new RetryQueue<Timed>(
      Date.now,
      Array.from({ length: 1000 }, (_, nth) => at(1000 + nth, nth)),
    );
    expect(vi.getTimerCount()).toBe(0);
    void queue.next();
    void queue.next();
    expect(vi.getTimerCount()).toBe(1);
  });

  describe("when the clock jumps", () => {
    /** What the machine slept, as the clock says that goes on meanwhile. */
    let sleptMs = 0;
    beforeEach(() => void (sleptMs = 0));

    function waitsTwoHours(): { queue: RetryQueue<Timed>; got: Timed[] } {
      const jumps = createClockJumps(Date.now, {
        sinceStart: () => Math.floor((performance.now() + sleptMs) / 1000) * 1000,
      });
      const queue = new RetryQueue<Timed>(Date.now, [at(7_200_000)], jumps);
      const got: Timed[] = [];
      void queue.next().then((entry) => got.push(entry!));
      return { queue, got };
    }

    it("is on time after the machine slept, which a timer does not see", async () => {
      const { got } = waitsTwoHours();
      await vi.advanceTimersByTimeAsync(1000);
      vi.setSystemTime(8_000_000);
      sleptMs = 8_000_000 - 1000;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(got).toEqual([at(7_200_000)]);
    });

    it.each([-3_600_000, 3_600_000, 86_400_000])("waits as long when it is set by %i ms", async (setBy) => {
      const { queue, got } = waitsTwoHours();
      await vi.advanceTimersByTimeAsync(1000);
      vi.setSystemTime(1000 + setBy);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(queue.soonest(1)).toEqual([at(7_200_000 + setBy)]);
      await vi.advanceTimersByTimeAsync(7_200_000 - 61_000 - 1);
      expect(got).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(got).toHaveLength(1);
    });

    it("knows a clock that was set while the machine slept", async () => {
      const { got } = waitsTwoHours();
      vi.setSystemTime(600_000 - 3_600_000);
      sleptMs = 600_000;
      await vi.advanceTimersByTimeAsync(6_600_000 - 2000);
      expect(got).toEqual([]);
      await vi.advanceTimersByTimeAsync(2000);
      expect(got).toHaveLength(1);
    });

    it("leaves alone what is added after it, whose time is of the new clock", async () => {
      const { queue, got } = waitsTwoHours();
      vi.setSystemTime(3_600_000);
      queue.add(at(3_605_000, 1));
      await vi.advanceTimersByTimeAsync(5000);
      expect(got).toEqual([at(3_605_000, 1)]);
    });
  });
});
