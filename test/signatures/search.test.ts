import { describe, expect, it } from "vitest";
import { judge } from "../../src/signatures/judge.ts";
import { dumped, secret } from "./sample.ts";

const zeros = `sha256=${"0".repeat(64)}`;

function observationsOf(held: string | Uint8Array, more = {}): string {
  const judgement = judge(dumped(held, "", { header: zeros, ...more }), [secret], { explain: true, now: () => 0 });
  expect(judgement.diagnosis).toBeNull();
  return judgement.observations.join("\n");
}

describe("a search that finds nothing", () => {
  it("stops when its time is up, and says so", () => {
    let clock = 0;
    const judgement = judge(dumped('{"a":1}', "", { header: zeros }), [secret], {
      explain: true,
      now: () => (clock += 500),
    });
    expect(judgement.diagnosis).toBeNull();
    expect(judgement.observations.at(-1)).toMatch(/^the search for the cause stopped after 2 s; \d+ combinations/);
    expect(clock).toBeLessThan(5_000);
  });

  it("says how much was tried", () => {
    expect(observationsOf('{"a":1}')).toMatch(/none of \d{3,} combinations of body, secret and header/);
  });

  it.each([
    ["sorted members", '{"a":1,"b":2}', {}, "json-key-order"],
    ["U+FFFD", '{"a":"Zo\ufffd"}', {}, "replacement-characters"],
    ["question marks in words", '{"a":"Zo?"}', {}, "ascii-question-marks"],
    ["rounded integers", '{"b":12345678901234567000}', {}, "json-number-precision"],
    ["[object Object]", "[object Object]", {}, "object-object"],
    ["50 bytes of a Buffer", "x".repeat(50), { declaredBytes: 300 }, "Node prints only so many"],
    ["a body shorter than declared", "x", { declaredBytes: 3 }, "1 byte, 2 fewer than the 3 bytes declared"],
    ["a body longer than declared", "xyz", { declaredBytes: 2 }, "3 bytes, 1 more than the 2 bytes declared"],
    [
      "a coding",
      "x",
      {
        headers: [
          ["X-Telepath-Signature", zeros],
          ["Content-Encoding", "br"],
        ],
      },
      "Content-Encoding",
    ],
    ["a body too long to be taken apart", Buffer.alloc(600_000, "a"), {}, "too long"],
  ])("names what stands out: %s", (_case, held, more, marker) => {
    expect(observationsOf(held, more)).toContain(marker);
  });

  it("names none of these for a plain body", () => {
    expect(observationsOf('{"b":1,"a":"really"}').split("\n")).toHaveLength(1);
  });

  it("does not fail on bodies made to be hard", () => {
    let clock = 0;
    const now = () => (clock += 40);
    const hard = [
      "[".repeat(400) + "]".repeat(400),
      `{${" ".repeat(100_000)}}`,
      "\\".repeat(100_000),
      '"'.repeat(100_000),
      "&#".repeat(50_000),
      "\n".repeat(100_000),
      "a=b&".repeat(25_000),
      `{"__proto__":{"a":1},"constructor":1}`,
      Buffer.from([0xff, 0xfe, 0x00, 0xd8]),
      "\ud800",
      Buffer.alloc(0),
    ];
    for (const body of hard) {
      expect(judge(dumped(body, "", { header: zeros }), [secret], { explain: true, now }).diagnosis).toBeNull();
    }
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
