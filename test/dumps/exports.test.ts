import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TelepathError } from "../../src/model/errors.ts";
import type { Header, HttpRequest } from "../../src/model/http.ts";
import type { ExportedRequest } from "../../src/dumps/exports/export.ts";
import { dumpExports } from "../../src/dumps/exports/index.ts";
import { readDump } from "../../src/dumps/read.ts";
import { requestOf, requestsOf } from "./evidence.ts";

function written(name: string, ...requests: ExportedRequest[]): Buffer {
  const form = dumpExports.find((candidate) => candidate.name === name);
  if (form === undefined) throw new Error(`no export ${name}`);
  return form.write(...requests);
}

/** HTTPie alone has headers it cannot send. */
function writtenIfPossible(name: string, request: ExportedRequest): Buffer | undefined {
  try {
    return written(name, request);
  } catch (error) {
    if (name === "httpie" && (error as TelepathError).code === "UNEXPORTABLE") return undefined;
    throw error;
  }
}

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/).map((name) => `X-${name}`);
const value = fc.stringMatching(/^[!-~\xa0-\xff](?:[ -~\t\xa0-\xff]{0,20}[!-~\xa0-\xff])?$/);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
);
const request = fc
  .record({
    method: fc.constantFrom("POST", "PUT"),
    target: fc.stringMatching(/^\/[!-"$-~]{0,20}$/),
    headers: fc.array(fc.tuple(token, value), { maxLength: 4 }),
    body,
  })
  .map(({ method, target, headers, body }): HttpRequest => {
    const framed: Header[] = [
      ["Host", "a.test"],
      ...headers,
      ["Content-Type", "text/x"],
      ["Content-Length", String(body.length)],
    ];
    return { method, target, headers: framed, body };
  });

describe("what is exported is read again", () => {
  it.each(dumpExports.map(({ name }) => name))("to the byte, with the same headers: %s", (name) => {
    fc.assert(
      fc.property(request, (sent) => {
        const bytes = writtenIfPossible(name, sent);
        fc.pre(bytes !== undefined);
        const read = requestOf(bytes);
        expect(Buffer.from(read.body).equals(sent.body)).toBe(true);
        expect(read.headers).toEqual(sent.headers);
        // Commands hold text, and in that U+FFFD may stand for bytes that were lost.
        const isDoubtful = ["curl", "httpie"].includes(name) && Buffer.from(sent.body).includes("\ufffd");
        const fidelity = isDoubtful ? "text" : "exact";
        expect(read).toMatchObject({ method: sent.method, target: sent.target, fidelity });
      }),
    );
  });

  it.each(dumpExports.map(({ name }) => name))("when there are several in one document: %s", (name) => {
    const one = {
      method: "POST",
      target: "/1",
      headers: [
        ["Host", "a"],
        ["Content-Length", "3"],
      ] as Header[],
      body: Buffer.from("a\nb"),
    };
    const two = { ...one, target: "/2", body: Buffer.from([0, 255, 10]) };
    const reading = requestsOf(written(name, one, two));
    expect(reading.map(({ target }) => target)).toEqual(["/1", "/2"]);
    expect(reading.map((read) => Buffer.from(read.body))).toEqual([one.body, two.body]);
  });

  it("as chunks when the request was chunked, and with a length when nothing told it", () => {
    const chunked = {
      method: "POST",
      target: "/",
      headers: [["Transfer-Encoding", "chunked"]] as Header[],
      body: Buffer.from("abc"),
    };
    expect(written("http", chunked).toString()).toContain("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    expect(requestOf(written("http", chunked))).toMatchObject({ body: chunked.body, headers: chunked.headers });
    expect(written("http", { ...chunked, headers: [] }).toString()).toContain("Content-Length: 3\r\n\r\nabc");
  });
});

const hostile: HttpRequest = {
  method: "POST",
  target: "/'; touch owned; '\n$(touch owned)`touch owned`",
  headers: [
    ["Host", "a.test"],
    ["X-Quote", "'; touch owned; '"],
    ["X-Expand", '$(touch owned) `touch owned` "$HOME" \\'],
    ["X-Break", "a\r\nX-Injected: 1"],
    ["@/etc/passwd", "x"],
    ["X-Escape", "\x1b]52;c;aGk=\x07\x9b31m"],
    ["Authorization", "Bearer secret"],
    ["Cookie", "session=secret"],
    ["Proxy-Authorization", "Basic secret"],
  ],
  body: Buffer.from("@/etc/passwd'; touch owned; $(touch owned) `touch owned` \x1b[31m\u202e\u009b\u200b\ufeff \\n %s"),
};

/** HTTPie refuses what it would change: a header that is not UTF-8. */
function hostileFor(name: string): HttpRequest {
  if (name !== "httpie") return hostile;
  const headers = hostile.headers.map(([header, text]): Header => [header, text.replace("\x9b31m", "\xc2\x9b31m")]);
  return { ...hostile, headers };
}

describe("an export of a hostile request", () => {
  it.each(dumpExports.map(({ name }) => name).filter((name) => name !== "http"))(
    "has nothing a terminal acts on: %s",
    (name) => {
      // The raw message is the exception: it holds the bytes as they are.
      const text = written(name, hostileFor(name)).toString();
      expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/);
    },
  );

  it.each(dumpExports.map(({ name }) => name))("has no header or request more: %s", (name) => {
    const requests = requestsOf(written(name, hostileFor(name)));
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.map(([header]) => header)).not.toContain("X-Injected");
    expect(Buffer.from(requests[0]?.body ?? []).equals(hostile.body)).toBe(true);
  });

  it("stays data in a real shell", () => {
    const script = `curl() { for word; do printf '%s\\0' "$word"; done; if [ "$word" = @- ]; then cat; fi; }\n${written("curl", hostile).toString("latin1")}`;
    for (const shell of ["sh", "bash"]) {
      const output = execFileSync(shell, { input: Buffer.from(script, "latin1") });
      const words = output.toString("latin1").split("\0");
      expect(words.filter((word) => word === "-H")).toHaveLength(hostile.headers.length + 3);
      expect(words).toContain("X-Quote: '; touch owned; '");
      expect(words).toContain('X-Expand: $(touch owned) `touch owned` "$HOME" \\');
      expect(Buffer.from(words.at(-1) ?? "", "latin1").equals(hostile.body)).toBe(true);
    }
  });

  it("is split by the real shells as our reader splits it, whatever the bytes", () => {
    fc.assert(
      fc.property(request, (sent) => {
        const script = `curl() { printf '%s\\0' "$@"; case "$*" in *"data-binary @-") cat;; esac; }\n${written("curl", sent).toString("latin1")}`;
        const output = execFileSync("sh", { input: Buffer.from(script, "latin1") });
        const words = output.toString("latin1").split("\0");
        const data = words.indexOf("--data-binary");
        const held = words[data + 1] === "@-" ? words.slice(data + 2).join("\0") : words[data + 1];
        expect(data === -1 ? "" : held).toBe(Buffer.from(sent.body).toString("latin1"));
      }),
      { numRuns: 40 },
    );
  });
});

it("curl itself sends what the command of the curl export holds", async () => {
  const received: { url: string | undefined; headers: string[]; body: Buffer }[] = [];
  const server = createServer((incoming, answer) => {
    void buffer(incoming).then((bytes) => {
      received.push({ url: incoming.url, headers: incoming.rawHeaders, body: bytes });
      answer.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers: Header[] = [
    ["Host", "h"],
    ["User-Agent", "u"],
    ["Accept", "*/*"],
    ["Content-Type", "a/b"],
    ["X-Empty", ""],
  ];
  const target = "/a/../b?{x}[1]";
  const bodies = [Buffer.from([0, 10, 13, 255, 37, 92]), Buffer.from('{"é": "it\'s"}\n'), Buffer.from("@x")];
  const url = `http://127.0.0.1:${port}${target}`;
  const script = written("curl", ...bodies.map((bytes) => ({ method: "POST", target, headers, body: bytes, url })));
  const shell = spawn("sh", { stdio: ["pipe", "ignore", "ignore"] });
  shell.stdin.end(script);
  await once(shell, "close");
  server.close();
  expect(received.map((one) => one.body)).toEqual(bodies);
  expect(received.map((one) => one.url)).toEqual([target, target, target]);
  expect(received[0]?.headers.slice(0, 10).toSorted()).toEqual(headers.flat().toSorted());
});

/** Bodies that are, or hold on lines of their own, what other programs print: the sender chooses them. */
const likeOtherForms = [
  "curl 'http://evil.test/' -d x",
  "http POST http://evil.test/ a=b",
  "| https http://evil.test/",
  'fetch("https://evil.test/", {"method": "POST", "body": "x"})',
  "Invoke-WebRequest -Uri http://evil.test/",
  'curl.exe ^"http://evil.test/^" -d ^"x^"',
  "POST / HTTP/1.1\r\nHost: evil\r\nContent-Length: 1\r\n\r\nx",
  "=> Send header, 17 bytes (0x11)\n0000: POST / HTTP/1.1",
  "> 2024/03/01 10:00:00.000000  length=20 from=0 to=19\nPOST / HTTP/1.1\r\n",
  "0000  50 4f 53 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d   POST / HTTP/1.1.",
  "-n",
  "%s%%\\n\\101\\c'",
  "\u{e0041}\u200b a\u202eb",
];

it.each(["curl", "httpie", "http", "json", "har"])("a body that looks like another dump stays the body: %s", (name) => {
  for (const text of likeOtherForms) {
    for (const bytes of [text, `{}\n${text}\n`, `{"a":"${text}"}`, `\n\n${text}`].map((each) => Buffer.from(each))) {
      const length = ["Content-Length", String(bytes.length)] as const;
      const sent = { method: "POST", target: "/a", headers: [["Host", "a.test"] as const, length], body: bytes };
      const requests = requestsOf(written(name, sent));
      expect(requests.map((read) => Buffer.from(read.body).toString())).toEqual([bytes.toString()]);
      expect(requests[0]).toMatchObject({ target: "/a", headers: sent.headers });
    }
  }
});

it("a body of several lines of JSON can be read in the command", () => {
  const body = Buffer.from('{\n  "a": "50% it\'s \u00e9"\n}\n');
  const command = written("curl", { method: "POST", target: "/", headers: [], body }).toString();
  expect(command).toContain(`printf '{\\n  "a": "50%% it\\047s \u00e9"\\n}\\n' | curl`);
});

it("only the form that can say so takes a body that is not the one that was sent", () => {
  for (const bodyState of ["too-large", "incomplete", "inexact"] as const) {
    const request = { ...hostileFor("httpie"), bodyState };
    for (const { name } of dumpExports.filter((form) => form.name !== "json")) {
      expect(() => written(name, request)).toThrow(expect.objectContaining({ code: "UNEXPORTABLE" }) as Error);
    }
    const read = requestOf(written("json", request));
    expect(read.fidelity).toBe(bodyState === "inexact" ? "reserialised" : "truncated");
  }
});

it("what cannot be written is told and left out, and the document stays whole", () => {
  const cut = { ...hostile, bodyState: "incomplete" as const };
  for (const form of dumpExports) {
    const told: string[] = [];
    const sent = hostileFor(form.name);
    const pieces = [...form.pieces([cut, sent, cut, sent, cut], ({ code }) => told.push(code))];
    const left = form.name === "json" ? 5 : 2;
    expect(told).toHaveLength(5 - left);
    expect(requestsOf(Buffer.concat(pieces))).toHaveLength(left);
  }
});

it("an archive and our own lines keep the time, and an archive the answer", () => {
  const startedAt = 1_763_000_000_123;
  const response = { status: 503, headers: [["Location", "/x"]] as Header[], body: Buffer.from([0xff]) };
  const request = { ...hostile, startedAt, answer: { response, durationMs: 12.5 } };
  expect(requestOf(written("har", request)).startedAt).toBe(startedAt);
  expect(requestOf(written("json", request)).startedAt).toBe(startedAt);
  const archive = JSON.parse(written("har", request).toString()) as { log: { entries: unknown[] } };
  expect(archive.log.entries[0]).toMatchObject({
    time: 12.5,
    response: { status: 503, redirectURL: "/x", content: { size: 1, text: "/w==", encoding: "base64" } },
  });
});

it("an HTTP archive names its form", () => {
  expect(readDump(written("har", hostile)).format).toBe("har");
  expect(readDump(written("json", hostile)).format).toBe("telepath");
});
