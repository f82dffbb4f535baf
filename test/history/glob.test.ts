import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesGlob } from "../../src/history/glob.ts";

describe("a glob", () => {
  it.each([
    ["call.*", "callxended", false],
    ["call.?", "call.", false],
    ["*.ended", "call.ended.", false],
    ["a[b]", "ab", false],
    ["", "a", false],
    ["A", "a", false],
    ["", "", true],
    ["*", "", true],
    ["**", "anything", true],
    ["call.*", "call.ended", true],
    ["*.e*d", "call.ended", true],
    ["c?ll.ended", "call.ended", true],
    ["?", "\u{1f4de}", true],
    ["a[b]*", "a[b]c", true],
    ["*ab*ab", "ab-abab", true],
  ])("%j on %j: %s", (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  it("matches what a regular expression made of it matches", () => {
    const few = (...characters: string[]) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 8 });
    fc.assert(
      fc.property(few("a", "b", "*", "?"), few("a", "b"), (glob, text) => {
        const expression = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        expect(matchesGlob(glob, text)).toBe(expression.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("stays quick on what makes a regular expression hang", () => {
    expect(matchesGlob(`${"*a".repeat(50)}b`, "a".repeat(5000))).toBe(false);
  }, 2000);
});
