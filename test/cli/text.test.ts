import * as fc from "fast-check";
import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { countText, durationText, fitted, indented, safeLines, safeText, sizeText } from "../../src/cli/views/text.ts";

describe("text from outside", () => {
  it.each([
    ["\u001b]0;pwned\u0007", "\\x1b]0;pwned\\x07"],
    ["a\u009b31mb", "a\\x9b31mb"],
    ["user\u202egnp.exe", "user<U+202E>gnp.exe"],
    ["zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"],
    ["two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"],
    ["tag\u{e0041}", "tag<U+E0041>"],
    ["half \ud800 pair", "half <U+D800> pair"],
    ["Zoë 東京 😀", "Zoë 東京 😀"],
  ])("shows %j as %j", (text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it("keeps line ends and tabs where text has lines", () => {
    expect(safeLines("a\n\tb\u001b")).toBe("a\n\tb\\x1b");
  });

  it("never lets a control character through, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(safeText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
      }),
    );
  });

  it("fits any text into exactly as many columns, wide characters and emoji included", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(stringWidth(fitted(safeText(text), columns))).toBe(columns);
      }),
    );
    expect(fitted("東京東京", 5)).toBe("東京…");
    expect(fitted("call.ended", 12)).toBe("call.ended  ");
  });
});

describe("text under a line", () => {
  it("breaks between words where the terminal ends, and nowhere without one", () => {
    const text = "nothing listens on localhost:3999: start your app";
    expect(indented(text, 4, 34)).toBe("    nothing listens on\n    localhost:3999: start your app");
    expect(indented(text, 4, undefined)).toBe(`    ${text}`);
  });

  it("goes on behind a bar where it began behind one", () => {
    const text = "the app answered 500\n│ at handler (/home/me/app/webhooks.js:12:31)";
    expect(indented(text, 2, 30).split("\n")).toEqual([
      "  the app answered 500",
      "  │ at handler",
      "  │ (/home/me/app/webhooks.js:12:31)",
    ]);
  });
});

describe("measures", () => {
  it("groups the digits of a count, and of a rate with a decimal, as toLocaleString does", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(9), (count, tenths) => {
        const rate = Number(`${count}.${tenths}`);
        expect([countText(count), countText(rate)]).toEqual([count, rate].map((each) => each.toLocaleString("en-US")));
      }),
    );
  });

  it.each([
    [0.04, "0.0 ms"],
    [9.96, "10 ms"],
    [12.4, "12 ms"],
    [999.6, "1.00 s"],
    [30_000, "30.00 s"],
    [119_999, "2 m 0 s"],
  ])("says %d milliseconds as %s", (value, text) => expect(durationText(value)).toBe(text));

  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KB"],
    [10 * 1024 ** 2, "10 MB"],
  ])("says %d bytes as %s", (value, text) => expect(sizeText(value)).toBe(text));

  it("rounds a size as toFixed does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 1024 ** 2 - 1 }), (bytes) => {
        const kilobytes = bytes / 1024;
        expect(sizeText(bytes)).toBe(`${bytes % 1024 === 0 ? kilobytes : kilobytes.toFixed(1)} KB`);
      }),
    );
  });
});
