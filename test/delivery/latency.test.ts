import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLatencies } from "../../src/delivery/latency.ts";

describe("latencies", () => {
  it("say nothing of nothing", () => {
    expect(createLatencies().summary()).toEqual({ p50: null, p90: null, p99: null, max: null });
  });

  it("are never above the maximum, however few there are", () => {
    const one = createLatencies();
    one.add(12.34);
    expect(one.summary()).toEqual({ p50: 12.34, p90: 12.34, p99: 12.34, max: 12.34 });
  });

  it("take durations of nothing and of days", () => {
    const latencies = createLatencies();
    latencies.add(0);
    latencies.add(1e12);
    expect(latencies.summary()).toMatchObject({ p50: 0, max: 1e12 });
  });

  it("are within one per cent of the exact percentile", () => {
    const durations = fc.array(fc.double({ min: 0.01, max: 80_000_000, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(durations, (values) => {
        const latencies = createLatencies();
        for (const value of values) latencies.add(value);
        const summary = latencies.summary();
        const sorted = values.toSorted((a, b) => a - b);
        for (const [name, share] of [
          ["p50", 0.5],
          ["p90", 0.9],
          ["p99", 0.99],
        ] as const) {
          const exact = sorted.at(Math.ceil(share * values.length) - 1) ?? Number.NaN;
          expect(summary[name]).toBeGreaterThanOrEqual(exact - 0.006);
          expect(summary[name]).toBeLessThanOrEqual(exact * 1.0101 + 0.006);
        }
      }),
    );
  });

  it("are spread over steps of 1, 2, 5, 10, without a gap", () => {
    const latencies = createLatencies();
    for (const value of [1.5, 1.9, 2.1, 30, 49, 700]) latencies.add(value);
    expect(latencies.histogram()).toEqual([
      { toMs: 2, count: 2 },
      { toMs: 5, count: 1 },
      { toMs: 10, count: 0 },
      { toMs: 20, count: 0 },
      { toMs: 50, count: 2 },
      { toMs: 100, count: 0 },
      { toMs: 200, count: 0 },
      { toMs: 500, count: 0 },
      { toMs: 1000, count: 1 },
    ]);
    expect(createLatencies().histogram()).toEqual([]);
  });

  it("are in the bar that ends where they do, and above a minute in those of a clock", () => {
    const latencies = createLatencies();
    for (const value of [0, 4.97, 5, 5.01, 59_000, 200_000, 500_000, 7_000_000]) latencies.add(value);
    const bars = latencies.histogram().filter(({ count }) => count > 0);
    expect(bars).toEqual([
      { toMs: 0.01, count: 1 },
      { toMs: 5, count: 2 },
      { toMs: 10, count: 1 },
      { toMs: 60_000, count: 1 },
      { toMs: 300_000, count: 1 },
      { toMs: 600_000, count: 1 },
      { toMs: 7_200_000, count: 1 },
    ]);
  });

  it("are in no bar above the one that the maximum is in, and in none below the least", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 80_000_000, noNaN: true }), { minLength: 1 }), (values) => {
        const latencies = createLatencies();
        for (const value of values) latencies.add(value);
        const bars = latencies.histogram();
        const below = (toMs: number): number => values.filter((value) => Math.round(value * 100) / 100 <= toMs).length;
        let seen = 0;
        for (const { toMs, count } of bars) expect((seen += count)).toBe(below(toMs));
        expect(seen).toBe(values.length);
      }),
    );
  });
});
