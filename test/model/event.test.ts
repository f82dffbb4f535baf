import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventHead } from "../../src/model/event.ts";

describe("the head of a payload", () => {
  const asJson = (value: unknown) => Buffer.from(JSON.stringify(value));

  it("is its event type and call, whatever characters they are made of", () => {
    for (const event of ["call.ended", "anrüf.ended", "呼叫", "\u00c3\u00a9", "\ud800", "\u0000"]) {
      expect(eventHead(asJson({ event, call_id: event }))).toEqual(
        JSON.parse(JSON.stringify({ event, callId: event })),
      );
    }
    expect(eventHead(Buffer.from('{"\\u0065vent":"caf\\u00e9","call_id":"é"}'))).toEqual({
      event: "café",
      callId: "é",
    });
  });

  it("is that of the text for any bytes", () => {
    const member = fc.constantFrom("event", "call_id", "\u00e9vent", "other");
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue());
    const json = fc.array(fc.tuple(member, value)).map((members) => {
      const texts = members.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
      return Buffer.from(`{${texts.join(",")}}`);
    });
    fc.assert(
      fc.property(fc.oneof(json, fc.uint8Array()), (bytes) => {
        expect(eventHead(bytes)).toEqual(headOfText(Buffer.from(bytes).toString("utf8")));
      }),
      { numRuns: 500 },
    );
  });

  it("is that of the text when any byte of it is another, wherever in memory it stands", () => {
    const long = fc.string({ unit: "binary", minLength: 60, maxLength: 140 });
    const value = fc.oneof(fc.jsonValue({ stringUnit: "binary" }), long, fc.double(), fc.constantFrom("\n", "\\", '"'));
    const name = fc.constantFrom("event", "call_id", "metrics", "call-id", "events", "");
    const object = fc.array(fc.tuple(name, value), { maxLength: 5 }).map(Object.fromEntries);
    const text = fc
      .tuple(object, fc.constantFrom(undefined, 1, "\t"))
      .map(([members, space]) => Buffer.from(JSON.stringify(members, undefined, space)));
    const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[],:"\\\n\t 0-.eutx'))));
    fc.assert(
      fc.property(text, fc.option(change), fc.nat(7), (json, changed, before) => {
        const room = Buffer.alloc(before + json.length);
        const bytes = room.subarray(before);
        bytes.set(json);
        if (changed) bytes[changed[0] % bytes.length] = changed[1];
        expect(eventHead(bytes)).toEqual(headOfText(bytes.toString("utf8")));
      }),
      { numRuns: 2000 },
    );
  });

  it("is what the beginning names when the payload is very long", () => {
    const long = "x".repeat(300_000);
    const of = (json: string) => eventHead(Buffer.from(json));
    expect(of(`{"event":"a","call_id":"b","c":"${long}"}`)).toEqual({ event: "a", callId: "b" });
    expect(of(`{"event":"a","c":"${long}","call_id":"b"}`)).toEqual({ event: "a", callId: null });
    expect(of(`{"event":"${long}"}`)).toEqual({ event: null, callId: null });
    expect(of(`[{"event":"a"},"${long}"]`)).toEqual({ event: null, callId: null });
  });

  it.each([
    ['{"a":[1,-0,2.5e+3,0.1E-2,true,false,null,{},[],[[]],{"b":{}}],"event":"a"}', "a"],
    ['{"event":"a","b":"' + "x".repeat(200) + '"}', "a"],
    ['{"\\u0065\\u0076\\u0065\\u006e\\u0074":"\\u0061\\/\\""}', 'a/"'],
    [' \t\r\n{ "event" : "a" , "b" : [ 1 , { "c" : 2 } ] } \n', "a"],
    [`{"event":"a","deep":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "a"],
  ])("is found in %.40s", (text, event) => {
    expect(eventHead(Buffer.from(text))).toEqual({ event, callId: null });
  });

  const words = "01 1. .5 - 1e +1 tru NaN truefalse 0x1 1_2 [1,] [,] [1 {] [}".split(" ");
  const objects = '{"b"} {"b":} {"b":1,} {b:1} {"b":1"c":2}'.split(" ");
  const strings = ['"\\x"', '"\\u12g4"', '"\\u12"', '"', '"\\'];
  const controls = ['"a\tb"', `"${"x".repeat(100)}\n"`, `"${"x".repeat(101)}\u0000${"x".repeat(100)}"`];
  it.each([...words, ...objects, ...strings, ...controls, "1 2"])("is nothing where a member is %j", (value) => {
    expect(eventHead(Buffer.from(`{"event":"a","b":${value}}`))).toEqual({ event: null, callId: null });
  });

  it("is nothing for what is no object", () => {
    for (const text of [
      "",
      "null",
      "[]",
      '"event"',
      "{",
      '\ufeff{"event":"call.ended"}',
      '{"event":""}',
      '{"event":1}',
    ]) {
      expect(eventHead(Buffer.from(text))).toEqual({ event: null, callId: null });
    }
  });
});

/** The same by the shortest way. */
function headOfText(text: string): { event: string | null; callId: string | null } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const member = (name: string): string | null => {
    const isThere = typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, name);
    const found: unknown = isThere ? (value as Record<string, unknown>)[name] : null;
    return typeof found === "string" && found !== "" ? found : null;
  };
  return { event: member("event"), callId: member("call_id") };
}
