import * as fc from "fast-check";
import { expect, it } from "vitest";
import { scanEventHead } from "../../src/model/event-scan.ts";
import { eventHeadOf } from "../../src/model/event.ts";

/** As many quotes as the text has: those who scan have seen that nothing else in it is escaped. */
function scanned(text: string) {
  return scanEventHead(text, text.split('"').length - 1);
}

/** A text of this kind is told by the number of its quotes. */
const isPlain = (text: string): boolean => !/[\\\u0000-\u001f]/.test(text);

it.each([
  ['{"event":"call.ended","call_id":"call_1"}', "call.ended", "call_1"],
  ['{"call_id":"a","event":"b","call_id":"c","event":"d"}', "d", "c"],
  ['{"event":"a","event":1}', null, null],
  ['{"event":"","call_id":null}', null, null],
  ['{"metrics":{"event":"a","list":[1,-2.5e+3,{},[],true,false,null,"x"]},"event":"é"}', "é", null],
  ['{"events":"a","Event":"b","call_id2":"c"}', null, null],
  ["{}", null, null],
  ['{"event":{"event":"a"}}', null, null],
  [`{"event":"a","deep":${"[".repeat(30)}${"]".repeat(30)}}`, "a", null],
])("scans %s", (text, event, callId) => {
  expect(scanned(text)).toEqual({ event, callId });
  expect(eventHeadOf(text)).toEqual({ event, callId });
});

const broken = [
  "",
  "{",
  "[]",
  '"a"',
  "1",
  "null",
  '{"event":"a"',
  '{"event":"a"}}',
  '{"event":"a"} ',
  '{"event": "a"}',
];
broken.push(
  '{"event":"a",}',
  '{,"event":"a"}',
  '{"event"}',
  '{"event":}',
  '{event:"a"}',
  '{"event":"a""b":1}',
  '{"a":[1,]}',
);
broken.push(
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":-}',
  '{"a":1e}',
  '{"a":tru}',
  '{"a":NaN}',
  '{"a":[1}',
  '{"a":{]}',
);
broken.push(`{"event":"a","deep":${"[".repeat(60)}${"]".repeat(60)}}`);

it.each(broken)("leaves %s to the parser", (text) => {
  expect(scanned(text)).toBeUndefined();
});

it("leaves a text with another number of quotes to the parser: something is escaped in it", () => {
  expect(scanEventHead('{"event":"a\\nb"}', 5)).toBeUndefined();
  expect(scanEventHead('{"event":"a"}', -1)).toBeUndefined();
});

it("says what the parser says of any text in which nothing is escaped", () => {
  const name = fc.constantFrom("event", "call_id", "__proto__", "a", "é", "");
  const value = fc.jsonValue({ noUnicodeString: false }).map((each) => JSON.stringify(each));
  const member = fc.tuple(name, value).map(([key, text]) => `"${key}":${text}`);
  const payload = fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(",")}}`);
  const token = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "event",
    "1",
    "-",
    ".",
    "e",
    "null",
    " ",
    '"event":"a"',
  );
  const noise = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(""));
  const cut = fc.tuple(payload, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  let count = 0;
  fc.assert(
    fc.property(fc.oneof(payload, cut, noise).filter(isPlain), (text) => {
      const head = scanned(text);
      if (head === undefined) return;
      count += 1;
      expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(head).toEqual(eventHeadOf(text));
    }),
    { numRuns: 2000 },
  );
  expect(count).toBeGreaterThan(200);
});
