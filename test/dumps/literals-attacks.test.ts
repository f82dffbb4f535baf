import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { readDump } from "../../src/dumps/read.ts";
import { cpuTime, linearMs } from "./cpu-time.ts";

const formats = ["node-inspect", "python", "ruby", "php-var-dump", "php-var-export", "php-print-r"].concat([
  "express-log",
  "key-values",
  "http-file",
]);

function readEveryWay(dump: Uint8Array): void {
  for (const format of [undefined, ...formats]) {
    try {
      readDump(dump, { format });
    } catch (error) {
      if (!(error instanceof TelepathError)) throw error;
    }
  }
}

it("no mixture of what languages print makes a reader throw anything but a TelepathError", () => {
  const pieces =
    `{|}|[|]|(|)|<|>|'|"|\`|\\|\\x|\\u{|,|:|=>|=|.| +\n|b'|array (|array(1) {|string(3) "|string(999999999999) "|["a"]=>|
    |Array\n(\n|    [a] => |\n)\n|<Buffer 7b|... 9 more bytes>|[Object]|<ref *1> |#<|::|__set_state|(object)|'x-telepath-signature'|HTTP_X_TELEPATH_SIGNATURE|
    |x-telepath-signature=|"x-telepath-signature":"a"|body|###|{{a}}|@a=b|POST https://a.test|\n|\r\n|\0|é|\ud83d|Map(2) |NULL|None|1e9|-`.split(
      "|",
    );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 25 }), (parts) =>
      readEveryWay(Buffer.from(parts.join(""))),
    ),
    { numRuns: 1000 },
  );
});

describe("a megabyte of the worst is read in time proportional to it", () => {
  const signed = "{ 'x-telepath-signature': 'a' }";
  it.each<[string, string, string?, string?]>([
    ["node-inspect", "{"],
    ["node-inspect", "[ "],
    ["node-inspect", "{ a: ", "'x-telepath-signature': "],
    ["node-inspect", "'"],
    ["node-inspect", "\\'", `${signed} '`],
    ["node-inspect", "' + '", `${signed} `],
    ["node-inspect", `${signed} x\n`],
    ["node-inspect", `${signed} '`],
    ["node-inspect", `${signed} {`],
    ["node-inspect", `${signed} {"a`],
    ["node-inspect", `${signed}\n`],
    ["node-inspect", `${signed} <`],
    ["node-inspect", `${signed} [A`],
    ["node-inspect", `${signed} <Buffer 7b`],
    ["node-inspect", `${signed} Uint8Array(1) [1`],
    ["node-inspect", " 7b", `${signed} <Buffer`],
    ["node-inspect", "1, ", `${signed} Uint8Array(1) [ `],
    ["node-inspect", " ", signed, "x"],
    ["node-inspect", "a ", signed],
    ["python", "{'a': b'"],
    ["python", `${signed} b'`],
    ["python", "'a' ", `${signed} (`, ")"],
    ["python", "<"],
    ["python", `${signed} <`],
    ["ruby", '{"'],
    ["ruby", '{"x-telepath-signature"=>"a"} #<'],
    ["ruby", "A::", "{"],
    ["php-var-dump", "array(1) {\n"],
    ["php-var-dump", 'array(1) {\n["a"]=>\n'],
    ["php-var-dump", 'string(1) "'],
    ["php-var-dump", 'array(1) {\n["a"]=>\nstring(9) "'],
    ["php-var-dump", "object("],
    ["php-print-r", "Array\n(\n"],
    ["php-print-r", "\n    [", "Array\n(\n    [a] => "],
    ["php-print-r", "    [Content-Length] => 1\n", "Array\n(\n"],
    ["php-print-r", " ", "Array\n"],
    ["php-print-r", "a"],
    ["php-var-export", "array ("],
    ["php-var-export", "array ('a' => "],
    ["php-var-export", "' . '", "array ('a' => '"],
    ["express-log", "\n"],
    ["express-log", '{"x-telepath-signature":"a"}\n'],
    ["express-log", '{"x-telepath-signature":"a"}\n[1]\n'],
    ["key-values", "x-telepath-signature=a "],
    ["key-values", 'a="'],
    ["key-values", "x-telepath-signature={"],
    ["key-values", "a=[", "x-telepath-signature=a "],
    ["key-values", "a"],
    ["http-file", "###\n"],
    ["http-file", "###\nPOST https://a.test\n\n< x\n"],
    ["http-file", "{{a}}", "@a = {{a}}{{a}}\nPOST https://a.test\n\n"],
    ["http-file", "{{", "POST https://a.test\n\n"],
    ["http-file", " ", "POST https://a.test", "x"],
    ["http-file", "POST\t", "", "x"],
  ])("%s of %j", (format, unit, before = "", after = "") => {
    const dump = Buffer.from(before + unit.repeat(Math.ceil((1 << 20) / unit.length)) + after);
    const read = (): void => {
      try {
        readDump(dump, { format });
      } catch (error) {
        if (!(error instanceof TelepathError)) throw error;
      }
    };
    expect(cpuTime(read)).toBeLessThan(linearMs);
  });

  it("variables that double each other do not grow beyond measure", () => {
    const doubling = Array.from({ length: 64 }, (_, index) => `@v${index + 1} = {{v${index}}}{{v${index}}}`);
    const dump = Buffer.from(`@v0 = x\n${doubling.join("\n")}\nPOST https://a.test\n\n{{v64}}\n`);
    expect(() => readDump(dump, { format: "http-file" })).toThrow("its variables make more than 64 MB");
  });
});
