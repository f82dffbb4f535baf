import { describe, expect, it } from "vitest";
import { pastWhite, withoutWhite, withoutWhiteEnd } from "../../src/dumps/white.ts";

describe("white space in dumps", () => {
  it.each([
    [" \t a b \t", "a b"],
    ["voil\u00c3\u00a0", "voil\u00c3\u00a0"],
    ["\u3000x\u00a0 ", "\u3000x\u00a0"],
    ["  ", ""],
    ["", ""],
  ])("is space and tab alone: %j", (text, inside) => {
    expect(withoutWhite(text)).toBe(inside);
    expect(withoutWhiteEnd(text).trimStart()).toBe(inside.trimStart());
    expect(text.slice(pastWhite(text, 0)).startsWith(inside)).toBe(true);
  });
});
