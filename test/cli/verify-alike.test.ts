import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAlike } from "../../src/cli/verify/alike.ts";
import { drawnEnd, isPlainlyValid } from "../../src/cli/views/verification-drawn.ts";
import { judgeWhole } from "../../src/cli/verify/complete.ts";
import { readPlain } from "../../src/dumps/plain.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { Secret } from "../../src/model/secret.ts";

const secret = new Secret("whsec_only-for-this-test", "here");
const terms = { secrets: [secret], explain: false, samples: [], showExpected: false, compare: false };

function sign(body: string): string {
  return `sha256=${createHmac("sha256", secret.reveal()).update(body).digest("hex")}`;
}

const json = (body: string, signature = sign(body)): string =>
  JSON.stringify({ method: "POST", url: "/", headers: { "x-telepath-signature": signature }, body });

const http = (body: string, signature = sign(body)): string =>
  `POST / HTTP/1.1\r\nX-Telepath-Signature: ${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** What the complete reading says of a dump, drawn; undefined where it is not plainly valid. */
function completely(dump: Buffer): string | undefined {
  try {
    const [first, ...others] = [...judgeWhole({ whole: (read) => read(dump) }, terms)];
    if (first === undefined || others.length > 0 || !isPlainlyValid(first.judged)) return undefined;
    return drawnEnd(first.judged, "text");
  } catch (error) {
    if (error instanceof TelepathError) return undefined;
    throw error;
  }
}

describe.each([
  ["JSON", json],
  ["raw HTTP", http],
])("a dump of %s that is like one before", (_form, dump) => {
  const alike = createAlike(secret);
  alike.learn(Buffer.from(dump('{"event":"call.ended"}')));
  const drawn = (text: string): string | undefined => alike.drawn(Buffer.from(text));

  it("is drawn without being read", () => {
    const body = '{"event":"call.started","call_id":"call_1"}';
    expect(drawn(dump(body))).toBe("call.started  call_1  43 B");
    expect(drawn(dump(body))).toBe(completely(Buffer.from(dump(body))));
  });

  it.each([
    ["the signature does not match", dump("{}", sign("{ }"))],
    ["it is in upper case", dump('{"event":"a"}', sign('{"event":"a"}').toUpperCase())],
    ["its body is no event", dump('{"call_id":"a"}')],
    ["its body is not JSON", dump('{"event":"a"')],
  ])("is read when %s", (_case, text) => {
    expect(drawn(text)).toBeUndefined();
  });

  it("is drawn as the complete reading says, whatever stands in its body", () => {
    const name = fc.constantFrom("event", "call_id", "event", "\\u0065vent", "__proto__", "note");
    const value = fc.oneof(
      fc.jsonValue().map((each) => JSON.stringify(each)),
      fc.string({ unit: "binary" }).map((each) => JSON.stringify(each)),
      fc.constantFrom('"call.ended"', '""', '"\\u001b[31m"', '"\\ud83d\\ude00"', '"\\ud83d"', "{", "1e999", '"\u202e"'),
    );
    const space = fc.constantFrom("", "", " ", "\n", "\r\n", "\0");
    const member = fc.tuple(name, value, space).map(([key, text, gap]) => `"${key}":${gap}${text}`);
    const event = fc
      .array(member, { maxLength: 5 })
      .map((members) => `{${['"event":"call.ended"', ...members].join(",")}}`);
    const body = fc.oneof({ weight: 4, arbitrary: event }, fc.json(), fc.string({ unit: "binary" }));
    let count = 0;
    fc.assert(
      fc.property(body, fc.constantFrom("", "", "", "\n", "\r\n", " ", "}"), fc.nat(4), (text, end, chance) => {
        const bytes = Buffer.from(dump(text, chance > 0 ? undefined : sign("{}")) + end);
        const line = alike.drawn(bytes);
        if (line === undefined) return;
        count += 1;
        expect(line).toBe(completely(bytes));
      }),
      { numRuns: 1000 },
    );
    expect(count).toBeGreaterThan(5);
  });
});

describe("what is learned", () => {
  it("is the shape of plain dumps only", () => {
    const alike = createAlike(secret);
    const event = '{"event":"a"}';
    const array = `[${json(event)}]`;
    expect(readPlain(Buffer.from(array))).toBeUndefined();
    alike.learn(Buffer.from(array));
    expect(alike.drawn(Buffer.from(array))).toBeUndefined();
  });

  it("gives way to what is learned later", () => {
    const alike = createAlike(secret);
    const event = '{"event":"a"}';
    const other = (number: number): Buffer =>
      Buffer.from(json(event).replace('"headers":{', `"headers":{"a-${number}":"",`));
    const dumps = Array.from({ length: 30 }, (_, number) => other(number));
    for (const each of dumps) alike.learn(each);
    expect(alike.drawn(dumps[0]!)).toBeUndefined();
    expect(alike.drawn(dumps[29]!)).toBe("a  13 B");
  });

  it("is nothing new when it is like something known, or too large to be drawn", () => {
    const alike = createAlike(secret);
    const useful = Buffer.from(json('{"event":"a"}'));
    alike.learn(useful);
    const [noEvent, large] = [json('{"call_id":"b"}'), json(`{"event":"${"x".repeat(20_000)}"}`)].map((text) =>
      Buffer.from(text),
    );
    for (let time = 0; time < 100; time += 1) {
      for (const dump of [noEvent!, large!]) {
        expect(alike.drawn(dump)).toBeUndefined();
        alike.learn(dump);
      }
    }
    expect(alike.drawn(useful)).toBe("a  13 B");
  });

  it("is no more when it does not pay: of many programs that take turns each would push out the next", () => {
    const alike = createAlike(secret);
    const from = (program: number): Buffer =>
      Buffer.from(json('{"event":"a"}').replace('"headers":{', `"headers":{"a-${program}":"",`));
    for (let time = 0; time < 100; time += 1) {
      const dump = from(time % 20);
      expect(alike.drawn(dump)).toBeUndefined();
      alike.learn(dump);
    }
    alike.learn(from(99));
    expect(alike.drawn(from(99))).toBeUndefined();
  });
});
