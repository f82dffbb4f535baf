import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPace } from "../../src/delivery/pace.ts";
import { Turns } from "../../src/delivery/turns.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], now: 0 }));
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

describe("a pace", () => {
  it("makes up for a timer that was late, and not for a stall", async () => {
    let time = 0;
    const pace = createPace(100, () => time);
    const isAtOnce = async () => {
      const stop = new AbortController();
      let begun = false;
      void pace.turn(stop.signal).then(() => {
        begun = !stop.signal.aborted;
        if (begun) pace.begun();
      });
      await new Promise(setImmediate);
      stop.abort();
      return begun;
    };
    expect(await isAtOnce()).toBe(true);
    expect(await isAtOnce()).toBe(false); // takes the place at 10 ms
    time = 50;
    expect([await isAtOnce(), await isAtOnce(), await isAtOnce(), await isAtOnce()]).toEqual([true, true, true, true]);
    expect(await isAtOnce()).toBe(false);
    expect(pace.summary()).toEqual({ perSecond: 80, lostShare: 0 });
    time = 10_000;
    const after = await Promise.all(Array.from({ length: 20 }, () => isAtOnce()));
    expect(after.filter(Boolean).length).toBeLessThanOrEqual(11);
    expect(pace.summary()!.lostShare).toBeCloseTo(0.98, 1);
  });

  it("counts what begins and not what asks, and loses nothing after the last", async () => {
    let time = 0;
    const pace = createPace(10, () => time);
    expect(pace.summary()).toBeNull();
    for (time = 0; time <= 200; time += 100) {
      await pace.turn(never);
      pace.begun();
    }
    expect(pace.summary()).toEqual({ perSecond: 10, lostShare: 0 });
    time = 60_000; // the answer to the last
    await pace.turn(never);
    expect(pace.summary()).toEqual({ perSecond: 10, lostShare: 0 });
  });

  it("ends a wait when it is stopped", async () => {
    const stop = new AbortController();
    const pace = createPace(0.001);
    await pace.turn(never);
    const turn = pace.turn(stop.signal);
    stop.abort();
    await turn;
  });
});

describe("turns", () => {
  it("are as many as there may be, in the order in which they are asked for", async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    const turn = async (name: string) => {
      await turns.take();
      order.push(name);
    };
    const all = [turn("first"), turn("second"), turn("third")];
    await new Promise(setImmediate);
    expect(order).toEqual(["first"]);
    turns.give();
    turns.give();
    await Promise.all(all);
    expect(order).toEqual(["first", "second", "third"]);
  });
});
