import { describe, expect, it } from "vitest";
import { parseExpectation } from "../../src/delivery/expectation.ts";

describe("--expect", () => {
  it.each(["", "2", "2x", "20x", "600", "099", "2xx,", "2xx 401", "ok", "-200", "0xc8"])("refuses %j", (text) => {
    expect(() => parseExpectation(text)).toThrow(/is not a list of statuses/);
  });

  it.each([
    ["2xx", [200, 204, 299], [199, 300, 401]],
    ["401", [401], [400, 402, 200]],
    ["2XX, 401", [200, 401], [403]],
    ["4xx|503", [400, 499, 503], [500, 200]],
  ] as const)("%s takes some and not others", (text, taken, refused) => {
    const expects = parseExpectation(text);
    expect(taken.filter((status) => !expects(status))).toEqual([]);
    expect(refused.filter(expects)).toEqual([]);
  });
});
