import { createHmac } from "node:crypto";
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { dumpFormats } from "../../src/dumps/formats/index.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const mebi = 1024 ** 2;
const size = 65 * mebi;

interface Line {
  type: string;
  [member: string]: unknown;
}

function signed(body: string | Uint8Array, times = 1): string {
  const hmac = createHmac("sha256", secret);
  for (let count = 0; count < times; count += 1) hmac.update(body);
  return `sha256=${hmac.digest("hex")}`;
}

const zeros = signed(Buffer.alloc(mebi), 65);

/** Holes in the file: 65 MiB of zeros that take no room on the disk. */
function zerosAfter(path: string, head: string): void {
  writeFileSync(path, head);
  truncateSync(path, head.length + size);
}

function head(signature: string, ...more: string[]): string {
  return ["POST /hooks HTTP/1.1", `X-Telepath-Signature: ${signature}`, ...more, "", ""].join("\r\n");
}

function capture(body: string, signature = signed(body)): string {
  return JSON.stringify({ method: "POST", headers: { "x-telepath-signature": signature }, body });
}

async function verify(argv: string[], cwd: string, more = {}) {
  const ran = await run(["verify", ...argv, "--json"], { env, cwd, ...more });
  return { ...ran, lines: jsonLines<Line>(ran.stdout) };
}

describe("a body too large to be held", () => {
  it("is not diagnosed when it does not match, and an observation says so", async () => {
    const cwd = freshFolder();
    zerosAfter(join(cwd, "body"), "");
    const { lines, exitCode } = await verify(["body", "--signature", `sha256=${"0".repeat(64)}`], cwd);
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatchObject({
      verdict: "invalid",
      reason: "mismatch",
      bytes: size,
      diagnosis: null,
      schema: null,
    });
    expect(lines[0]!["observations"]).toEqual([expect.stringContaining("too large to look for the cause")]);
  });

  it("matches bare, beside its headers, and from standard input", async () => {
    const cwd = freshFolder({ "headers.txt": head(zeros, `Content-Length: ${size}`) });
    zerosAfter(join(cwd, "body"), "");
    const bare = await verify(["body", "--signature", zeros], cwd);
    expect(bare.lines[0]).toMatchObject({ format: "body", verdict: "valid", fidelity: "exact", bytes: size });
    const pieces = await verify(["headers.txt", "--body", "body"], cwd);
    expect(pieces.lines[0]).toMatchObject({ format: "headers", verdict: "valid", declaredBytes: size, bytes: size });
    const piped = await verify(["-", "--signature", zeros], cwd, { stdin: Buffer.alloc(size) });
    expect(piped.lines[0]).toMatchObject({ file: "-", verdict: "valid", bytes: size });
  });

  it("beside headers that announce more is cut short, not invalid", async () => {
    const cwd = freshFolder({ "headers.txt": head(signed("x"), `Content-Length: ${size + 1}`) });
    zerosAfter(join(cwd, "body"), "");
    const { lines } = await verify(["headers.txt", "--body", "body"], cwd);
    expect(lines[0]).toMatchObject({ verdict: "unverifiable", reason: "body-truncated" });
  });

  it("stops at Ctrl-C", async () => {
    const cwd = freshFolder();
    zerosAfter(join(cwd, "body"), "");
    const { exitCode } = await verify(["body", "--signature", zeros], cwd, { interrupted: AbortSignal.abort() });
    expect(exitCode).toBe(130);
  });
});

describe("raw HTTP too large to be held", () => {
  it("is read message by message, each body as long as announced", async () => {
    const cwd = freshFolder();
    const path = join(cwd, "a.http");
    zerosAfter(path, head(zeros, `Content-Length: ${size}`));
    appendFileSync(path, `\r\n${head(signed("{}"), "Content-Length: 2")}{}`);
    const { lines, exitCode } = await verify(["a.http"], cwd);
    expect(exitCode).toBe(0);
    expect(lines.slice(0, -1).map(({ index, verdict, bytes }) => [index, verdict, bytes])).toEqual([
      [0, "valid", size],
      [1, "valid", 2],
    ]);
  });

  it("says what is cut, what follows, and what has no length", async () => {
    const cwd = freshFolder();
    zerosAfter(join(cwd, "cut.http"), head(zeros.replace(/.$/, "g"), `Content-Length: ${size + 5}`));
    zerosAfter(join(cwd, "open.http"), head(signed("x")));
    zerosAfter(join(cwd, "more.http"), head(zeros, `Content-Length: ${size}`));
    appendFileSync(join(cwd, "more.http"), "and more");
    const { lines } = await verify(["cut.http", "open.http", "more.http"], cwd);
    expect(lines[0]).toMatchObject({ verdict: "unverifiable", fidelity: "truncated", reason: "malformed-signature" });
    expect(lines[0]!["observations"]).toContain(`The dump holds ${size} of ${size + 5} bytes.`);
    expect(lines[1]).toMatchObject({ verdict: "unverifiable", fidelity: "text", reason: "body-lossy" });
    expect(lines[2]).toMatchObject({ verdict: "valid", observations: ["8 bytes follow the body and were left out."] });
  });

  it("with chunks is refused with what to do", async () => {
    const cwd = freshFolder();
    zerosAfter(join(cwd, "a.http"), head(zeros, "Transfer-Encoding: chunked"));
    const { exitCode, stderr } = await run(["verify", "a.http"], { env, cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("has a Transfer-Encoding");
    expect(stderr).toContain("cut this request out");
  });
});

describe("one JSON value a line, too large to be held", () => {
  it("is judged line by line; what is broken or too long is a line, what is a log's own is left out", async () => {
    const cwd = freshFolder();
    const path = join(cwd, "a.ndjson");
    const lines = [capture("{}"), '{"level":30}', "plain text", "{broken", `data: ${capture('{"a":1}')}`, ""];
    writeFileSync(path, lines.join("\n"));
    appendFileSync(path, `{"x":"${"y".repeat(17 * mebi)}"}\n`);
    const filler = Buffer.from(`${JSON.stringify({ filler: "z".repeat(mebi) })}\n`);
    for (let count = 0; count < 50; count += 1) appendFileSync(path, filler);
    appendFileSync(path, capture("{}", signed("other")));
    const ran = await verify(["a.ndjson", "--no-explain"], cwd);
    expect(
      ran.lines.map(({ type, index, format, verdict, message }) => [type, index, format, verdict ?? message]),
    ).toEqual([
      ["verification", 0, "ndjson", "valid"],
      ["error", undefined, undefined, expect.stringContaining("a.ndjson: line 4: not JSON")],
      ["verification", 1, "ndjson", "valid"],
      ["error", undefined, undefined, "a.ndjson: line 6 holds more than 16 MiB"],
      ["verification", 2, "ndjson", "unverifiable"],
      ["summary", undefined, undefined, undefined],
    ]);
    expect(ran.exitCode).toBe(1);
  });
});

describe("other forms too large to be held", () => {
  it.each([
    ["JSON over several lines", "{\n", []],
    ["gzip", "\u001f\u008b", []],
    ["a form that was named", head(zeros, `Content-Length: ${size}`), ["--format", "har"]],
  ])("%s: the error says which forms may be larger", async (_case, start, flags) => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, "big"), start, "latin1");
    truncateSync(join(cwd, "big"), size);
    const { exitCode, stderr } = await run(["verify", "big", ...flags], { env, cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("holds more than 64 MiB");
    expect(stderr).toContain("raw HTTP with Content-Length");
  });

  it("so does a dump from standard input", async () => {
    const { exitCode, stderr } = await run(["verify", "-"], { env, stdin: Buffer.alloc(size) });
    expect([exitCode, stderr.includes("holds more than 64 MiB"), stderr.includes("--signature")]).toEqual([
      2,
      true,
      true,
    ]);
  });
});

describe("a bug that one dump reveals", () => {
  it("is a line; the other files are verified, and the stack comes once at the end", async () => {
    vi.spyOn(dumpFormats[0]!, "recognizes").mockImplementation(({ text }) => {
      if (text.startsWith("boom")) throw new RangeError("no such offset");
      return false;
    });
    const http = `${head(signed("{}"), "Content-Length: 2")}{}`;
    const files = { "a.http": http, "b.txt": "boom", "c.txt": "boom", "d.http": http };
    const { lines, exitCode, stderr } = await verify(Object.keys(files), freshFolder(files));
    vi.restoreAllMocks();
    expect(exitCode).toBe(70);
    expect(lines.slice(0, 4).map(({ file, verdict, code }) => [file, verdict ?? code])).toEqual([
      ["a.http", "valid"],
      ["b.txt", "BUG"],
      ["c.txt", "BUG"],
      ["d.http", "valid"],
    ]);
    expect(lines[1]!["message"]).toBe("RangeError: no such offset");
    expect(stderr.split("bug in telepath-hooks").length).toBe(2);
  });
});
