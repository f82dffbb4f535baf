import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyReader } from "../../../src/cli/screen/keys.ts";

const read = (...pieces: string[]): string[] => pieces.flatMap(createKeyReader());

describe("keys", () => {
  it.each([
    ["rq?", ["r", "q", "?"]],
    ["\u001b[A\u001bOB\u001b[5~\u001b[6~", ["up", "down", "page-up", "page-down"]],
    ["\u001b", ["escape"]],
    ["\u0003\u001a\f\r", ["ctrl-c", "ctrl-z", "ctrl-l", "enter"]],
    ["東😀", ["東", "😀"]],
    ["\u001b[1;5C\u001b[<0;1;1M\u0001", []],
  ])("of %j are %j", (text, keys) => {
    expect(read(text)).toEqual(keys);
  });

  it("may come in two pieces", () => {
    expect(read("a\u001b[", "5", "~b")).toEqual(["a", "page-up", "b"]);
  });

  it("are none of what is pasted, in however many pieces", () => {
    expect(read("a\u001b[200~q", "\u0003q\u001b[20", "1~b")).toEqual(["a", "b"]);
  });

  it("never are control characters, whatever comes", () => {
    const units = Array.from("\u001b[O2001~;A<q\u0003\n\u0000 é");
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(...units) })), (pieces) => {
        expect(read(...pieces).filter((key) => !/^([a-z]{2}[a-z-]*|[^\u0000-\u001f]+)$/u.test(key))).toEqual([]);
      }),
    );
  });
});
