import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshFolder, jsonLines, run } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const body =
  '{"event":"agent.connected","call_id":"call_abc123xyz","timestamp":"2024-03-01T10:00:00Z","agent_type":"openai","agent_id":"a1"}';
const pretty = JSON.stringify(JSON.parse(body), null, "\t");

function signed(text: string | Uint8Array, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(text).digest("hex")}`;
}

function http(text: string, signature: string, length: number | null = text.length): string {
  const lines = ["POST /hooks HTTP/1.1", "Host: a.test", `X-Telepath-Signature: ${signature}`];
  if (length !== null) lines.push(`Content-Length: ${length}`);
  return [...lines, "", text].join("\r\n");
}

const valid = http(body, signed(body));
const invalid = http(pretty, signed(body));
const lossy = JSON.stringify({ headers: { "x-telepath-signature": `sha256=${"0".repeat(64)}` }, body });

interface Line {
  type: string;
  [member: string]: unknown;
}

async function verifyJson(argv: string[], files: Record<string, string | Uint8Array>, more = {}) {
  const ran = await run(["verify", ...argv, "--json"], { env, files, ...more });
  return { ...ran, lines: jsonLines<Line>(ran.stdout) };
}

describe("telepath-hooks verify refuses", () => {
  it.each([
    [["verify"], "no dump given", "name files"],
    [["verify", "nowhere.har"], "nowhere.har does not exist", "name a readable file"],
    [["verify", "a.http", "--format", "hra"], 'there is no dump format "hra"', "har"],
    [["verify", "a.http", "--signature", "x", "--body", "b"], "cannot be used with", ""],
    [["verify", "a.http", "--format", "har", "--body", "b"], "cannot be used with", ""],
    [["verify", "a.http", "b.http", "--signature", "x"], "--signature goes with one file", "one by one"],
    [["verify", "a.http", "b.http", "--body", "x"], "--body goes with one file", "one by one"],
    [["verify", "-", "--secret-file", "-"], "- is given more than once", "standard input"],
    [["verify", "a.http", "--show-expected"], "prints to a terminal only", ""],
    [["verify", "a.http", "--show-expected", "--json"], "cannot be used with", ""],
    [["verify", "broken.json"], "broken.json: not JSON: line 1, column 9", "Give its headers and its body apart"],
    [["verify", "a.http", "--format", "har"], "a.http: ", ""],
    [["verify", "body.json"], "it is JSON without the signature header", "verify body.json --signature sha256="],
  ])("%j", async (argv, message, hint) => {
    const files = { "a.http": valid, "b.http": valid, "broken.json": '{"body":', "body.json": body };
    const ran = await run(argv, { env, files });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(hint);
    if (!argv.includes("--json")) expect(ran.stdout).toBe("");
  });

  it("to check without any secret, or with a blank one", async () => {
    const none = await run(["verify", "a.http"], { files: { "a.http": valid } });
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain("there is no signing secret");
    const blank = await run(["verify", "a.http"], {
      env: { TELEPATH_WEBHOOK_SECRET: " \n" },
      files: { "a.http": valid },
    });
    expect([blank.exitCode, blank.stdout]).toEqual([2, ""]);
    expect(blank.stderr).toContain("is empty");
  });

  it("to wait for a terminal", async () => {
    const { exitCode, stderr } = await run(["verify", "-"], { env, tty: true });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("standard input, which is this terminal");
  });

  it.skipIf(process.platform === "win32")("a FIFO, a device and a file over the cap, at once", async () => {
    const cwd = freshFolder();
    execFileSync("sh", ["-c", `mkfifo "$0"`, join(cwd, "fifo")]);
    writeFileSync(join(cwd, "big"), "");
    truncateSync(join(cwd, "big"), 65 * 1024 ** 2);
    for (const [path, message] of [
      ["fifo", "is not a regular file"],
      ["/dev/zero", "is not a regular file"],
      ["big", "holds more than 64 MiB"],
    ] as const) {
      const { exitCode, stderr } = await run(["verify", path], { env, cwd });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});

describe("telepath-hooks verify", () => {
  it.each([
    ["valid", { "a.http": valid }, 0],
    ["valid among several", { "a.http": valid, "b.http": valid }, 0],
    ["invalid", { "a.http": invalid }, 1],
    ["invalid and unverifiable", { "a.http": invalid, "b.json": lossy }, 1],
    ["unverifiable", { "b.json": lossy }, 3],
    ["valid and unverifiable", { "a.http": valid, "b.json": lossy }, 3],
    ["a broken file beside a valid one", { "a.http": valid, "c.txt": "no request" }, 1],
    ["a missing file beside a valid one", { "a.http": valid, "nowhere/": "" }, 1],
    ["nothing but broken files", { "c.txt": "no request", "d.txt": "none either" }, 2],
  ])("exits for %s", async (_case, files, exitCode) => {
    const names = Object.keys(files).map((name) => name.replace("/", ".http"));
    const written = Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith("/")));
    expect((await run(["verify", ...names], { env, files: written })).exitCode).toBe(exitCode);
  });

  it("prints each member of the public interface", async () => {
    const { lines, exitCode, stderr } = await verifyJson(["a.http"], { "a.http": valid });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(lines).toEqual([
      {
        type: "verification",
        file: "a.http",
        index: 0,
        format: "raw-http",
        method: "POST",
        target: "/hooks",
        event: "agent.connected",
        callId: "call_abc123xyz",
        verdict: "valid",
        fidelity: "exact",
        bytes: body.length,
        declaredBytes: body.length,
        secret: "TELEPATH_WEBHOOK_SECRET",
        reason: null,
        diagnosis: null,
        fix: null,
        observations: [],
        schema: { ok: true, problems: [], notes: [], fits: ["2024-03"] },
      },
      { type: "summary", files: 1, requests: 1, valid: 1, invalid: 0, unverifiable: 0, unreadable: 0 },
    ]);
  });

  it("proves the cause and says where the bytes part", async () => {
    const { lines, exitCode } = await verifyJson(["a.http"], { "a.http": invalid });
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatchObject({
      verdict: "invalid",
      reason: "mismatch",
      secret: null,
      diagnosis: {
        code: "json-reserialised-pretty",
        proven: true,
        firstDifference: { offset: 1, heldBytes: pretty.length, signedBytes: body.length },
      },
    });
  });

  it("does not look for it with --no-explain", async () => {
    const { lines } = await verifyJson(["a.http", "--no-explain"], { "a.http": invalid });
    expect(lines[0]).toMatchObject({ verdict: "invalid", reason: "mismatch", diagnosis: null, observations: [] });
  });

  it("numbers the requests of one file", async () => {
    const { lines } = await verifyJson(["two.http"], { "two.http": `${valid}\r\n${http("x", signed("x"))}` });
    expect(lines.map(({ file, index, verdict }) => [file, index, verdict])).toEqual([
      ["two.http", 0, "valid"],
      ["two.http", 1, "valid"],
      [undefined, undefined, undefined],
    ]);
  });

  it("reads standard input", async () => {
    const { lines } = await verifyJson(["-"], {}, { stdin: valid });
    expect(lines[0]).toMatchObject({ file: "-", format: "raw-http", verdict: "valid" });
  });

  it("reads folders through, regular files only, and goes on after a broken one", async () => {
    const cwd = freshFolder({ "d/b/2.http": valid, "d/a.http": valid, "d/c.txt": "no request", "d/.git/x": "x" });
    mkdirSync(join(cwd, "d/empty"));
    symlinkSync("/dev/zero", join(cwd, "d/link"));
    const { lines, exitCode } = await verifyJson(["d"], {}, { cwd });
    expect(exitCode).toBe(1);
    expect(lines.map(({ type, file }) => [type, file])).toEqual([
      ["verification", "d/a.http"],
      ["verification", "d/b/2.http"],
      ["error", "d/c.txt"],
      ["summary", undefined],
    ]);
    expect(lines[2]).toMatchObject({ code: "UNKNOWN_DUMP", message: expect.stringContaining("d/c.txt: ") as string });
    expect(lines[3]).toMatchObject({ files: 3, requests: 2, valid: 2, unreadable: 1 });
    const empty = await run(["verify", "d/empty"], { env, cwd });
    expect([empty.exitCode, empty.stdout]).toEqual([2, ""]);
  });

  it("takes a bare body with its signature, and headers with their body", async () => {
    const headers = `content-type: application/json\nx-telepath-signature: ${signed(body)}\n`;
    const files = { "body.json": body, "edited.json": `${body}\n`, "headers.txt": headers };
    const bare = await verifyJson(["body.json", "--signature", signed(body)], files);
    expect(bare.lines[0]).toMatchObject({ format: "body", verdict: "valid", fidelity: "exact", method: null });
    const edited = await verifyJson(["edited.json", "--signature", signed(body)], files);
    expect(edited.lines[0]).toMatchObject({ verdict: "valid", diagnosis: { code: "trailing-newline-added" } });
    const wrong = await verifyJson(["body.json", "--signature", signed(pretty)], files);
    expect(wrong.lines[0]).toMatchObject({ verdict: "invalid", diagnosis: { code: "json-reserialised-compact" } });
    const pieces = await verifyJson(["headers.txt", "--body", "body.json"], files);
    expect(pieces.lines[0]).toMatchObject({ format: "headers", verdict: "valid", fidelity: "exact" });
    const ed = await verifyJson(["body.json", "--signature", "sha256=é"], files);
    expect(ed.lines[0]).toMatchObject({ verdict: "invalid", reason: "malformed-signature" });
  });

  it("tries every secret and names the one that matched", async () => {
    const files = { "a.http": http(body, signed(body, "previous")), live: "live\n" };
    const rotation = { ...env, TELEPATH_WEBHOOK_SECRET_PREVIOUS: "previous" };
    const { lines } = await verifyJson(["a.http"], files, { env: rotation });
    expect(lines[0]).toMatchObject({
      secret: "TELEPATH_WEBHOOK_SECRET_PREVIOUS",
      diagnosis: { code: "secret-rotated" },
    });
    const file = await verifyJson(["a.http", "--secret-file", "live"], {
      ...files,
      "a.http": http(body, signed(body, "live")),
    });
    expect(file.lines[0]).toMatchObject({ verdict: "valid", secret: "live", diagnosis: null });
  });

  it("says what is wrong with the secret, and never the secret or the expected signature", async () => {
    const files = { "a.http": valid, quoted: `"${secret}"\n` };
    for (const flag of [[], ["--json"]]) {
      const ran = await run(["verify", "a.http", "--secret-file", "quoted", ...flag], { files });
      expect(ran.exitCode).toBe(1);
      expect(ran.stdout).toContain("secret-quotes");
      expect(ran.stdout + ran.stderr).not.toContain(secret);
      expect(ran.stdout + ran.stderr).not.toContain(signed(body, `"${secret}"`).slice(7));
    }
  });

  it("lists the forms", async () => {
    const text = await run(["verify", "--formats"]);
    expect([text.exitCode, text.stderr]).toEqual([0, ""]);
    expect(text.stdout).toMatch(/^raw-http +\S/m);
    const json = jsonLines<Line>((await run(["verify", "--formats", "--json"])).stdout);
    expect(json.length).toBe(text.stdout.trim().split("\n").length);
    const description = expect.any(String) as string;
    expect(json).toContainEqual({ type: "format", name: "raw-http", description });
  });
});

describe("telepath-hooks verify for people", () => {
  it("draws a line for each request, and under a failure the cause, the difference and the fix", async () => {
    const files = { "a.http": valid, "b.http": invalid, "c.json": lossy, "d.txt": "no request" };
    const { stdout, stderr } = await run(["verify", ...Object.keys(files)], { env, files });
    expect(stderr).toBe("3 requests in 4 files: 1 valid, 1 invalid, 1 unverifiable; 1 file without a request\n");
    expect(stdout.replace(/none of \d+/, "none of N")).toMatchInlineSnapshot(`
      "✓ valid         a.http  agent.connected  call_abc123xyz  127 B  TELEPATH_WEBHOOK_SECRET
      ✗ invalid       b.http  agent.connected  call_abc123xyz  143 B  the signature does not match
          cause     The JSON was parsed and written again with other white space. What was signed is compact. (json-reserialised-pretty)
          where     before it came here: Content-Length fits these bytes, so the sender, or what forwarded them, changed them after signing
          length    143 bytes held, 127 signed, 143 declared
          held      {\\n\\t"event": "agent.connected",\\n\\t"call_id": "call_abc123xyz",…
          signed    {"event":"agent.connected","call_id":"call_abc123xyz","timestamp"…
                     ^ byte 1
          fix       Have what forwards or records the request keep its body byte for byte. Check the signature over the raw body, before a JSON parser sees it (Express: express.raw({ type: "*/*" })), and log those bytes.
          code      --framework express (or fastify, flask, rails, …) prints it for yours
      ? unverifiable  c.json  agent.connected  call_abc123xyz  127 B  the dump does not keep the exact bytes
          seen      none of N combinations of body, secret and header gives this signature
          next      log the raw body, in base64 for instance, before a JSON parser sees it; or compare the secrets
      ! unreadable    d.txt: no request was recognised in this dump
          fix       Give its headers and its body apart: verify headers.txt --body body.json, or verify body.json --signature sha256=…
      "
    `);
  });

  it("escapes what came from outside", async () => {
    const evil = '{"event":"\u001b]0;x\u0007","call_id":"\u202eevil"}';
    const dump = http(evil, `sha256=${"0".repeat(64)}`, Buffer.byteLength(evil));
    const { stdout } = await run(["verify", "a\u001b[31m.http"], {
      env,
      files: { "a\u001b[31m.http": dump },
      tty: true,
    });
    expect(stdout.replaceAll(/\u001b\[\d+m/g, "")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it("shows the expected signature only when asked, on a terminal", async () => {
    const around = { env, files: { "a.http": invalid }, tty: true };
    const asked = await run(["verify", "a.http", "--show-expected", "--no-color"], around);
    expect(asked.stdout).toContain(`expected  ${signed(pretty)}`);
    expect((await run(["verify", "a.http"], around)).stdout).not.toContain(signed(pretty).slice(7));
  });

  it("stops between two files when interrupted", async () => {
    const { exitCode, stdout } = await run(["verify", "a.http", "b.http"], {
      env,
      files: { "a.http": valid, "b.http": valid },
      interrupted: AbortSignal.abort(),
    });
    expect([exitCode, stdout]).toEqual([130, ""]);
  });
});

interface Expected {
  secret: string;
  files: { file: string; expect: "valid" | "unverifiable" | "not-invalid" | null }[];
}

const folder = join(import.meta.dirname, "../data/dumps");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;

describe("the project's own fixtures", () => {
  const order = ["zone", "event", "account", "plan", "call_id", "beta", "owner", "label", "kind", "extra"];
  const sent = JSON.stringify(Object.fromEntries(order.map((name) => [name, name === "event" ? "my.event" : name])));
  const sorted = JSON.stringify(Object.fromEntries(order.toSorted().map((name) => [name, JSON.parse(sent)[name]])));
  const dump = { "a.http": http(sorted, signed(sent)) };

  it("tell of the order that the members of a body had", async () => {
    const own = { "telepath-fixtures/my.event.json": JSON.stringify(JSON.parse(sent), null, 2) };
    const { lines } = await verifyJson(["a.http"], { ...dump, ...own, "telepath-fixtures/broken.event.json": "{" });
    expect(lines[0]).toMatchObject({ verdict: "invalid", diagnosis: { code: "json-key-order", proven: true } });
    expect(JSON.stringify(lines[0])).toContain("in the order of this project's fixtures");
  });

  it("are not needed", async () => {
    const { lines } = await verifyJson(["a.http"], dump);
    expect(lines[0]).toMatchObject({ verdict: "invalid", diagnosis: null });
  });

  it("may be a file that is no folder", async () => {
    const { lines, exitCode } = await verifyJson(["a.http"], { ...dump, "telepath-fixtures": "{}" });
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatchObject({ verdict: "invalid" });
  });
});

describe("every dump of the test data", () => {
  it.each(expected.files)("$file is $expect", async ({ file, expect: wanted }) => {
    const ran = await run(["verify", join(folder, file), "--json"], {
      env: { TELEPATH_WEBHOOK_SECRET: expected.secret },
    });
    const verdicts = jsonLines<Line>(ran.stdout).flatMap(({ type, verdict }) =>
      type === "verification" ? [verdict] : [],
    );
    expect(verdicts.length).toBeGreaterThan(0);
    // Lossy dumps, and those of several requests: whatever is said of them, it is not that they are invalid.
    if (wanted === "not-invalid" || wanted === null) expect(verdicts).not.toContain("invalid");
    else expect(verdicts).toEqual([wanted]);
    expect(ran.stdout).not.toContain(expected.secret);
  });
});
