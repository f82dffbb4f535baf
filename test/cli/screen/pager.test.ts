import * as fc from "fast-check";
import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { Pager } from "../../../src/cli/screen/pager.ts";
import { styleFor } from "../../../src/cli/views/style.ts";

const style = styleFor({ write: () => true }, { env: {} }, {});
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`).join("\n");

describe("a text that is scrolled", () => {
  it("goes line by line, page by page, and to both ends, not beyond", () => {
    const pager = new Pager({ title: "title", text: numbered(20) }, style, "q back");
    const top = (...keys: string[]): string => {
      for (const key of keys) expect(pager.key(key)).toBe(true);
      return pager.draw(40, 7)[1]!;
    };
    expect(pager.draw(40, 7)).toEqual(["title", ...numbered(5).split("\n"), "1–5 of 20  ↑ ↓ scroll  q back"]);
    expect(top("down", "j")).toBe("line 3");
    expect(top(" ")).toBe("line 7");
    expect(top("page-up", "k")).toBe("line 2");
    expect(top("G")).toBe("line 16");
    expect(top("down", "page-down")).toBe("line 16");
    expect(top("g", "up")).toBe("line 1");
    expect(pager.key("x")).toBe(false);
  });

  it("says nothing of scrolling when all of it is shown", () => {
    const pager = new Pager({ title: "t", text: "a\nb\n" }, style, "q back");
    expect(pager.draw(20, 6)).toEqual(["t", "a", "b", "", "", "q back"]);
  });

  it("breaks long lines between words, and goes on under their text", () => {
    const text = [
      `${style.accent("key".padEnd(6))} what it does, in some words`,
      "  Signature: sha256=0123456789abcdef",
      "    at handler of the app",
      "plain words without a name",
    ].join("\n");
    const rows = new Pager({ title: "t", text }, style, "q back").draw(20, 12).map((row) => row.trimEnd());
    expect(rows.slice(1, -1).filter((row) => row !== "")).toEqual([
      "key    what it does,",
      "       in some words",
      "  Signature: sha256=",
      "    0123456789abcdef",
      "    at handler of",
      "    the app",
      "plain words without",
      "a name",
    ]);
  });

  it("fills the window exactly, whatever the text, the window and the keys", () => {
    const keys = fc.array(fc.constantFrom("up", "down", " ", "b", "g", "G"));
    const size = fc.record({ columns: fc.integer({ min: 8, max: 90 }), rows: fc.integer({ min: 3, max: 30 }) });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), keys, size, (noise, pressed, { columns, rows }) => {
        const text = noise.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "");
        const pager = new Pager({ title: "title", text }, style, "q back");
        for (const key of pressed) {
          pager.key(key);
          const drawn = pager.draw(columns, rows);
          expect(drawn).toHaveLength(rows);
          for (const line of drawn) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });
});
