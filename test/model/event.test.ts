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
