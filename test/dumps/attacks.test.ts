import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { dumpFormats } from "../../src/dumps/formats/index.ts";
import { readDump } from "../../src/dumps/read.ts";
import { cpuTime, linearMs } from "./cpu-time.ts";

const folder = join(import.meta.dirname, "../data/dumps");
const samples = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .map((file) => join(folder, file))
  .filter((file) => statSync(file).isFile() && statSync(file).size < 5000)
  .map((file) => readFileSync(file));

/** Reads a dump in every way there is: anything but a TelepathError is a bug. */
function readEveryWay(dump: Uint8Array): void {
  for (const format of [undefined, ...dumpFormats.map(({ name }) => name)]) {
    try {
      readDump(dump, { format });
    } catch (error) {
      if (!(error instanceof TelepathError)) throw error;
    }
  }
}

describe("no dump makes a reader throw anything but a TelepathError", () => {
  it("of arbitrary bytes and text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
        ),
        readEveryWay,
      ),
    );
  });

  it("of samples with bytes changed, cut out or put in", () => {
    const change = fc.record({ at: fc.nat(5000), remove: fc.nat(20), insert: fc.uint8Array({ maxLength: 4 }) });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 5 }), (sample, changes) => {
        let dump = sample;
        for (const { at, remove, insert } of changes) {
          const start = at % (dump.length + 1);
          dump = Buffer.concat([dump.subarray(0, start), insert, dump.subarray(start + remove)]);
        }
        readEveryWay(dump);
      }),
      { numRuns: 300 },
    );
  });

  it("of pieces of every form's syntax", () => {
    const pieces = [
      "POST / HTTP/1.1",
      "\r\n",
      "\n\n",
      "Transfer-Encoding: chunked\n",
      "Content-Length: 3\n",
      "curl ",
      "-d ",
      "'",
      '"',
      "$'",
      "\\",
      "\\x",
      "$(printf '",
      "^",
      "^\n",
      '^"',
      "<<",
      "<<<E",
      "@-",
      "|",
      "&",
      '{"log":{"entries":[',
      '{"request":',
      '{"headers":',
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"x-telepath-signature"',
      '"body"',
      "null",
      "1",
      "\0",
      "\ufeff",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (parts) =>
        readEveryWay(Buffer.from(parts.join(""))),
      ),
      { numRuns: 1000 },
    );
  });
});

describe("a megabyte of the worst is read in time proportional to it", () => {
  const megabyte = (unit: string, before = "", after = ""): [string, string] => [
    `${before}${unit.slice(0, 20)}…`,
    before + unit.repeat(Math.ceil((1 << 20) / unit.length)) + after,
  ];
  const signed = '{"headers":{"x-telepath-signature":"a"},"body":';

  it.each([
    megabyte("["),
    megabyte('{"a":'),
    megabyte(" "),
    megabyte("\n"),
    megabyte("A"),
    megabyte("POST "),
    megabyte("POST / HTTP/1.1\n"),
    megabyte("POST / HTTP/1.1\n\n"),
    megabyte("POST / HTTP/1.1\nContent-Length: 9999999\n\n"),
    megabyte("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n"),
    megabyte(" ", "POST / HTTP/1.1\na:", "b"),
    megabyte(" x\n", "POST / HTTP/1.1\na: b\n"),
    megabyte("1\na\n", "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n"),
    megabyte("a:\n", "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n0\n"),
    megabyte("Z\n", "POST / HTTP/1.1\nContent-Length: 1\n\nab"),
    megabyte(" ", "curl -H '", "'"),
    megabyte("' '", "curl -H "),
    megabyte("$'\\x", "curl -d "),
    megabyte("$'", "curl -d "),
    megabyte("\\", "curl -d $'"),
    megabyte("$(printf '", "curl -d "),
    megabyte('$(printf "', "curl -d "),
    megabyte("`", "curl "),
    megabyte("<<E ", "curl "),
    megabyte("<<E\n", "curl "),
    megabyte('^"', "curl ^"),
    megabyte("^\n", "curl ^"),
    megabyte('""', 'curl ^"'),
    megabyte("\n "),
    megabyte("| "),
    megabyte("curl "),
    megabyte("curl\n"),
    megabyte("-d x ", "curl a.test "),
    megabyte("-d @x ", "curl a.test "),
    megabyte("\ufffd\ufffd", "curl a.test -d '", "'"),
    megabyte("a", `${signed}"`, '"}'),
    megabyte("\xe9", `${signed}"`, '"}'),
    megabyte("\\udc80", `${signed}"`, '"}'),
    megabyte("=", `${signed}"`, '"}'),
    megabyte("[],", `${signed}[`, "[]]}"),
    megabyte('"a",', `{"x":[`, '"x-telepath-signature"]}'),
    megabyte('{"x-telepath-signature":"a"},', "[", "1]"),
    megabyte('"headers":{"x-telepath-signature":"a"},', "{", '"a":1}'),
    megabyte('"body":"a",', signed.replace(/"body":$/, ""), '"a":1}'),
    megabyte('{"headers":{"x-telepath-signature":"a"}}\n'),
    megabyte('{"a":1}\n{\n'),
    megabyte("x-telepath-signature: a\n"),
    megabyte("a: b\n", "", "x-telepath-signature: a\n!"),
  ])("%j", (_name, dump) => {
    const bytes = Buffer.from(dump);
    expect(
      cpuTime(() => {
        try {
          readDump(bytes);
        } catch (error) {
          if (!(error instanceof TelepathError)) throw error;
        }
      }),
    ).toBeLessThan(linearMs);
  });
});
