import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BODY_NAMES } from "../../src/dumps/values/names.ts";
import { readPlain } from "../../src/dumps/plain.ts";
import { readDump } from "../../src/dumps/read.ts";

const digits = `sha256=${"1".repeat(64)}`;
const signed = ["x-telepath-signature", `sha256=${"0".repeat(64)}`] as const;

function http(
  body: string,
  headers: readonly (readonly [string, string])[] = [],
  start = "POST /hooks HTTP/1.1",
): Buffer {
  const lines = [signed, ["Content-Length", String(Buffer.byteLength(body))], ...headers];
  return Buffer.from(`${start}\r\n${lines.map((line) => `${line.join(": ")}\r\n`).join("")}\r\n${body}`);
}

function capture(more: object = {}): object {
  return {
    method: "POST",
    url: "/hooks?a=b",
    headers: { host: "a.test", [signed[0]]: signed[1] },
    body: "{}",
    ...more,
  };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** What both say must be the same; the other readings of a body are looked at only where the first does not match. */
function agree(dump: Buffer): boolean {
  const plain = readPlain(dump);
  if (plain === undefined) return false;
  const full = readDump(dump);
  for (const request of full.requests) request.otherReadings = [];
  expect(plain).toEqual(full);
  return true;
}

it("a plain dump is what the complete reader says, whatever its headers are called", () => {
  const spelled = (name: string) =>
    fc.array(fc.nat(name.length - 1), { maxLength: 3 }).map((places) => {
      const letters = Array.from(name).map((letter, at) => (at > 0 && places.includes(at) ? `-${letter}` : letter));
      return letters.join("");
    });
  const signature = ["xTelepathSignature", "X-Telepath-Signature", "x-telepathsignature", "httpxtelepathsignature"];
  const others = ["method", "url", "path", "query", "timestamp", "headers", "content-type", "transfer-encoding", "x-a"];
  const name = fc.oneof(fc.constantFrom(...signature, ...others), fc.constantFrom(...BODY_NAMES).chain(spelled));
  const header = fc.tuple(name, fc.constantFrom("a", "1", "{}", digits));
  let plain = 0;
  fc.assert(
    fc.property(fc.array(header, { maxLength: 3 }), fc.array(header, { maxLength: 2 }), (before, after) => {
      const headers = Object.fromEntries([...before, signed, ...after]);
      if (agree(json(capture({ headers })))) plain += 1;
    }),
    { numRuns: 2000 },
  );
  expect(plain).toBeGreaterThan(20);
});

describe("a plain dump leaves to the complete reader", () => {
  it.each([
    ["a body shorter than announced", Buffer.concat([http("{}"), Buffer.from("x")])],
    ["no announced length", Buffer.from(`POST / HTTP/1.1\r\n${signed.join(": ")}\r\n\r\n{}`)],
    ["two lengths", http("{}", [["content-length", "3"]])],
    ["chunks", http("2\r\n{}\r\n0\r\n\r\n", [["Transfer-Encoding", "chunked"]])],
    ["an absolute URL", http("{}", [], "POST https://a.test/hooks HTTP/1.1")],
    ["a folded header", http("{}", [["A", "b\r\n c"]])],
    ["a line that is no header", http("{}", [["A", "b\r\nc"]])],
    ["a response", http("{}", [], "HTTP/1.1 200 OK")],
    ["no body", http("")],
    ["a member it does not know", json(capture({ rawBody: "{}" }))],
    ["a member that is there twice", Buffer.from(JSON.stringify(capture()).replace(/\}$/, ',"body":"{}"}'))],
    [
      "a header that is there twice",
      Buffer.from(JSON.stringify(capture()).replace('"host"', '"x-a":"","x-a":"","host"')),
    ],
    ["a parsed body", json(capture({ body: {} }))],
    ["a body of base64", json(capture({ body: "e30=" }))],
    ["a body with lost characters", json(capture({ body: "{\ufffd}" }))],
    ["a body with a lone surrogate", json(capture({ body: "{\udc80}" }))],
    ["another length than announced", json(capture({ headers: { [signed[0]]: signed[1], "content-length": "9" } }))],
    ["headers without the signature", json(capture({ headers: { host: "a.test" } }))],
    ["headers beside a body", json(capture({ headers: { [signed[0]]: signed[1], "raw-body": "{}" } }))],
    ["headers as pairs", json(capture({ headers: [signed] }))],
    ["a body among the headers", json(capture({ headers: { body: "{}", [signed[0]]: signed[1] }, body: "" }))],
    ["a second body that is empty", Buffer.from(JSON.stringify(capture()).replace(/\}$/, ',"body":""}'))],
    ["a request in an array", json([capture()])],
    ["an unfinished body", Buffer.from('{"body":"{')],
    ["a body of a megabyte", json(capture({ body: `{"a":"${"x".repeat(1_000_000)}"}` }))],
    ["a header beyond ASCII", json(capture({ headers: { [signed[0]]: signed[1], a: "é" } }))],
    ["what is no JSON", Buffer.from("{")],
    ["null", Buffer.from("null")],
    ["nothing", Buffer.alloc(0)],
  ])("%s", (_case, dump) => {
    expect(readPlain(dump)).toBeUndefined();
  });
});

describe("a plain dump is read as the complete reader reads it", () => {
  it.each([
    ["raw HTTP", http('{"event":"call.ended"}')],
    ["raw HTTP with any bytes", http("\u0000é\r\n\r\nGET / HTTP/1.1\r\n\r\n")],
    ["JSON", json(capture())],
    [
      "JSON whose body stands first",
      json({ body: '{"a":"\\\\"}', headers: { [signed[0]]: signed[1] }, method: "POST" }),
    ],
    ["JSON whose body has escapes that need not be", Buffer.from(JSON.stringify(capture()).replace("{}", "{\\u007d"))],
    ["JSON with a line end", Buffer.from(`${JSON.stringify(capture())}\n`)],
    ["JSON with its length", json(capture({ headers: { [signed[0]]: signed[1], "content-length": "2" } }))],
    ["JSON with a URL", json(capture({ url: "https://a.test/b?c" }))],
    ["JSON with neither method nor url", json({ headers: { [signed[0]]: signed[1] }, body: "{}" })],
    ["JSON with another method and url", json(capture({ method: "P O", url: "b" }))],
  ])("%s", (_case, dump) => {
    expect(agree(dump)).toBe(true);
  });

  it("after another one that differs in its digits only", () => {
    const digits = (digit: string): string => digit.repeat(64);
    const one = (header: string, url: string, more: object = {}): Buffer => {
      return json(capture({ url, headers: { ...more, [signed[0]]: `sha256=${header}`, z: "z" } }));
    };
    const urls = ["/a", `/?sha256=${digits("a")}`, `/?sha256=${digits("b")}`];
    for (const url of urls) {
      for (const header of [digits("a"), digits("b"), `${digits("a")}b`, digits("A"), "", `b, sha256=${digits("b")}`]) {
        for (const more of [{}, { digest: `sha256=${digits("b")}` }, { digest: `sha256=${digits("a")}` }]) {
          for (let times = 0; times < 2; times += 1) expect(agree(one(header, url, more))).toBe(true);
        }
      }
    }
  });

  it("whatever its bytes", () => {
    const token = fc.stringMatching(/^[a-z]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
    const headers = fc.array(fc.tuple(token, fc.string({ maxLength: 20 })), { maxLength: 4 });
    const body = fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.constantFrom("curl a", "{}", '{"é":1}'));
    let plain = 0;
    fc.assert(
      fc.property(headers, body, fc.webPath(), (list, text, path) => {
        if (agree(http(text, list, `POST ${path || "/"} HTTP/1.1`))) plain += 1;
        const value = capture({ url: path, body: text, headers: Object.fromEntries([...list, signed]) });
        if (agree(json(value))) plain += 1;
      }),
    );
    expect(plain).toBeGreaterThan(20);
  });

  it("wherever it stands among the samples", () => {
    const folder = join(import.meta.dirname, "../data/dumps");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const dumps = files.map((file) => readFileSync(join(file.parentPath, file.name)));
    const lines = dumps.flatMap((dump) => dump.toString("latin1").split("\n"));
    const all = dumps.concat(lines.map((line) => Buffer.from(line, "latin1")));
    expect(all.filter(agree).length).toBeGreaterThan(0);
  });
});
