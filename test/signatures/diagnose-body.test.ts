import { deflateSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../../src/signatures/judge.ts";
import { dumped, secret } from "./sample.ts";

const event = {
  event: "call.ended",
  call_id: "call_abc123xyz",
  note: "Zoë <b>&</b> 東京 😀",
  url: "https://x.test/a/b",
  metrics: { ai_latency_ms: 900, empty: {}, list: [] as unknown[], nested: [1, [2, { a: null }]] },
};
const compact = JSON.stringify(event);
const pythonText =
  '{"event": "call.ended", "call_id": "call_abc123xyz", "note": "Zoë <b>&</b> 東京 😀", "url": "https://x.test/a/b", "metrics": {"ai_latency_ms": 900, "empty": {}, "list": [], "nested": [1, [2, {"a": null}]]}}';
const pythonAscii = escapedAscii(pythonText);
const phpText = escapedAscii(compact).replaceAll("/", "\\/");
const goText = compact.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");
const jacksonText =
  '{\n  "event" : "call.ended",\n  "list" : [ 1, [ 2, { } ], {\n    "a" : null\n  } ],\n  "none" : [ ]\n}';
const jacksonCompact = '{"event":"call.ended","list":[1,[2,{}],{"a":null}],"none":[]}';

function escapedAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function sortedMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedMembers);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sortedMembers(member)]));
}

function diagnosisOf(held: string | Uint8Array, signed: string | Uint8Array, more = {}) {
  return judge(dumped(held, signed, more), [secret], { explain: true, now: () => 0 }).diagnosis;
}

describe("JSON that was parsed and written again", () => {
  it.each([
    ["2 spaces", JSON.stringify(event, null, 2), compact, "json-reserialised-pretty"],
    ["4 spaces", JSON.stringify(event, null, 4), compact, "json-reserialised-pretty"],
    ["tabs", JSON.stringify(event, null, "\t"), compact, "json-reserialised-pretty"],
    ["CRLF", JSON.stringify(event, null, 2).replaceAll("\n", "\r\n"), compact, "json-reserialised-pretty"],
    ["a final newline", `${JSON.stringify(event, null, 2)}\n`, compact, "json-reserialised-pretty"],
    ["Python", pythonText, compact, "json-reserialised-python"],
    ["compact, signed by Python", compact, pythonText, "json-reserialised-compact"],
    ["compact, signed pretty", compact, JSON.stringify(event, null, 2), "json-reserialised-compact"],
    [
      "compact, signed pretty with a final newline",
      compact,
      `${JSON.stringify(event, null, 4)}\n`,
      "json-reserialised-compact",
    ],
    ["no known layout", compact.replace(":", " :\t ").replace(",", "\n ,"), compact, "json-reserialised-pretty"],
    ["compact, signed by Jackson", jacksonCompact, jacksonText, "json-reserialised-compact"],
    ["unicode shown", compact, escapedAscii(compact), "json-unicode-escapes"],
    ["unicode escaped", escapedAscii(compact), compact, "json-unicode-escapes"],
    [
      "unicode in upper case",
      compact,
      escapedAscii(compact).replace(/\\u[0-9a-f]{4}/g, (found) => `\\u${found.slice(2).toUpperCase()}`),
      "json-unicode-escapes-upper",
    ],
    ["slashes shown", compact, compact.replaceAll("/", "\\/"), "json-slash-escapes"],
    ["slashes escaped", compact.replaceAll("/", "\\/"), compact, "json-slash-escapes"],
    ["Go's HTML escapes shown", compact, goText, "json-html-escapes"],
    ["Go's HTML escapes made", goText, compact, "json-html-escapes"],
    ["PHP", compact, phpText, "json-combined"],
    ["PHP, shown pretty", JSON.stringify(event, null, 4), phpText, "json-combined"],
    ["Python with escapes, shown pretty", JSON.stringify(event, null, 2), pythonAscii, "json-combined"],
    ["Python with escapes and a newline", compact, `${pythonAscii}\n`, "json-combined"],
  ])("%s", (_case, held, signed, code) => {
    const diagnosis = diagnosisOf(held, signed);
    expect(diagnosis).toMatchObject({ code, proven: true });
    expect(diagnosis?.steps.length).toBe(code === "json-combined" ? diagnosis!.steps.length : 1);
  });

  it("gives each change of a combination as a step", () => {
    expect(diagnosisOf(JSON.stringify(event, null, 4), phpText)?.steps).toEqual([
      "print the JSON with other white space: compact",
      "escape non-ASCII characters with lower-case \\u digits",
      'write "/" as "\\/"',
    ]);
  });

  it("keeps numbers, repeated names and mixed escapes as they are written", () => {
    const odd = String.raw`{"a":1.0,"big":12345678901234567890,"e":1e3,"a":"é \u00e9 \u00E9 \/","z":0.10}`;
    const pretty = odd.replaceAll(",", ",\n  ").replaceAll(":", ": ").replace("{", "{\n  ").replace("}", "\n}");
    expect(diagnosisOf(pretty, odd)?.code).toBe("json-reserialised-pretty");
  });

  it("shows where the bytes part, control characters made visible", () => {
    expect(diagnosisOf(JSON.stringify(event, null, "\t"), compact)?.firstDifference).toMatchObject({
      offset: 1,
      held: expect.stringContaining('{\\n\\t"event"') as string,
      signed: expect.stringMatching(/^\{"event":"call/) as string,
      heldBytes: Buffer.byteLength(JSON.stringify(event, null, "\t")),
      signedBytes: Buffer.byteLength(compact),
    });
  });

  it("any JSON printed by JSON.stringify in one layout is found from any other", () => {
    const indent = fc.constantFrom(undefined, 1, 2, 3, 4, 8, "\t");
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" }), indent, indent, (value, a, b) => {
        const [held, signed] = [JSON.stringify([value], null, a), JSON.stringify([value], null, b)];
        const judgement = judge(dumped(held, signed), [secret], { explain: true, now: () => 0 });
        expect(judgement.verdict).toBe("valid");
        expect(judgement.diagnosis === null).toBe(held === signed);
      }),
      { numRuns: 60 },
    );
  });
});

describe("JSON that lost more than white space", () => {
  const ordered = '{"zeta":1,"alpha":{"y":1,"x":[{"b":1,"a":2}]},"mid":"m"}';
  it.each([
    ["sorted members", ordered, '{"alpha":{"x":[{"a":2,"b":1}],"y":1},"mid":"m","zeta":1}', "json-key-order"],
    [
      "members as jsonb has them",
      ordered,
      '{"mid":"m","zeta":1,"alpha":{"x":[{"a":2,"b":1}],"y":1}}',
      "json-key-order-jsonb",
    ],
    ["whole numbers first", '{"b":1,"10":2,"9":3}', '{"9":3,"10":2,"b":1}', "json-key-order"],
    [
      "an order found by trying",
      '{"agent_id":"x","call_id":"y","event":"z","n":1}',
      '{"event":"z","call_id":"y","n":1,"agent_id":"x"}',
      "json-key-order",
    ],
    ["a float that lost its .0", '{"a":1,"b":2,"c":3}', '{"a":1,"b":2.0,"c":3}', "json-float-format"],
    ["a float that gained one", '{"a":1.0,"b":2}', '{"a":1,"b":2}', "json-float-format"],
    ["a rounded 64-bit id", '{"id":1152921506151679000}', '{"id":1152921506151679042}', "json-number-precision"],
    ["an id the sender rounds", '{"id":1152921506151679042}', '{"id":1152921506151679000}', "json-number-precision"],
    ["an exponent", '{"n":10000000000}', '{"n":1.0E10}', "json-exponent-format"],
    ["a part of an envelope", `{"headers":{"a":1},"body":${compact}}`, compact, "json-wrapped"],
    ["text in an envelope", JSON.stringify({ headers: {}, data: { raw: compact } }), compact, "json-wrapped"],
    ["a string of JSON", JSON.stringify(compact), compact, "json-double-encoded"],
    ["an envelope shown pretty", JSON.stringify({ body: event }, null, 2), compact, "json-wrapped"],
  ])("%s", (_case, held, signed, code) => {
    expect(diagnosisOf(held, signed)).toMatchObject({ code, proven: true });
  });

  const known = {
    event: "call.ended",
    call_id: "call_abc123xyz",
    timestamp: "2026-03-01T10:00:00.123Z",
    connection_id: "conn_def456abc",
    duration_seconds: 47,
    disconnect_reason: "caller_hangup",
    metrics: { carrier_lag_ms: 1, ai_latency_ms: 2, gateway_processing_ms: 3 },
  };
  const turns = Array.from({ length: 600 }, (_, at) => ({ speaker: "caller", text: `turn ${at} “é”`, at }));
  const { metrics, ...head } = known;
  it.each([
    ["of its own members", known],
    ["with others behind them", { ...known, transcript: turns }],
    ["with one among them", { ...head, transcript: "x".repeat(30_000), metrics }],
    ["with several among them, and objects of its own", { ...head, turns, language: "en", metrics }],
  ])("finds the order of the guide in a sorted event of any size, %s", (_case, sent) => {
    const sorted = JSON.stringify(sortedMembers(sent));
    for (const printed of [sorted, JSON.stringify(sortedMembers(sent), null, 2)]) {
      const diagnosis = diagnosisOf(printed, JSON.stringify(sent));
      expect(diagnosis?.code).toMatch(/^json-(?:key-order|combined)$/);
      expect(diagnosis?.steps.join()).toMatch(/in the order of Telepath's guide|in an order found by trying/);
    }
  });

  describe("finds the order of a sample that the project has", () => {
    const names = ["zebra", "alpha", "mango", "delta", "kilo", "bravo", "oscar", "hotel", "echo", "golf"];
    const sent = Object.fromEntries(names.map((name, index) => [name, { yankee: index, xray: "x" }]));
    const held = JSON.stringify(sortedMembers(sent));
    const found = (samples: string[][], value: object = sent, from = held) =>
      judge(dumped(from, JSON.stringify(value)), [secret], { explain: true, now: () => 0, samples }).diagnosis;

    it("in all objects of it, and not without the sample", () => {
      expect(found([])).toBeNull();
      expect(found([["alpha", "golf"], names, ["yankee", "xray"]])).toMatchObject({
        code: "json-key-order",
        proven: true,
        steps: ["put the members in order: in the order of this project's fixtures"],
      });
    });

    it("with a member that the sample has not", () => {
      const { zebra, ...rest } = sent;
      const more = { zebra, november: 1, ...rest };
      const samples = [names, ["yankee", "xray"]];
      expect(found(samples, more, JSON.stringify(sortedMembers(more)))).toMatchObject({ code: "json-key-order" });
    });

    it("and takes none that has a single name in common", () => {
      expect(found([["alpha", "x", "y"]])).toBeNull();
    });
  });

  it("gives the white space as a step of its own where floats and digits are lost too", () => {
    const sent = '{"a":1.0,"b":{"c":2}}';
    const diagnosis = diagnosisOf(JSON.stringify(JSON.parse(sent), null, 2), sent);
    expect(diagnosis).toMatchObject({ code: "json-combined", proven: true });
    expect(diagnosis?.steps).toEqual([
      "print the JSON with other white space: compact",
      'put ".0" back behind the whole number at "a"',
    ]);
  });

  it("tries no order of members where a name stands twice, and none of many that nothing tells of", () => {
    expect(diagnosisOf('{"a":1,"a":2,"b":3}', '{"b":3,"a":2,"a":1}')).toBeNull();
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`m${index}`, index]));
    const { m3, ...rest } = many;
    expect(diagnosisOf(JSON.stringify(many), JSON.stringify({ ...rest, m3 }))).toBeNull();
  });

  it("uses the declared length to find which of many floats lost their .0", () => {
    const held = JSON.stringify(Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`field${index}`, index])));
    const signed = held
      .replace('"field3":3', '"field3":3.0')
      .replace('"field7":7', '"field7":7.0')
      .replace('"field11":11', '"field11":11.0');
    const diagnosis = diagnosisOf(held, signed, { declaredBytes: signed.length });
    expect(diagnosis).toMatchObject({ code: "json-float-format", proven: true });
    expect(diagnosis?.steps[0]).toContain('"field3", "field7", "field11"');
  });
});

describe("bodies changed as text", () => {
  const text = "from=+1-555-0100&to=Zoë";
  const lines = "one\ntwo\n";
  it.each([
    ["a final LF added", `${text}\n`, text, "trailing-newline-added"],
    ["a final CRLF added", `${text}\r\n`, text, "trailing-crlf-added"],
    ["a final LF lost", text, `${text}\n`, "trailing-newline-removed"],
    ["a final CRLF lost", text, `${text}\r\n`, "trailing-newline-removed"],
    ["CRLF made LF", lines, "one\r\ntwo\r\n", "crlf-to-lf"],
    ["LF made CRLF", "one\r\ntwo\r\n", lines, "lf-to-crlf"],
    ["white space around it added", ` \n${text}  `, text, "whitespace-trimmed"],
    ["white space around it lost", text, ` ${text}`, "whitespace-trimmed"],
    ["newlines stripped by curl -d", lines, "onetwo", "newlines-stripped"],
    ["lines indented", "    a\n      b\n    c", "a\n  b\nc", "indented"],
    ["a byte order mark", `\ufeff${text}`, text, "bom-added"],
    ["a byte order mark lost", text, `\ufeff${text}`, "bom-removed"],
    ["UTF-16", Buffer.from(`\ufeff${compact}`, "utf16le"), compact, "utf16-file"],
    ["Latin-1 shown in UTF-8", text, Buffer.from(text, "latin1"), "latin1-as-utf8"],
    ["UTF-8 taken for Latin-1", Buffer.from(Buffer.from(compact).toString("latin1")), compact, "latin1-as-utf8"],
    ["UTF-8 written in Latin-1", Buffer.from(text, "latin1"), text, "utf8-as-latin1"],
    ["NFD", text.normalize("NFD"), text, "unicode-normalised"],
    ["typographic quotes", "\u201ca\u201d: \u2018b\u2019", "\"a\": 'b'", "smart-quotes"],
    [
      "HTML entities",
      compact.replaceAll("&", "&amp;").replaceAll('"', "&#34;").replaceAll("<", "&lt;"),
      compact,
      "html-entities",
    ],
    ["a shell's quotes", `'${text}'`, text, "body-quoted"],
    ["C's escapes", String.raw`Zo\xc3\xab\t1\n`, "Zoë\t1\n", "c-escapes"],
    ["base64", Buffer.from(compact).toString("base64"), compact, "body-is-base64"],
    [
      "base64 of pretty JSON",
      Buffer.from(JSON.stringify(event, null, 2)).toString("base64"),
      compact,
      "body-is-base64",
    ],
    ["hex", Buffer.from(compact).toString("hex"), compact, "body-is-hex"],
    ["gzip", gzipSync(compact), compact, "gzip-signed-plain"],
    ["deflate", deflateSync(compact), compact, "gzip-signed-plain"],
    ["a form decoded", "text=a b&to=c/d", "text=a+b&to=c%2Fd", "form-decoded"],
    ["a form encoded another way", "text=a%20b", "text=a+b", "form-reencoded"],
    ["the payload of a form", compact, `payload=${encodeURIComponent(compact)}`, "form-decoded"],
  ])("%s", (_case, held, signed, code) => {
    expect(diagnosisOf(held, signed)).toMatchObject({ code, proven: true });
  });

  it("a body sent compressed and logged decompressed", () => {
    const headers = [["Content-Encoding", "gzip"] as const];
    const { headers: signature } = dumped(compact, gzipSync(compact));
    expect(diagnosisOf(compact, "", { headers: [...signature, ...headers] })?.code).toBe("gzip-signed-compressed");
  });

  it("never unpacks more than its limit, and ignores what is damaged", () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(diagnosisOf(bomb, "something else")).toBeNull();
    expect(diagnosisOf(gzipSync(compact).subarray(0, 40), compact)).toBeNull();
  });

  it("finds two changes that happened one after the other", () => {
    const diagnosis = diagnosisOf(Buffer.from(`${compact}\n`).toString("base64"), compact);
    expect(diagnosis?.steps).toEqual(["decode the body from base64", "cut the final LF"]);
  });
});
