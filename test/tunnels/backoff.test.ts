import { assert, double, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { retryDelay } from "../../src/tunnels/supervisor/backoff.ts";

const backoff = { first: 1_000, longest: 30_000 };

describe("the time before a try", () => {
  it("is never over 30 seconds, within a second for the first, and never half of what it may be", () => {
    assert(
      property(integer({ min: 1, max: 2_000 }), double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const delay = retryDelay(attempt, backoff, random);
        const most = Math.min(30_000, 1_000 * 2 ** (attempt - 1));
        expect(delay).toBeLessThanOrEqual(most);
        expect(delay).toBeGreaterThanOrEqual(most / 2);
      }),
    );
    expect(retryDelay(0, backoff, 1)).toBe(0);
  });
});
