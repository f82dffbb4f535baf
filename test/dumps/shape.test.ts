import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlain } from "../../src/dumps/plain.ts";
import { fit, shapeOf } from "../../src/dumps/shape.ts";
import { headerValues } from "../../src/model/http.ts";

const room = Buffer.alloc(8192);
const digits = (digit: string): string => `sha256=${digit.repeat(64)}`;

interface Capture {
  body: string;
  signature?: string;
  /** Values of the headers of one program: the names are always the same. */
  host?: string;
  agent?: string;
  url?: string;
}

function json({ body, signature = digits("a"), host = "a.test", agent = "b", url = "/" }: Capture): Buffer {
  const length = String(Buffer.byteLength(body));
  const headers = { host, "content-length": length, "X-Telepath-Signature": signature, "user-agent": agent };
  return Buffer.from(JSON.stringify({ method: "POST", url, headers, body }));
}

function http({ body, signature = digits("a"), host = "a.test", agent = "b" }: Capture): Buffer {
  const lines = [
    "POST /hooks HTTP/1.1",
    `Host: ${host}`,
    `X-Telepath-Signature: ${signature}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `User-Agent: ${agent}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/** What fits must be a plain dump, and hold what the plain reading finds in it. */
function agree(learned: Buffer, dump: Buffer): boolean {
  const shape = shapeOf(learned);
  const fitting = shape && fit(shape, dump, room);
  if (fitting === undefined) return false;
  const { digits: given, text, length, quotes } = fitting;
  const body = Buffer.from(room.subarray(0, length));
  const [request] = readPlain(dump)?.requests ?? [];
  expect(request).toBeDefined();
  const signatures = headerValues(request!.headers, "x-telepath-signature");
  expect(signatures.map((value) => value.trim())).toEqual([`sha256=${given}`.trim()]);
  expect(body.equals(request!.body)).toBe(true);
  expect(text).toBe(body.toString());
  // With as many quotes nothing else is escaped.
  if (text.split('"').length - 1 === quotes) expect(text).not.toMatch(/[\\\u0000-\u001f]/);
  return true;
}

describe.each([
  ["JSON", json],
  ["raw HTTP", http],
])("a dump of %s", (_form, dump) => {
  const learned = dump({ body: '{"event":"call.ended"}' });

  it.each([
    ["another body", { body: '{"event":"call.started","note":"\\u00e9 \\"é\\" \\n"}' }],
    ["another signature", { body: "{}", signature: digits("0") }],
    ["a signature that is none", { body: "{}", signature: "sha256=0" }],
    ["other values", { body: "{}", host: "", agent: "curl/8 (x; y: z)" }],
  ])("fits the shape of one with %s", (_difference, capture) => {
    expect(agree(learned, dump(capture))).toBe(true);
  });

  it.each([
    ["another kind of signature", dump({ body: "{}", signature: "sha1=0" })],
    ["a body that fills the room", dump({ body: `{${" ".repeat(room.length)}}` })],
    ["a value beyond ASCII", dump({ body: "{}", host: "é" })],
    ["a value with an escape", dump({ body: "{}", agent: "a\\b" })],
    ["a control character in a value", dump({ body: "{}", agent: "a\u0007" })],
    ["no body", dump({ body: "" })],
    ["a body that is cut", learned.subarray(0, -3)],
    ["nothing", Buffer.alloc(0)],
    ["a longer length", Buffer.from(learned.toString().replace(/(content-length\W+)\d+/, "$19"))],
    ["a length with a zero", Buffer.from(learned.toString().replace(/(content-length\W+)/, "$10"))],
    ["another name", Buffer.from(learned.toString().replace(/host/i, "Hos2"))],
    ["another header", Buffer.from(learned.toString().replace(/("?)host/i, '$1a": "b"\r\nhost'))],
    ["a very long value", dump({ body: "{}", agent: "x".repeat(70_000) })],
  ])("with %s fits no shape", (_difference, other) => {
    expect(agree(learned, other)).toBe(false);
  });

  it("is read as the plain reading reads it wherever it fits, whatever has been changed in it", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
    const program = fc.record({
      body: fc.oneof(
        { weight: 6, arbitrary: object },
        fc.json(),
        fc.string({ unit: "binary" }),
        fc.constantFrom('{"a":"\ud800"}', "{\ufffd}"),
      ),
      host: fc.stringMatching(/^[ -~]{0,12}$/),
      agent: fc.constantFrom("", "a", '"', "\\", "\t", "é", "sha256=", ' "x-telepath-signature":"'),
      url: fc.webPath(),
      signature: fc.constantFrom(digits("b"), digits("b"), digits("b").toUpperCase(), "", `${digits("c")} `),
    });
    const pieces = [
      '"',
      "\\",
      "\\\\",
      "\0",
      "\r\n",
      "\n",
      " ",
      "{",
      "}",
      '"body":"',
      ',"body":"{}"',
      ',"body":1',
      "\\ud800",
    ];
    pieces.push("\\u0022", "\ufeff", "\xff", "X-Telepath-Signature: x\r\n", ',"X-Telepath-Signature":"x"', "\r\n\r\n");
    const piece = fc.constantFrom(...pieces);
    const change = fc.record({ at: fc.nat(), away: fc.nat(3), put: piece });
    let fitting = 0;
    fc.assert(
      fc.property(program, fc.array(change, { maxLength: 2 }), fc.boolean(), (capture, changes, isLearned) => {
        const changed = changes.reduce((bytes, { at, away, put }) => {
          const from = at % (bytes.length + 1);
          return Buffer.concat([bytes.subarray(0, from), Buffer.from(put, "latin1"), bytes.subarray(from + away)]);
        }, dump(capture));
        if (agree(isLearned ? changed : learned, changed)) fitting += 1;
        agree(changed, learned);
      }),
      { numRuns: 1000 },
    );
    expect(fitting).toBeGreaterThan(10);
  });
});

it("no dump fits that has a space where JSON.stringify puts none", () => {
  const dump = json({ body: '{"a":"\\"\\""}' });
  expect(agree(json({ body: "{}" }), dump)).toBe(true);
  expect(agree(json({ body: "{}" }), Buffer.from(dump.toString().replace(/\}$/, " }")))).toBe(false);
});

describe("no shape is learned of", () => {
  const one = { method: "POST", url: "/", headers: { "x-telepath-signature": digits("a") }, body: "{}" };
  const { body, headers, ...rest } = one;
  it.each([
    ["a body that stands before other members", JSON.stringify({ body, headers, ...rest })],
    ["chunks", JSON.stringify({ ...one, headers: { ...headers, "transfer-encoding": "chunked" } })],
    ["two signatures", JSON.stringify({ ...one, headers: { ...headers, "X-Telepath-Signature": digits("b") } })],
    ["a value with an escape", JSON.stringify({ ...one, url: '/"' })],
    ["two lengths", JSON.stringify({ ...one, headers: { ...headers, "Content-Length": "2", "content-length": "2" } })],
    ["what is not plain", JSON.stringify([one])],
    ["raw HTTP without a signature", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"],
    [
      "raw HTTP with a CR inside of a header",
      `POST / HTTP/1.1\r\nX-Telepath-Signature: ${digits("a")}\rX: x\r\nContent-Length: 2\r\n\r\n{}`,
    ],
  ])("%s", (_case, dump) => {
    expect(shapeOf(Buffer.from(dump))).toBeUndefined();
  });
});
