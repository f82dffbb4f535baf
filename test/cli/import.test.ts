import { createHmac } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dumpExports } from "../../src/dumps/exports/index.ts";
import type { Header, HttpRequest } from "../../src/model/http.ts";
import { historyIn, projectWith } from "./recorded.ts";
import { freshFolder, jsonLines, run, type Surroundings } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const payload = '{"event":"call.ended","call_id":"call_1","duration_seconds":7}';
const pretty = JSON.stringify(JSON.parse(payload), null, 2);

function signed(text: string, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(text).digest("hex")}`;
}

function http(text = payload, signature: string | null = signed(payload), length = text.length): string {
  const lines = ["POST /hooks?a=1 HTTP/1.1", "Host: a.test", `Content-Length: ${length}`];
  if (signature !== null) lines.push(`X-Telepath-Signature: ${signature}`);
  return [...lines, "", text].join("\r\n");
}

/** A dump whose form holds text, or a parsed value, and nothing that tells how many bytes there were. */
function json(body: unknown, signature: string | null = signed(payload)): string {
  return JSON.stringify({ headers: { host: "a", ...(signature && { "x-telepath-signature": signature }) }, body });
}

async function importJson(argv: string[], around: Surroundings) {
  const ran = await run(["import", ...argv, "--json"], { env, ...around });
  return { ...ran, lines: jsonLines(ran.stdout) };
}

describe("telepath-hooks import refuses", () => {
  it.each([
    [[], "no dump given", "name files"],
    [["nowhere.har"], "nowhere.har does not exist", "name a readable file"],
    [["a.http", "--format", "hra"], 'there is no dump format "hra"', "verify --formats"],
    [["a.http", "--format", "har"], "a.http: ", ""],
    [["broken.json"], "broken.json: not JSON: line 1, column 9", ""],
    [["-", "--secret-file", "-"], "- is given more than once", ""],
  ])("%j", async (argv, message, hint) => {
    const cwd = freshFolder({ "a.http": http(), "broken.json": '{"body":' });
    const ran = await run(["import", ...argv], { env, cwd });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(hint);
    expect([...(await historyIn(cwd)).find({})]).toEqual([]);
  });

  it("nothing but the broken file of several, with a line for it", async () => {
    const cwd = freshFolder({ "d/a.http": http(), "d/b.txt": "no request\x1b[31m", "d/c.http": http("x", null) });
    const ran = await run(["import", "d"], { env, cwd });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("d/b.txt: no request was recognised");
    expect(ran.stdout.split("\n").filter((line) => /call\.ended|POST \/hooks/.test(line))).toHaveLength(2);
    expect(ran.stderr).toContain("imported 2 deliveries from 3 files; 1 could not be read");
    const { lines } = await importJson(["d", "--again"], { cwd });
    expect(lines.find(({ type }) => type === "error")).toMatchObject({ file: "d/b.txt", code: "UNKNOWN_DUMP" });
  });

  it("several files of which none can be read", async () => {
    const { exitCode, lines } = await importJson(["a.txt", "b.txt"], { files: { "a.txt": "x", "b.txt": "y" } });
    expect(exitCode).toBe(2);
    expect(lines.at(-1)).toMatchObject({ type: "summary", deliveries: 0, unreadable: 2 });
  });

  it("a request that is none, and takes the others of its file", async () => {
    const line = (target: string): string =>
      JSON.stringify({ method: "POST", target, headers: [["Host", "a"]], body: { text: payload } });
    const files = { "a.ndjson": `${line("/1")}\n${line("not a target")}\n${line("/3")}\n` };
    const { exitCode, lines } = await importJson(["a.ndjson"], { files });
    expect(exitCode).toBe(1);
    expect(lines.map(({ type, target, code }) => [type, target ?? code])).toEqual([
      ["error", "INVALID_REQUEST"],
      ["delivery", "/1"],
      ["delivery", "/3"],
      ["summary", undefined],
    ]);
  });
});

describe("telepath-hooks import", () => {
  it("puts a request on record as it is", async () => {
    const cwd = freshFolder({ "a.http": http() });
    const now = 1_763_000_000_000;
    const { exitCode, stderr, lines } = await importJson(["a.http"], { cwd, now: () => now });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(lines).toMatchObject([
      {
        type: "delivery",
        source: "import",
        receivedAt: new Date(now).toISOString(),
        event: "call.ended",
        callId: "call_1",
        method: "POST",
        target: "/hooks?a=1",
        bytes: payload.length,
        bodyState: "whole",
        signature: { verdict: "valid", secret: "TELEPATH_WEBHOOK_SECRET", diagnosis: null },
        outcome: "captured",
        attempts: [],
        replayOf: null,
      },
      {
        type: "summary",
        files: 1,
        deliveries: 1,
        known: 0,
        inexact: 0,
        unreadable: 0,
        signatures: { valid: 1, invalid: 0, missing: 0, unchecked: 0 },
      },
    ]);
    const [delivery] = (await historyIn(cwd)).find({ source: "import" });
    expect(delivery!.id).toBe(lines[0]!["id"]);
    expect(delivery!.headers).toContainEqual(["X-Telepath-Signature", signed(payload)]);
    expect(Buffer.from(delivery!.body).toString()).toBe(payload);
  });

  it.each<[string, string, string, string, string]>([
    ["bytes that match", http(), "whole", "valid", payload],
    ["bytes that do not match", http(pretty), "whole", "invalid", pretty],
    ["bytes without a signature", http(payload, null), "whole", "missing", payload],
    [
      "bytes with two signatures",
      http(payload, `${signed(payload)}\r\nX-Telepath-Signature: x`),
      "whole",
      "invalid",
      payload,
    ],
    [
      "fewer bytes than were sent",
      http(payload.slice(0, 9), signed(payload), 62),
      "incomplete",
      "unchecked",
      payload.slice(0, 9),
    ],
    ["text that matches", json(payload), "whole", "valid", payload],
    ["text that does not match", json(pretty), "inexact", "unchecked", pretty],
    [
      "text without a signature",
      json(payload, null).replace('"a"', '"a","content-type":"x"'),
      "inexact",
      "missing",
      payload,
    ],
    ["a parsed value that happens to match", json(JSON.parse(payload)), "whole", "valid", payload],
    ["a parsed value that does not", json({ a: 1 }), "inexact", "unchecked", '{"a":1}'],
    ["no body", json(null), "incomplete", "unchecked", ""],
    ["no body and the signature of none", json(null, signed("")), "incomplete", "unchecked", ""],
  ])("never passes a likeness off as what was sent: %s", async (_case, dump, bodyState, verdict, body) => {
    const cwd = freshFolder({ dump });
    const { lines } = await importJson(["dump"], { cwd });
    expect(lines[0]).toMatchObject({ bodyState, signature: { verdict } });
    const [delivery] = (await historyIn(cwd)).find({});
    expect(Buffer.from(delivery!.body).toString()).toBe(body);

    const replay = await run(["replay", "last", "--dry-run"], { env, cwd });
    expect(replay.exitCode).toBe(bodyState === "whole" ? 0 : 2);
    if (bodyState !== "whole") expect(replay.stderr).toContain("cannot be replayed as it was");
    const resigned = await run(["replay", "last", "--dry-run", "--resign"], { env, cwd });
    expect(resigned.exitCode).toBe(bodyState === "incomplete" ? 2 : 0);
    const curl = await run(["export", "last", "--format", "curl"], { env, cwd });
    expect(curl.exitCode).toBe(bodyState === "whole" ? 0 : 2);
  });

  it("says of how many nobody can tell", async () => {
    const { stderr } = await run(["import", "a.json"], { env, files: { "a.json": json(pretty) } });
    expect(stderr).toContain("of 1 body nobody can tell");
    expect(stderr).toContain("--resign");
  });

  it("leaves signatures unchecked without a secret, and makes none", async () => {
    const { lines } = await importJson(["a.http"], { env: {}, files: { "a.http": http() } });
    expect(lines[0]).toMatchObject({ bodyState: "whole", signature: { verdict: "unchecked" } });
  });

  it("reads standard input, folders and a named form", async () => {
    const one = await importJson(["-"], { stdin: http() });
    expect(one.lines).toHaveLength(2);
    const cwd = freshFolder({ "d/a.http": http(), "d/e/b.http": http("x", signed("x")), "d/.git/c": http() });
    const folder = await importJson(["d", "--format", "raw-http"], { cwd });
    expect(folder.lines.map(({ bytes }) => bytes)).toEqual([payload.length, 1, undefined]);
  });

  it("takes the same file once, and two alike in one file twice", async () => {
    const two = `${http()}\r\n${http()}`;
    const cwd = freshFolder({ "a.http": http(), "two.http": two });
    const imported = async (...argv: string[]) => (await importJson(argv, { cwd })).lines.at(-1);
    expect(await imported("two.http")).toMatchObject({ deliveries: 2, known: 0 });
    expect(await imported("two.http")).toMatchObject({ deliveries: 0, known: 2 });
    expect(await imported("a.http", "two.http")).toMatchObject({ deliveries: 0, known: 3 });
    expect(await imported("two.http", "--again")).toMatchObject({ deliveries: 2, known: 0 });
    const ran = await run(["import", "a.http"], { env, cwd });
    expect(ran).toMatchObject({ exitCode: 0, stdout: "" });
    expect(ran.stderr).toMatch(/a\.http is on record already, as [0-9A-Z]{26}\n.*--again/);
  });

  it("takes what several files hold once, in one run as in several", async () => {
    const files = { "1.http": http(), "2.http": `${http()}\r\n${http()}`, "3.http": http() };
    const { lines } = await importJson(["1.http", "2.http", "3.http"], { files });
    expect(lines.at(-1)).toMatchObject({ files: 3, deliveries: 2, known: 2 });
    const { stderr } = await run(["import", "1.http", "3.http"], { env, files });
    expect(stderr).toContain("3.http is on record already, as 1.http\n");
  });

  it("does not fill the screen with what is known or cannot be written", async () => {
    const many = Array.from({ length: 30 }, (_unused, index) => json({ n: index })).join("\n");
    const cwd = freshFolder({ "a.ndjson": many });
    await run(["import", "a.ndjson"], { env, cwd });
    for (const argv of [
      ["import", "a.ndjson"],
      ["export", "--since", "1h", "--format", "curl"],
    ]) {
      const { stderr } = await run(argv, { env, cwd });
      expect(stderr.split("\n").length).toBeLessThan(15);
      expect(stderr).toContain("30");
    }
  });

  it("keeps the time the dump tells, unless the history would drop it at once or it is yet to come", async () => {
    const now = Date.parse("2026-03-01T00:00:00Z");
    const line = (at: string): string =>
      JSON.stringify({ method: "POST", target: "/", receivedAt: at, headers: [], body: { text: payload } });
    const times = [
      "2026-02-27T00:00:00.000Z",
      "2020-01-01T00:00:00.000Z",
      "9999-01-01T00:00:00.000Z",
      "2026-02-28T00:00:00.000Z",
    ];
    const cwd = freshFolder({ "a.ndjson": times.map((time) => `${line(time)}\n`).join("") });
    const { lines } = await importJson(["a.ndjson"], { cwd, now: () => now });
    const today = "2026-03-01T00:00:00.000Z";
    expect(lines.map(({ receivedAt }) => receivedAt)).toEqual([times[0], today, today, times[3], undefined]);
    const again = await importJson(["a.ndjson"], { cwd, now: () => now + 1000 });
    expect(again.lines).toMatchObject([{ type: "summary", known: 4 }]);
    // Another time is another delivery, however alike.
    const later = await importJson(["-"], { cwd, now: () => now, stdin: line("2026-02-26T00:00:00.000Z") });
    expect(later.lines.at(-1)).toMatchObject({ deliveries: 1, known: 0 });
  });

  it("puts more on record than one commit takes", async () => {
    const many = Array.from({ length: 450 }, (_unused, index) => http(`{"n":${index}}`, null)).join("\r\n");
    const cwd = freshFolder({ "a.http": many });
    const { lines } = await importJson(["a.http"], { cwd });
    expect(lines.at(-1)).toMatchObject({ deliveries: 450 });
    const bodies = Array.from((await historyIn(cwd)).find({}), ({ body }) => Buffer.from(body).toString());
    expect(bodies).toEqual(Array.from({ length: 450 }, (_unused, index) => `{"n":${index}}`));
  });

  it("stops at Ctrl-C", async () => {
    const cwd = freshFolder({ "a.http": http() });
    expect((await run(["import", "a.http"], { env, cwd, interrupted: AbortSignal.abort() })).exitCode).toBe(130);
  });

  it("shows on a terminal what a dump holds, and obeys none of it", async () => {
    const evil = '{"event":"\u202e\u009b31m","call_id":"\\u001b]0;x\\u0007"}';
    const files = { "\x1b[31m.http": http(evil, null), "b\x07.txt": "no request" };
    const { stdout, stderr } = await run(["import", ...Object.keys(files)], { env, files, tty: true });
    expect(stdout).toContain("<U+202E>");
    const plain = (stdout + stderr).replaceAll(/\x1b\[\d*m/g, "");
    expect(plain).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  });

  it("never says the secret", async () => {
    const files = { "a.http": http(), "b.txt": "x" };
    for (const flag of [[], ["--json"]]) {
      const { stdout, stderr } = await run(["import", "a.http", "b.txt", ...flag], { env, files });
      expect(stdout + stderr).not.toContain(secret);
    }
  });
});

describe("what was exported", () => {
  it.each(dumpExports.map(({ name }) => name))("is imported into another project as it was: %s", async (form) => {
    const body = Buffer.from(`{"event":"call.ended","call_id":"call_1","note":"it's é\\n"}\n`);
    const headers: Header[] = [
      ["Host", "a.test"],
      ["Content-Type", "application/json"],
      ["X-Twice", "1"],
      ["X-Twice", "2"],
      ["Content-Length", String(body.length)],
      ["X-Telepath-Signature", signed(body.toString())],
    ];
    const from = await projectWith(
      { headers, body },
      { headers: headers.slice(0, 3), body: Buffer.from([0, 255, 10]) },
    );
    const file = join(from.cwd, "dump");
    expect(
      (await run(["export", "--since", "1h", "--format", form, "--output", file, "--no-redact"], from)).exitCode,
    ).toBe(0);
    const cwd = freshFolder();
    const ran = await run(["import", file], { env, cwd });
    expect(ran.exitCode).toBe(0);
    const parts = ({ method, target, headers: list, body: bytes }: HttpRequest) => [
      method,
      target,
      list,
      Buffer.from(bytes),
    ];
    const [signedOne] = (await historyIn(cwd)).find({ signature: "valid" });
    expect(signedOne).toMatchObject({ bodyState: "whole", event: "call.ended", source: "import" });
    expect(parts(signedOne!)).toEqual(parts(from.history.get(from.ids[0]!)));
  });
});
