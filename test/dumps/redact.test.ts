import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redacted, withoutCredentials } from "../../src/dumps/exports/redact.ts";
import type { Header } from "../../src/model/http.ts";

function bodyOf(text: string | Uint8Array, secrets: string[] = []): string {
  const { request } = redacted(
    { method: "POST", target: "/", headers: [], body: Buffer.from(text as string) },
    secrets,
  );
  return Buffer.from(request.body).toString();
}

describe("a redacted payload", () => {
  it.each([
    ['{"from":"+1-555-0100","to":"5550199"}', '{"from":"+*-***-****","to":"*******"}'],
    ['{"caller_id":"+15555550100","called_number":15555550100}', '{"caller_id":"+***********","called_number":0}'],
    ['{"x":{"Phone_Number":["+1 555 0100"]}}', '{"x":{"Phone_Number":["+* *** ****"]}}'],
    ['{"error_message":"no route to +1 (555) 555-0100."}', '{"error_message":"no route to +* (***) ***-****."}'],
    ['{"a":"call 555-555-0100 or sip:15555550100@x"}', '{"a":"call ***-***-**** or sip:***********@x"}'],
    // Escapes hide nothing.
    ['{"a":"\\u002b15555550100"}', '{"a":"+***********"}'],
    ['{"a":"+1\\u0035555550100"}', '{"a":"+***********"}'],
    // A member that stands there twice, and one whose object says that it is a phone.
    ['{"from":"+15555550100","from":"+15555550101"}', '{"from":"+***********","from":"+***********"}'],
    ['{"from":{"number":"5550100"}}', '{"from":{"number":"*******"}}'],
  ])("%s", (payload, expected) => {
    expect(bodyOf(payload)).toBe(expected);
  });

  it.each([
    '{ "event" : "call.ended",\t"call_id":"call_20240301123456", "timestamp":"2024-03-01T10:00:00.000Z" }\n',
    '{"duration_seconds":1234567890,"metrics":{"ai_latency_ms":1.50},"n":12345678901234567890,"e":"\\u00e9\\/"}',
    '{"id":"550e8400-e29b-41d4-a716-446655440000","at":"2024-03-01 10:00","ip":"192.168.100.1000"}',
    "from=+15555550100",
    "[]",
  ])("keeps every byte where there is no number, and of what is not JSON: %s", (payload) => {
    const request = { method: "POST", target: "/", headers: [], body: Buffer.from(payload) };
    const { isBodyChanged, isBodyRead } = redacted(request);
    expect(bodyOf(payload)).toBe(payload);
    expect({ isBodyChanged, isBodyRead }).toEqual({ isBodyChanged: false, isBodyRead: !payload.startsWith("from") });
  });

  it("is the same JSON but for strings with numbers, and has none left", () => {
    const number = fc.stringMatching(/^\+1-555-555-01[0-9]{2}$/);
    fc.assert(
      fc.property(fc.jsonValue(), number, fc.nat({ max: 3 }), (value, phone, spaces) => {
        const payload = JSON.stringify({ value, from: phone, text: `call ${phone}!` }, null, spaces);
        const parsed = JSON.parse(bodyOf(payload)) as Record<string, unknown>;
        expect(JSON.stringify(parsed)).not.toContain(phone);
        expect(parsed["from"]).toBe("+*-***-***-****");
        expect(Object.keys(parsed)).toEqual(["value", "from", "text"]);
      }),
    );
  });

  it("has the length its header says, also where the secret went", () => {
    const headers: Header[] = [
      ["content-length", "99"],
      ["X-Odd", "a whsec_0123456789 b"],
    ];
    const body = Buffer.from('{"a":"whsec_0123456789","from":15555550100}');
    const { request } = redacted({ method: "POST", target: "/?s=whsec_0123456789", headers, body }, [
      "whsec_0123456789",
    ]);
    expect(Buffer.from(request.body).toString()).toBe('{"a":"(removed)","from":0}');
    expect(request.headers).toEqual([
      ["content-length", String(request.body.length)],
      ["X-Odd", "a (removed) b"],
    ]);
    expect(request.target).toBe("/?s=(removed)");
  });

  it("is not searched for a secret that would be found everywhere", () => {
    expect(bodyOf('{"a":"banana"}', ["a", "an"])).toBe('{"a":"banana"}');
  });

  it("of many megabytes takes time in proportion", () => {
    const body = Buffer.from(`{"a":"${"+1 (".repeat(500_000)}","b":"${"555-".repeat(500_000)}"}`);
    expect(bodyOf(body)).toHaveLength(body.length);
  });
});

it("credentials go, of the request and of its answer, and the signature stays", () => {
  const headers: Header[] = [
    ["AUTHORIZATION", "x"],
    ["cookie", "x"],
    ["Proxy-Authorization", "x"],
    ["X-Telepath-Signature", "sha256=1"],
  ];
  const response = { status: 200, headers: [["Set-Cookie", "x"]] as Header[], body: new Uint8Array() };
  const request = { method: "POST", target: "/", headers, body: new Uint8Array(), answer: { response, durationMs: 1 } };
  const clean = withoutCredentials(request);
  expect(clean.headers.map(([, value]) => value)).toEqual(["(removed)", "(removed)", "(removed)", "sha256=1"]);
  expect(clean.answer?.response.headers).toEqual([["Set-Cookie", "(removed)"]]);
});
