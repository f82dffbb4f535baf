import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineReader } from "../../src/cli/verify/chunks.ts";

function linesOf(pieces: readonly string[], longest: number): [number, string | null][] {
  const lines = lineReader(longest);
  // The reader of a file fills one buffer anew: what is held from it must have been copied.
  const reused = Buffer.alloc(1000);
  const read = (piece: string) => {
    const length = reused.write(piece, "latin1");
    const ready = lines.push(reused.subarray(0, length));
    return ready.map(({ number, bytes }) => [number, bytes?.toString("latin1") ?? null] as [number, string | null]);
  };
  const found = pieces.flatMap(read);
  reused.fill("?");
  return [
    ...found,
    ...lines.end().map(({ number, bytes }) => [number, bytes?.toString("latin1") ?? null] as [number, null]),
  ];
}

describe("lineReader", () => {
  it("cuts lines wherever the pieces are cut", () => {
    const pieces = fc.array(fc.stringMatching(/^[ab\n]{0,12}$/), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, (texts) => {
        const expected = texts.join("").split("\n");
        if (expected.at(-1) === "") expected.pop();
        expect(linesOf(texts, 1000)).toEqual(expected.map((line, index) => [index + 1, line]));
      }),
    );
  });

  it("keeps nothing of a line that is too long, and goes on after it", () => {
    expect(linesOf(["12345", "6\n1234", "5\n12", "34567", "\nx"], 5)).toEqual([
      [1, null],
      [2, "12345"],
      [3, null],
      [4, "x"],
    ]);
    expect(linesOf(["123456\n", "123456"], 5)).toEqual([
      [1, null],
      [2, null],
    ]);
  });
});
