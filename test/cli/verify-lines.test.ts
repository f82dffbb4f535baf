import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { linesOf, partsOf, type Line, type LinesPart } from "../../src/cli/verify/lines.ts";
import { largestPassed } from "../../src/cli/verify/outcome.ts";
import { freshFolder } from "./run.ts";

const partBytes = 512 * 1024;

/** A file that is open until the test has ended. */
function opened(content: string): number {
  const file = openSync(join(freshFolder({ "dump.ndjson": content }), "dump.ndjson"), "r");
  onTestFinished(() => closeSync(file));
  return file;
}

function read(part: LinesPart): { lines: (Omit<Line, "bytes"> & { text: string | undefined })[]; count: number } {
  const lines = [];
  const generator = linesOf(part);
  for (;;) {
    const next = generator.next();
    if (next.done === true) return { lines, count: next.value };
    const { bytes, ...line } = next.value;
    lines.push({ ...line, text: bytes?.toString() });
  }
}

/** What parts that end at these places read, one after the other. */
function readCut(content: string, cuts: readonly number[]): (string | undefined)[] {
  const file = opened(content);
  const ends = [...cuts, Buffer.byteLength(content)];
  return ends.flatMap((end, index) => read({ file, start: ends[index - 1] ?? 0, end }).lines.map(({ text }) => text));
}

/** The lines of a text; behind its last line end there is none. */
function linesIn(content: string): string[] {
  const lines = content.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

describe("a part of a file", () => {
  it.each([
    ["just before a line end", 2],
    ["just behind a line end", 3],
    ["within a line", 4],
    ["at the first byte", 0],
    ["at the last byte", 8],
    ["within a character", 7],
  ])("that is cut %s leaves every line to one part", (_case, cut) => {
    expect(readCut("ab\ncd\né\n", [cut])).toEqual(["ab", "cd", "é"]);
  });

  it("holds no line when its bytes are the middle of one", () => {
    expect(read({ file: opened("abcdef\n"), start: 2, end: 4 })).toEqual({ lines: [], count: 0 });
  });

  it("reads its last line to its end beyond the part", () => {
    const lines = [{ item: 0, at: 0, text: "abcdef" }];
    expect(read({ file: opened("abcdef\ng\n"), start: 0, end: 1 })).toEqual({ lines, count: 1 });
  });

  it("tells where each line starts in the file, empty ones included", () => {
    const { lines, count } = read({ file: opened("a\nbc\n\nd"), start: 1, end: 7 });
    expect(lines).toEqual([
      { item: 0, at: 2, text: "bc" },
      { item: 1, at: 5, text: "" },
      { item: 2, at: 6, text: "d" },
    ]);
    expect(count).toBe(3);
  });

  it("passes on a line of one byte less than the limit, and of a longer one only where it starts", () => {
    const [short, long] = ["s".repeat(largestPassed - 1), "l".repeat(largestPassed)];
    const content = `${short}\n${long}\nend\n`;
    expect(read({ file: opened(content), start: 0, end: content.length }).lines).toEqual([
      { item: 0, at: 0, text: short },
      { item: 1, at: largestPassed, text: undefined },
      { item: 2, at: 2 * largestPassed + 1, text: "end" },
    ]);
  });

  it("finds the line behind one that is longer than a part", () => {
    const content = `${"x".repeat(2 * partBytes)}\nend`;
    const file = opened(content);
    const lines = [...partsOf(file, content.length)].flatMap((part) => read(part).lines);
    expect(lines).toEqual([
      { item: 0, at: 0, text: undefined },
      { item: 0, at: 2 * partBytes + 1, text: "end" },
    ]);
  });

  it("holds every line once wherever a file is cut", () => {
    const text = fc.array(fc.constantFrom("\n", "\r\n", "a", "bcd", "é", "{}"), { maxLength: 20 });
    fc.assert(
      fc.property(
        text.map((pieces) => pieces.join("")),
        fc.array(fc.nat(40), { maxLength: 4 }),
        (content, places) => {
          const size = Buffer.byteLength(content);
          const cuts = places.map((place) => Math.min(place, size)).sort((a, b) => a - b);
          expect(readCut(content, cuts)).toEqual(linesIn(content));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("the parts of a file", () => {
  it.each([
    ["none of an empty one", 0, []],
    ["one of a small one", 1, [[0, 1]]],
    ["one of a file as large as a part", partBytes, [[0, partBytes]]],
    [
      "a small one behind a whole one",
      partBytes + 1,
      [
        [0, partBytes],
        [partBytes, partBytes + 1],
      ],
    ],
  ])("are %s", (_case, size, expected) => {
    expect([...partsOf(7, size)]).toEqual(expected.map(([start, end]) => ({ file: 7, start, end })));
  });
});
