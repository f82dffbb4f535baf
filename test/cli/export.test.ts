import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportForms, dumpExports } from "../../src/dumps/exports/index.ts";
import { readDump } from "../../src/dumps/read.ts";
import type { Header } from "../../src/model/http.ts";
import { attempt, projectWith, type Recorded } from "./recorded.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const payload = '{"event":"call.started","call_id":"call_1","from":"+1-555-555-0100","to":"+1-555-555-0101"}\n';
const secret = "whsec_only-for-this-test";
const headers: Header[] = [
  ["Host", "a.test"],
  ["Content-Type", "application/json"],
  ["Content-Length", String(payload.length)],
  ["X-Telepath-Signature", `sha256=${"0".repeat(64)}`],
  ["Authorization", "Bearer credential"],
  ["Cookie", "session=credential"],
];
const started: Recorded = { headers, body: Buffer.from(payload), event: "call.started", callId: "call_1" };

describe("telepath-hooks export refuses", () => {
  it.each([
    [[], "export needs to know what", "log lists"],
    [["last", "--since", "1h"], "ids or filters, not both", "leave out"],
    [["last", "--format", "hra"], "curl, httpie, http, har, json, fixture", ""],
    [["last", "--json", "--format", "curl"], "--json and --format curl print different things", "--output"],
    [["last", "--force"], "--force replaces a file", "--output"],
    [["zzzz"], "zzzz", ""],
    [["last", "--output", "nowhere/a.har"], "is in no folder that exists", "nowhere"],
    [["last", "--output", "taken"], "taken is already there", "--force"],
    [["last", "--output", "."], "is a folder", "name a file"],
    [["last", "--output", "/dev/null", "--force"], "is not a regular file", "name another"],
  ])("%j", async (argv, message, hint) => {
    const { cwd } = await projectWith(started);
    writeFileSync(join(cwd, "taken"), "mine");
    const ran = await run(["export", ...argv], { cwd });
    expect(ran).toMatchObject({ exitCode: 2, stdout: expect.not.stringContaining("event") as string });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(hint);
    expect(readFileSync(join(cwd, "taken"), "utf8")).toBe("mine");
    expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("a wrong id beside a right one, before anything is written", async () => {
    const { cwd } = await projectWith(started);
    const ran = await run(["export", "last", "zzzz", "--output", "out"], { cwd });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(existsSync(join(cwd, "out"))).toBe(false);
  });

  it("a body that is not whole in a form that would pass it off as whole; among many it is a line", async () => {
    const { cwd, ids } = await projectWith({ ...started, bodyState: "too-large" }, started);
    const named = await run(["export", ids[0]!, "--format", "curl"], { cwd });
    expect(named).toMatchObject({ exitCode: 2, stdout: "" });
    expect(named.stderr).toContain(`${ids[0]} cannot be exported: its body was cut`);
    const filtered = await run(["export", "--since", "1h", "--format", "curl"], { cwd });
    expect(filtered.exitCode).toBe(1);
    expect(filtered.stderr).toContain(`skipped: ${ids[0]} cannot be exported`);
    expect(readDump(filtered.bytes).requests).toHaveLength(1);
    const lines = await run(["export", "--since", "1h"], { cwd });
    expect(readDump(lines.bytes).requests.map(({ fidelity }) => fidelity)).toEqual(["truncated", "exact"]);
    expect(lines.exitCode).toBe(0);
  });

  it.each([
    ["no JSON", { body: Buffer.from("a=1") }, "is a JSON object"],
    ["no object", { body: Buffer.from("[1]") }, "is a JSON object"],
    ["no event", { body: Buffer.from('{"a":1}'), event: null }, 'has its type in "event"'],
    ["no text", { body: Buffer.from([0x22, 0xff, 0x22]) }, "is a JSON object"],
    ["no name for a file", { body: Buffer.from('{"event":"../x"}'), event: "../x" }, "cannot be an event type"],
  ])("a fixture of %s", async (_case, changes, message) => {
    const { cwd } = await projectWith({ ...started, ...changes });
    const ran = await run(["export", "last", "--format", "fixture", "--output", "f.json"], { cwd });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(existsSync(join(cwd, "f.json"))).toBe(false);
  });

  it("a fixture of several events", async () => {
    const { cwd } = await projectWith(started, started);
    const ran = await run(["export", "--since", "1h", "--format", "fixture"], { cwd });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain("--limit 1");
  });
});

describe("telepath-hooks export", () => {
  it.each(dumpExports.map(({ name }) => name))("writes what is read again to the byte: %s", async (form) => {
    const { cwd } = await projectWith(started);
    const { bytes, exitCode, stderr } = await run(["export", "last", "--format", form, "--no-redact"], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [request] = readDump(bytes).requests;
    expect(Buffer.from(request!.body).toString()).toBe(payload);
    expect(request).toMatchObject({ method: "POST", target: "/webhooks", headers, fidelity: "exact" });
  });

  it("goes where the delivery went, and keeps its time and answer", async () => {
    const createdAt = Date.now() - 1000;
    const { cwd } = await projectWith({ ...started, createdAt, attempts: [attempt()] });
    const curl = await run(["export", "last", "--format", "curl"], { cwd });
    expect(curl.stdout).toContain("'http://localhost:3000/webhooks'");
    const har = JSON.parse((await run(["export", "last", "--format", "har"], { cwd })).stdout) as {
      log: { entries: unknown[] };
    };
    expect(har.log.entries).toMatchObject([
      { startedDateTime: new Date(createdAt).toISOString(), time: 12, response: { status: 200 } },
    ]);
  });

  it("is oldest first by a filter, in the order given by ids", async () => {
    const one = (call: string): Recorded => ({ ...started, body: Buffer.from(`{"event":"e","call_id":"${call}"}`) });
    const { cwd, ids } = await projectWith(one("a"), one("b"), one("c"));
    const calls = async (...argv: string[]): Promise<string[]> =>
      jsonLines<{ body: { text: string } }>((await run(["export", ...argv, "--json"], { cwd })).stdout).map(
        ({ body }) => (JSON.parse(body.text) as { call_id: string }).call_id,
      );
    expect(await calls("--source", "listen", "--limit", "2")).toEqual(["b", "c"]);
    expect(await calls(ids[2]!, ids[0]!)).toEqual(["c", "a"]);
    expect(await calls("--where", "call_id=b")).toEqual(["b"]);
  });

  it("says when nothing matches, and leaves no file", async () => {
    const { cwd } = await projectWith(started);
    const ran = await run(["export", "--call", "none", "--format", "har", "--output", "a.har"], { cwd });
    expect(ran).toMatchObject({ exitCode: 0, stdout: "", stderr: "no delivery matches\n" });
    expect(existsSync(join(cwd, "a.har"))).toBe(false);
  });

  it("writes a file only its owner may read, and replaces one when told to, a link included", async () => {
    const { cwd } = await projectWith(started);
    const first = await run(["export", "last", "--format", "http", "--output", "a.http", "--json"], { cwd });
    expect(jsonLines(first.stdout)).toEqual([
      { type: "export", format: "http", output: "a.http", deliveries: 1, skipped: 0, redactedBodies: null },
    ]);
    expect(first.stderr).toContain("wrote 1 delivery to a.http");
    if (process.platform !== "win32") expect(statSync(join(cwd, "a.http")).mode & 0o777).toBe(0o600);
    expect(readDump(readFileSync(join(cwd, "a.http"))).format).toBe("raw-http");

    writeFileSync(join(cwd, "mine"), "mine", { mode: 0o644 });
    symlinkSync("mine", join(cwd, "link"));
    expect((await run(["export", "last", "--output", "link"], { cwd })).exitCode).toBe(2);
    expect(readlinkSync(join(cwd, "link"))).toBe("mine");
    expect((await run(["export", "last", "--output", "link", "--force"], { cwd })).exitCode).toBe(0);
    expect(readFileSync(join(cwd, "mine"), "utf8")).toBe("mine");
    expect(statSync(join(cwd, "link")).mode & 0o777).toBe(0o600);
    const failed = await run(["export", "zzzz", "--output", "mine", "--force"], { cwd });
    expect([failed.exitCode, readFileSync(join(cwd, "mine"), "utf8")]).toEqual([2, "mine"]);
  });

  it("is a fixture that send then sends", async () => {
    const { cwd } = await projectWith(started);
    const shown = await run(["export", "last", "--format", "fixture"], { cwd });
    expect(shown.stdout).toBe(payload);
    expect(shown.stderr).toContain("telepath-fixtures/call.started.json");
    mkdirSync(join(cwd, "telepath-fixtures"));
    const file = "telepath-fixtures/call.started.json";
    expect((await run(["export", "last", "--format", "fixture", "--output", file], { cwd })).exitCode).toBe(0);
    expect(readFileSync(join(cwd, file), "utf8")).toBe(payload);
    expect((await run(["fixtures", "show", "call.started"], { cwd })).stdout).toBe(payload);
  });

  it("stops at Ctrl-C and leaves no part of a file", async () => {
    const { cwd } = await projectWith(started);
    const ran = await run(["export", "last", "--output", "a"], { cwd, interrupted: AbortSignal.abort() });
    expect([ran.exitCode, existsSync(join(cwd, "a"))]).toEqual([130, false]);
  });
});

describe("a redacted export", () => {
  it.each(exportForms.map(({ name }) => name))("has no credential, phone number or secret: %s", async (form) => {
    const odd: Header[] = [...headers, ["X-Odd", secret]];
    const response = {
      status: 200,
      headers: [["Set-Cookie", "id=credential"]] as Header[],
      body: Buffer.from(payload),
    };
    const { cwd } = await projectWith({ ...started, headers: odd, attempts: [attempt({ response })] });
    const env = { TELEPATH_WEBHOOK_SECRET: secret };
    const redact = form === "har" ? [] : ["--redact"];
    const { stdout, stderr, exitCode } = await run(["export", "last", "--format", form, ...redact], { cwd, env });
    expect(exitCode).toBe(0);
    for (const hidden of ["credential", "555-0100", "555-0101", secret]) expect(stdout + stderr).not.toContain(hidden);
    const { keepsSignature } = exportForms.find(({ name }) => name === form)!;
    expect(stdout.includes(`sha256=${"0".repeat(64)}`)).toBe(keepsSignature);
    const signature = keepsSignature ? "the signature no longer matches" : "it is signed anew when it is sent";
    expect(stderr).toContain(`1 body changed by that: ${signature}`);
    expect(stdout).toContain("call_1");
  });

  it("is the exception but for archives, and --no-redact leaves all in", async () => {
    const { cwd } = await projectWith(started);
    for (const argv of [[], ["--format", "har", "--no-redact"]]) {
      const { stdout, stderr } = await run(["export", "last", ...argv], { cwd });
      expect(stdout).toContain("credential");
      expect(stdout).toContain("555-0100");
      expect(stderr).toBe("");
    }
  });

  it("says where it could not look", async () => {
    const { cwd } = await projectWith({ ...started, body: Buffer.from("from=+15555550100") });
    const { stderr } = await run(["export", "last", "--format", "har"], { cwd });
    expect(stderr).toContain("1 body not JSON");
    expect(stderr).not.toContain("no longer matches");
  });
});

describe("an export of what an attacker sent", () => {
  const hostile: Recorded = {
    target: "/'$(touch owned)`touch owned`;touch owned",
    headers: [
      ["Host", "a'$(touch owned).test"],
      ["X-A", "'; touch owned; '\x1b]52;c;aGk=\x07"],
      ["X-B", "a\r\nX-Injected: 1"],
    ],
    body: Buffer.from(
      `{"event":"=cmd|' /C calc'!A0","call_id":"</script><script>alert(1)</script>","a":"'; touch owned; $(touch owned) \`touch owned\` \u202e\u200b\u009b31m"}`,
    ),
    event: "=cmd|' /C calc'!A0",
  };

  it.each(exportForms.map(({ name }) => name).filter((name) => name !== "fixture"))(
    "does nothing on a terminal: %s",
    async (form) => {
      const { cwd } = await projectWith(hostile);
      const { stdout, stderr } = await run(["export", "last", "--format", form], { cwd, tty: true });
      expect(stdout + stderr).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
    },
  );

  it("does nothing on a terminal as a fixture, and is the payload to the byte in a pipe", async () => {
    const event = "my.event";
    const body = Buffer.from(`{"event":"${event}","a":"\u202e\u009b31m"}`);
    const { cwd } = await projectWith({ body, event });
    const shown = await run(["export", "last", "--format", "fixture"], { cwd, tty: true });
    expect(shown.stdout).toContain("<U+202E>\\x9b31m");
    expect((await run(["export", "last", "--format", "fixture"], { cwd })).bytes).toEqual(body);
  });

  it.each(["curl", "httpie"])("runs nothing but the command in a shell: %s", async (form) => {
    const { cwd } = await projectWith(hostile);
    const { bytes } = await run(["export", "last", "--format", form], { cwd });
    const folder = freshFolder();
    const stub = 'curl() { cat >/dev/null; printf \'%s\\n\' "$#"; }\nhttp() { curl "$@"; }\n';
    const output = execFileSync("sh", { cwd: folder, input: Buffer.concat([Buffer.from(stub), bytes]) }).toString();
    expect(output).toMatch(/^\d+\n$/);
    expect(readdirSync(folder)).toEqual(["package.json"]);
  });

  it("is one request to whoever reads it again", async () => {
    const { cwd } = await projectWith(hostile, hostile);
    for (const { name } of dumpExports) {
      const { bytes } = await run(["export", "--since", "1h", "--format", name, "--no-redact"], { cwd });
      const { requests } = readDump(bytes);
      expect(requests).toHaveLength(2);
      for (const request of requests) {
        expect(Buffer.from(request.body).equals(hostile.body!)).toBe(true);
        expect(request.headers.map(([header]) => header)).not.toContain("X-Injected");
      }
    }
  });
});
