import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonNode } from "../../src/dumps/format.ts";
import { positionIn } from "../../src/model/position.ts";
import { countOf, member, memberAt, parseJson, stringOf, tryParseJson } from "../../src/dumps/json.ts";
import { cpuTime } from "./cpu-time.ts";
import { TelepathError } from "../../src/model/errors.ts";

/** What `JSON.parse` would have made of it. */
function plain(node: JsonNode): unknown {
  if (node.type === "array") return node.items.map(plain);
  if (node.type === "object") return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
  return node.type === "number" ? Number(node.raw) : node.value;
}

function failure(text: string): TelepathError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof TelepathError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("parseJson refuses", () => {
  it.each([
    ["", "line 1, column 1: expected a value, found the end of the text"],
    ['{"a":1', 'line 1, column 7: expected "," or "}", found the end of the text'],
    ['{"a":\n  nul}', 'line 2, column 3: expected a value, found "n"'],
    ["[1,]", 'line 1, column 4: expected a value, found "]"'],
    ["[1 2]", 'line 1, column 4: expected "," or "]", found "2"'],
    ["{a:1}", 'line 1, column 2: expected a member name in double quotes, found "a"'],
    ['{"a" 1}', 'line 1, column 6: expected ":", found "1"'],
    ["[01]", 'line 1, column 3: expected "," or "]", found "1"'],
    ["1.", 'line 1, column 2: expected the end of the text, found "."'],
    ["\u00a01", 'line 1, column 1: expected a value, found "\u00a0"'],
    ['"a\tb"', 'line 1, column 3: expected a string without raw control characters, found "\\t"'],
    ['"a', 'line 1, column 3: expected the closing " of a string, found the end of the text'],
    ['"\\q"', "line 1, column 2: bad escape in a string"],
    ['"\\u12g4"', "line 1, column 2: bad escape in a string"],
    ["1 1", 'line 1, column 3: expected the end of the text, found "1"'],
  ])("%j", (text, message) => {
    expect(failure(text).message).toBe(`not JSON: ${message}`);
  });

  it.each([
    ["100,000 brackets", "[".repeat(100_000) + "]".repeat(100_000)],
    ["a megabyte of [", "[".repeat(1 << 20)],
    ["100,000 objects in each other", '{"a":'.repeat(100_000)],
  ])("%s without running out of stack", (_name, text) => {
    const error = failure(text);
    expect(error.code).toBe("BROKEN_JSON");
    expect(error.message).toContain("nested deeper than 512 levels");
  });

  it.each([
    ["one unclosed string", '"'.padEnd(1 << 20, "a")],
    ["many quotes", '"'.repeat(1 << 20)],
    ["backslashes", `"${"\\".repeat(1 << 20)}`],
    ["spaces", " ".repeat(1 << 20)],
    ["digits", `${"1".repeat(1 << 20)}x`],
    ["line ends", `${"\n".repeat(1 << 20)}x`],
  ])("a megabyte of %s in time proportional to it", (_name, text) => {
    expect(cpuTime(() => failure(text))).toBeLessThan(500);
  });
});

describe("parseJson keeps", () => {
  it("numbers as they were written", () => {
    const numbers = ["1.0", "1e3", "12345678901234567890", "-0", "0.10", "1E+2"];
    const node = parseJson(`[${numbers.join(",")}]`);
    expect(node.type === "array" && node.items.map((item) => item.type === "number" && item.raw)).toEqual(numbers);
  });

  it("members in order with their repetitions, and finds the last of a name", () => {
    const node = parseJson('{"b":1,"a":2,"b":3,"__proto__":{"x":1}}');
    expect(node.type === "object" && node.members.map(({ name }) => name)).toEqual(["b", "a", "b", "__proto__"]);
    expect(countOf(member(node, "b"))).toBe(3);
    expect(countOf(memberAt(node, "__proto__", "x"))).toBe(1);
    expect(member(node, "toString")).toBeUndefined();
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("lone surrogates and U+2028", () => {
    expect(stringOf(parseJson('"\\ud83d \u2028"'))).toBe("\ud83d \u2028");
  });

  it("where each value stood", () => {
    const text = ' {"a" : [ 1.0 , "é\\n" ], "b":null}\n';
    const node = parseJson(text);
    const array = member(node, "a");
    expect(text.slice(node.start, node.end)).toBe('{"a" : [ 1.0 , "é\\n" ], "b":null}');
    expect(text.slice(array?.start, array?.end)).toBe('[ 1.0 , "é\\n" ]');
    expect(array?.type === "array" && array.items.map(({ start, end }) => text.slice(start, end))).toEqual([
      "1.0",
      '"é\\n"',
    ]);
  });

  it("a value of exactly 512 levels", () => {
    expect(parseJson("[".repeat(512) + "]".repeat(512)).type).toBe("array");
  });
});

describe("parseJson against JSON.parse", () => {
  it("reads what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2, "\t"), (text, indent) => {
        const value: unknown = JSON.parse(text);
        expect(plain(parseJson(JSON.stringify(value, null, indent)))).toEqual(value);
      }),
    );
  });

  it("accepts and refuses the same texts", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      "1",
      "-",
      ".5",
      "e3",
      "true",
      "null",
      " ",
      "\\",
      '"',
      "\u0001",
      "0",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        expect(tryParseJson(text) !== undefined).toBe(accepted);
      }),
      { numRuns: 2000 },
    );
  });
});

it("positionIn counts lines and columns from 1", () => {
  expect(positionIn("ab\ncd", 0)).toEqual({ line: 1, column: 1 });
  expect(positionIn("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
  expect(positionIn("ab\ncd", 2)).toEqual({ line: 1, column: 3 });
});
