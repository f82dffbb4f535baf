import { describe, expect, it } from "vitest";
import { progressText } from "../../src/cli/views/batch.ts";
import { runRows } from "../../src/cli/views/run.ts";
import { styleFor, type Style } from "../../src/cli/views/style.ts";
import { nextTryText, spanText, waitingRows } from "../../src/cli/views/waiting.ts";
import { retryDelaysMs } from "../../src/contract/limits.ts";
import type { Waiting } from "../../src/delivery/attempts.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000] as const;

const styleOf = (columns: number): Style =>
  styleFor({ write: () => true, isTTY: true, columns }, { env: {} }, { color: false });

function waitingFor(dueAt: number, delaysMs: readonly number[] = retryDelaysMs): Waiting {
  const plan = { origin: "http://localhost:3000", delaysMs, timeoutMs: 30_000, expected: "2xx" };
  const made = delaysMs.length;
  return {
    id: "",
    plan,
    nth: 0,
    dueAt,
    event: "agent.connected",
    callId: "call_3f9a8b7c6",
    made,
    last: "refused",
    kept: null,
  };
}

describe("how long until the next attempt", () => {
  it.each([
    [0, "now"],
    [-5, "now"],
    [30, "30 ms"],
    [1300, "1.3 s"],
    [4980, "5 s"],
    [5 * second, "5 s"],
    [23_400, "24 s"],
    [9 * minute + 59 * second, "9 m 59 s"],
    [29 * minute + 38 * second, "29 m"],
    [30 * minute, "30 m"],
    [2 * hour - second, "1 h 59 m"],
    [30 * day - second, "29 d 23 h"],
  ])("of %d ms is %s", (milliseconds, text) => {
    expect(spanText(milliseconds)).toBe(text);
  });

  it("is told with the attempt's number", () => {
    expect(nextTryText({ ...waitingFor(30 * minute), made: 3 }, 0)).toBe("attempt 4 of 6 in 30 m");
  });
});

describe("the row of one that waits", () => {
  it.each([
    [40, 5 * minute - 22 * second, "in 4 m 38 s"],
    [40, 30 * minute - 22 * second, "in 29 m"],
    [40, 2 * hour - 500, "in 2 h 0 m"],
    [40, 2 * hour - 90 * second, "in 1 h 58 m"],
    [80, 5 * minute - 22 * second, "in 4 m 38 s"],
    [80, 30 * minute - 22 * second, "in 29 m"],
    [80, 2 * hour - 500, "in 2 h 0 m"],
    [80, 2 * hour - 90 * second, "in 1 h 58 m"],
    [80, 30 * day - second, "in 29 d 23 h"],
  ])("of %d columns has room for all of the time: %d ms", (columns, milliseconds, time) => {
    for (const delaysMs of [retryDelaysMs, Array<number>(20).fill(hour), Array<number>(100).fill(hour)]) {
      for (const isLive of [true, false]) {
        const rows = [{ waiting: waitingFor(milliseconds, delaysMs), isTrying: false }];
        const [row] = waitingRows(rows, { now: 0, isLive }, styleOf(columns));
        expect(row!.endsWith(` ${time}`)).toBe(true);
        expect(row!.length).toBeLessThan(columns);
      }
    }
  });

  it("stands in the same columns as the others, whatever schedules they have", () => {
    const few = waitingFor(minute);
    const many = waitingFor(hour, Array<number>(100).fill(hour));
    const rows = [few, many].map((waiting) => ({ waiting, isTrying: false }));
    for (const columns of [40, 63, 64, 80, 200]) {
      const drawn = waitingRows(rows, { now: 0, isLive: true }, styleOf(columns));
      expect(new Set(drawn.map((row) => row.lastIndexOf(" in "))).size).toBe(1);
    }
  });

  it("is drawn on a terminal of hardly any columns, too", () => {
    const rows = [{ waiting: waitingFor(minute), isTrying: true }];
    expect(waitingRows(rows, { now: 0, isLive: true }, styleOf(10))[0]).toContain("trying");
  });
});

describe("how far a run is", () => {
  const at = { total: 20_000, done: 1234, failed: 2, elapsedMs: 1000 };
  const facts = {
    total: 20_000,
    begun: 11_803,
    perSecond: 513.4,
    delivered: 160,
    failed: 3,
    waiting: 0,
    nextInMs: null,
  };
  const waits = { ...facts, waiting: 11_640, nextInMs: 29 * minute };

  it.each([
    [100, "1,234 of 20,000  1,234 a second  15.21 s left  2 failed"],
    [39, "1,234 of 20,000  1,234 a second"],
    [5, "1,234 of 20,000"],
  ])("is told as far as %d columns have room for it", (columns, text) => {
    expect(progressText({ ...at, columns })).toBe(text);
  });

  it("is told with a decimal where little is done in a second", () => {
    expect(progressText({ ...at, done: 4, elapsedMs: 10_000, columns: 100 })).toContain("4 of 20,000  0.4 a second");
  });

  it("is told in rows, and how long it takes only while none waits", () => {
    expect(runRows(facts, styleOf(80), 79)).toEqual([
      "11,803 of 20,000 begun, 513 a second, 15.97 s left  160 of 20,000 delivered",
      "3 given up",
    ]);
    expect(runRows(waits, styleOf(80), 79)).toEqual([
      "11,803 of 20,000 begun, 513 a second  160 of 20,000 delivered  3 given up",
      "11,640 wait, the next in 29 m",
    ]);
    expect(runRows(waits, styleOf(40), 39)).toEqual([
      "11,803 of 20,000 begun, 513 a second",
      "160 of 20,000 delivered  3 given up",
      "11,640 wait",
    ]);
    expect(runRows({ ...waits, begun: 20_000, waiting: 1 }, styleOf(80), 79)).toEqual([
      "160 of 20,000 delivered  3 given up  1 waits, the next in 29 m",
    ]);
  });
});
