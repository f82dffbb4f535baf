import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { JsonNode } from "../../src/dumps/format.ts";
import { parseYaml } from "../../src/dumps/yaml/yaml.ts";

function plain(node: JsonNode): unknown {
  if (node.type === "array") return node.items.map(plain);
  if (node.type === "object") return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
  return node.type === "number" ? Number(node.raw) : node.value;
}

const read = (text: string): unknown => plain(parseYaml(text));

describe("YAML", () => {
  it.each([
    ["a: !ruby/object:Object {}", "line 1: the tag !ruby/object:Object is not read"],
    ["a: 1\nb: !ruby/regexp /a/", "line 2: the tag"],
    ["a: !!js/function 'x'", "the tag !!js/function"],
    ["a: !<tag:yaml.org,2002:python/object> x", "the tag tag:yaml.org,2002:python/object"],
    ['a: "x', 'line 1: the quote " is opened and never closed'],
    ["a:\n  b: 'x\n", "line 2: the quote ' is opened"],
    ["a: [b", "a bracket is opened and never closed"],
    ["a:\n    b: 2\n  c: 3", "line 3"],
    ["a: !binary '?'", "!binary is not followed by base64"],
    ["a: 1\n- b", 'line 2: expected "key: value"'],
    ["a: *b", "an alias without its anchor"],
    ["a: &a [x]\nb: *a", "aliases of lists and mappings"],
    ["a: &a {x: y}\nb: [*a, *a]", "aliases of lists and mappings"],
    ["- ".repeat(65), "nested deeper than 64 levels"],
    ["[".repeat(65), "nested deeper than 64 levels"],
  ])("%j is refused", (text, message) => {
    expect(() => parseYaml(text)).toThrow(message);
  });

  it.each<[string, unknown]>([
    ["", null],
    ["---\n# c\na: b # c\n...\n", { a: "b" }],
    ["a:\n- b\n- c: 1\n  d: 2\n-\n  - e\n- - f\n  - g\n", { a: ["b", { c: 1, d: 2 }, ["e"], ["f", "g"]] }],
    ["a: |\n  x\n   y\n\n\nb: |-\n  x\nc: |+\n  x\n\nd: |2-\n    x\n", { a: "x\n y\n", b: "x", c: "x\n\n", d: "  x" }],
    ["a: >\n  x\n  y\n\n  z\n    w\n  v\n", { a: "x y\nz\n  w\nv\n" }],
    ["a: 'x\n  y\n\n  it''s'\n", { a: "x y\nit's" }],
    ['a: "x \\\n  \\ y\n  z\\n\\x41\\u00e9\\U0001F600\\t"', { a: "x  y z\nAé😀\t" }],
    ["a: x\n  y\n\n  z\nb: ~", { a: "x y\nz", b: null }],
    ['a: [b, "c, d", {e: f, "g": []}, \'h\']\nb: {}', { a: ["b", "c, d", { e: "f", g: [] }, "h"], b: {} }],
    ["a: &x v\nb: *x\nc: &y\nd: *y", { a: "v", b: "v", c: null, d: null }],
    ["\"k: 1\": v\n'it''s': w\n? x", { "k: 1": "v", "it's": "w" }],
    ["a: !binary |-\n  /wA=\nb: !!str 1\nc: http://x/#y", { a: "\xff\0", b: "1", c: "http://x/#y" }],
    ["a: 1.0\nb: 1e3\nc: 012\nd: true\ne: yes", { a: 1, b: 1000, c: "012", d: true, e: "yes" }],
    [
      "__proto__: x\nconstructor: y",
      Object.fromEntries([
        ["__proto__", "x"],
        ["constructor", "y"],
      ]),
    ],
  ])("%j", (text, value) => {
    if (text.endsWith("? x")) expect(() => parseYaml(text)).toThrow("key: value");
    else expect(read(text)).toEqual(value);
  });

  const scalar = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({
      unit: fc.constantFrom(
        "a",
        " ",
        "\n",
        "'",
        '"',
        "\\",
        ":",
        "#",
        "-",
        "{",
        "[",
        ",",
        "é",
        "\t",
        "|",
        ">",
        "a b ",
        "\u00a0",
        "\u3000",
      ),
    }),
    fc.constantFrom(
      "",
      "true",
      "null",
      "12",
      "0x1",
      "- a",
      "a: b",
      "*a",
      "&a",
      "!a",
      "%",
      "@",
      "`",
      "? x",
      "---",
      "...",
    ),
    fc.string({ minLength: 90, maxLength: 300, unit: fc.constantFrom("a", " ", "b", "é", "\\n", '"', "'", "\n") }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      scalar,
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        scalar.filter((key) => key.length < 80),
        tie("value"),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }));

  it("is read as JavaScript's yaml reads what it wrote", () => {
    const options = fc.record({
      lineWidth: fc.constantFrom(0, 20, 80),
      indentSeq: fc.boolean(),
      defaultStringType: fc.constantFrom(
        "PLAIN" as const,
        "QUOTE_SINGLE" as const,
        "QUOTE_DOUBLE" as const,
        "BLOCK_LITERAL" as const,
        "BLOCK_FOLDED" as const,
      ),
      indent: fc.constantFrom(2, 4),
    });
    fc.assert(
      fc.property(value, options, (written, how) => {
        const text = stringify(
          { written },
          { ...how, defaultKeyType: "QUOTE_DOUBLE", aliasDuplicateObjects: false, simpleKeys: true },
        );
        // Where it folds a long text, the writer can put "undefined" into it, and its reader then drops a line end.
        fc.pre(!text.includes("undefined"));
        // Not what was written: its writer has faults of its own.
        expect(read(text)).toEqual(parse(text));
      }),
      { numRuns: 1000 },
    );
  });
});
