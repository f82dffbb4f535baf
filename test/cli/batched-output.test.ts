import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batchedOutput } from "../../src/cli/batched-output.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function written(isTTY = false) {
  const texts: unknown[] = [];
  return { texts, output: batchedOutput({ isTTY, write: (text) => void texts.push(text) }) };
}

describe("many small texts", () => {
  it("are written as one, which nobody waits for longer than 100 ms, whether more comes or not", () => {
    const { texts, output } = written();
    output.write("a");
    vi.advanceTimersByTime(60);
    output.write("b");
    expect(texts).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(texts).toEqual(["ab"]);
    output.write("c");
    vi.advanceTimersByTime(100);
    expect(texts).toEqual(["ab", "c"]);
  });

  it("are written when they are many, or by `flush`, and leave no timer behind", () => {
    const { texts, output } = written();
    output.write("x".repeat(70_000));
    output.write("y");
    output.flush();
    expect(texts).toEqual(["x".repeat(70_000), "y"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are written at once on a terminal", () => {
    const { texts, output } = written(true);
    output.write("a");
    expect(texts).toEqual(["a"]);
  });
});
