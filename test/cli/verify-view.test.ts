import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { frameworks } from "../../src/signatures/advice/index.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const body =
  '{"event":"agent.connected","call_id":"call_abc123xyz","timestamp":"2024-03-01T10:00:00Z","agent_type":"openai","agent_id":"a1"}';

function signed(text: string | Uint8Array, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(text).digest("hex")}`;
}

function http(text: string, signature: string, length: number | null = Buffer.byteLength(text)): string {
  const lines = ["POST /hooks HTTP/1.1", "Host: a.test", `X-Telepath-Signature: ${signature}`];
  if (length !== null) lines.push(`Content-Length: ${length}`);
  return [...lines, "", text].join("\r\n");
}

/** What console.log(req.headers, req.body) of an Express application prints. */
const logged = `{
  host: 'a.test',
  'x-telepath-signature': '${signed(body.replace('"a1"', '"a1","n":1.0'))}'
} {
  event: 'agent.connected',
  call_id: 'call_abc123xyz',
  timestamp: '2024-03-01T10:00:00Z',
  agent_type: 'openai',
  agent_id: 'a1',
  n: 1
}
`;
const valid = http(body, signed(body));
const pretty = JSON.stringify(JSON.parse(body), null, 2);
const invalid = http(pretty, signed(body), null);

async function verify(files: Record<string, string>, argv: string[] = [], more = {}) {
  return run(["verify", ...Object.keys(files), ...argv], { env, files, ...more });
}

describe("the two bodies under a failure", () => {
  const cases: [string, string, string, string, string][] = [
    ["a final line feed", `${body}\n`, body, '1"}\\n<end>', '1"}<end>'],
    ["spaces before it", `${body} \r\n`, body, '1"}␠\\r\\n<end>', '1"}<end>'],
    ["a byte order mark", `\ufeff${body}`, body, '<U+FEFF byte order mark>{"event"', '{"event"'],
    ["tabs", JSON.stringify(JSON.parse(body), null, "\t"), body, '{\\n\\t"event"', '{"event"'],
    ["a space after a colon", body.replaceAll('":', '": '), body, '{"event":␠"agent', '{"event":"agent'],
  ];

  it.each(cases)("show %s", async (_case, held, sent, heldText, signedText) => {
    const files = { "a.http": http(held, signed(sent), null) };
    const { stdout } = await verify(files, ["--no-color"], { tty: true, columns: 80 });
    const rows = stdout.split("\n").filter((line) => /^ {4}(?:held|signed) /.test(line));
    expect(rows[0]).toContain(heldText);
    expect(rows[1]).toContain(signedText);
    expect(stdout).toContain(`${Buffer.byteLength(held)} bytes held, ${sent.length} signed`);
  });

  it("have the caret under the place where they part", async () => {
    const held = body.replace('"a1"', '"Zoë"');
    const escaped = held.replace("ë", "\\u00eb");
    const { stdout } = await verify({ "a.http": http(held, signed(escaped), null) });
    const [one, other, caret] = stdout.split("\n").filter((line) => /^ {4}(?:held|signed) |\^ byte/.test(line));
    const column = caret!.indexOf("^");
    expect([one![column], other![column]]).toEqual(["ë", "\\"]);
    expect(caret).toContain(`^ byte ${held.indexOf("ë")}`);
  });

  it("say whose fault it is", async () => {
    const before = await verify({ "a.http": http(pretty, signed(body)) });
    expect(before.stdout).toContain("before it came here: Content-Length fits these bytes");
    expect((await verify({ "a.http": invalid })).stdout).toContain("on this side: the receiver");
    const sender = await verify({ "a.http": http(body, signed("[object Object]")) });
    expect(sender.stdout).toContain("where     at the sender");
    const given = await verify({ "a.http": http(body, signed(body, secret.slice(6))) });
    expect(given.stdout).toContain("where     in the secret given here");
  });

  it("are escaped, and hold nothing that a terminal would obey", async () => {
    const evil = "x\u001b]0;x\u0007\u202e\u009b31m";
    const files = { "a.http": http(`${evil} \t\n`, signed(evil), null) };
    for (const columns of [80, 200]) {
      const { stdout } = await verify(files, ["--no-color"], { tty: true, columns });
      expect(stdout).toContain("held      x\\x1b]0;x\\x07<U+202E>\\x9b31m␠\\t\\n<end>");
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe("the view", () => {
  const files = {
    [`${"deep/".repeat(20)}a.http`]: invalid,
    "b.http": valid,
    "c.http": http(body, signed(body, "another")),
    "d.http": http(body, "sha256=00"),
    "e.txt": "no request at all",
    "f.txt": logged,
  };

  it.each([80, 200])("fits %d columns", async (columns) => {
    const { stdout } = await verify(files, ["--no-color"], { tty: true, columns });
    const wide = stdout.split("\n").filter((line) => stringWidth(line) > columns);
    expect(wide).toEqual([]);
    expect(stdout).toMatch(columns === 80 ? /^✗ invalid {7}…\S*a\.http {2}agent/m : /^✗ invalid {7}deep\/\S*a\.http/m);
  });

  it("says the same without colour", async () => {
    const plain = await verify(files, ["--no-color"], { tty: true, columns: 80 });
    const coloured = await verify(files, ["--color"], { tty: true, columns: 80 });
    expect(coloured.stdout).not.toBe(plain.stdout);
    expect(coloured.stdout.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain.stdout);
  });

  it("never shows a secret or what the signature should be", async () => {
    for (const argv of [[], ["--json"], ["--report", "junit"], ["--report", "markdown"]]) {
      const { stdout, stderr } = await verify(files, argv);
      for (const hidden of [secret, signed(pretty).slice(7), "another"]) {
        expect((stdout + stderr).replaceAll("gives another", "")).not.toContain(hidden);
      }
    }
  });

  it("counts verdicts and causes after many requests, not after a few", async () => {
    const { stdout } = await verify(files);
    expect(stdout).toContain("2  ✓ valid\n3  ✗ invalid\n1  ! unreadable\n");
    expect(stdout).toMatch(/^1 {2}json-reserialised-pretty$/m);
    expect(stdout).toMatch(/^1 {2}cause not known: the signature does not match$/m);
    expect((await verify({ "b.http": valid, "a.http": invalid })).stdout).not.toContain("cause or note");
  });

  it("says what to do next where nothing is proved", async () => {
    const wrong = await verify({ "c.http": http(body, signed(body, "another")) });
    expect(wrong.stdout).toContain("next      compare the secret with the one the sender has");
    const none = await verify({ "d.http": http(body, signed(body)).replace(/X-Telepath-Signature: \S+\r\n/, "") });
    expect(none.stdout).toContain("next      find out whether the sender signs");
    const unexplained = await verify({ "c.http": http(body, signed(body, "another")) }, ["--no-explain"]);
    expect(unexplained.stdout).not.toContain("next ");
  });
});

describe("the code for the framework", () => {
  it("is that of the framework the dump reveals, and the request is told to be in order", async () => {
    const { stdout, exitCode } = await verify({ "log.txt": logged });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("The request is signed correctly, but over other bytes than this dump shows.");
    expect(stdout).toContain("for Express, which the dump suggests (--framework gives another):");
    expect(stdout).toContain('express.raw({ type: "*/*" })');
  });

  it("comes once in a run", async () => {
    const { stdout } = await verify({ "a.txt": logged, "b.txt": logged });
    expect(stdout.match(/express\.raw/g)).toHaveLength(1);
    expect(stdout).toContain("for Express as above");
  });

  it.each(frameworks)("is that of $name when it is asked for", async ({ name, title, language, code }) => {
    const { stdout } = await verify({ "a.http": invalid }, ["--framework", name]);
    expect(stdout).toContain(`code      for ${title}:`);
    expect(stdout.replaceAll(/^ {4}/gm, "")).toContain(code);
    const json = await verify({ "a.http": invalid }, ["--framework", name, "--json"]);
    expect(jsonLines(json.stdout)[0]).toMatchObject({ fix: { framework: name, title, language, code } });
  });

  it("is hinted at where the dump does not tell, and not shown where it is no remedy", async () => {
    const untold = await verify({ "a.http": invalid });
    expect(untold.stdout).toContain("--framework express (or fastify, flask, rails, …) prints it for yours");
    expect(jsonLines((await verify({ "a.http": invalid }, ["--json"])).stdout)[0]).toMatchObject({ fix: null });
    const otherSecret = await verify({ "a.http": http(body, signed(body, secret.slice(6))) }, ["--framework", "flask"]);
    expect(otherSecret.stdout).not.toContain("flask");
  });

  it("is refused for a framework that is not known, with the nearest", async () => {
    const near = await verify({ "a.http": invalid }, ["--framework", "expres"]);
    expect([near.exitCode, near.stdout]).toEqual([2, ""]);
    expect(near.stderr).toContain("did you mean express?");
    const far = await verify({ "a.http": invalid }, ["--framework", "wordpress-plugin"]);
    expect(far.stderr).toContain("known are django, express");
  });
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe("--report", () => {
  const files = {
    "a.http": valid,
    "b.http": invalid,
    "c.http": `${valid}\r\n${http("x", signed("x"))}`,
    "d.json": JSON.stringify({ headers: { "x-telepath-signature": `sha256=${"0".repeat(64)}` }, body }),
    "e.txt": "no request",
  };

  it.each([
    [["--report", "html"], "junit, markdown"],
    [["--output", "x.xml"], "--output goes with --report"],
    [["--report", "junit", "--json"], "--json and --report both go to stdout"],
    [["--report", "junit", "--output", "nowhere/x.xml"], "is in no folder that exists"],
    [["--report", "junit", "--output", "a.http"], "a.http is one of the dumps"],
    [["--report", "junit", "--output", "."], "is a folder"],
  ])("refuses %j before anything is read", async (argv, message) => {
    const { exitCode, stdout, stderr } = await verify(files, argv);
    expect([exitCode, stdout.replace(/^\{.*\}\n$/, "")]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it.skipIf(!hasPython)("junit is XML with a suite for each file and a case for each request", async () => {
    const { stdout, exitCode } = await verify(files, ["--report", "junit"]);
    expect(exitCode).toBe(1);
    const script = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
assert root.tag == "testsuites", root.tag
print(json.dumps([dict(root.attrib), [[suite.attrib, [[case.attrib["classname"], case.attrib["name"], [child.tag for child in case]] for case in suite]] for suite in root]]))`;
    const parsed = spawnSync("python3", ["-c", script], { input: stdout, encoding: "utf8" });
    expect(parsed.stderr).toBe("");
    const [totals, suites] = JSON.parse(parsed.stdout) as [object, [Record<string, string>, unknown[]][]];
    expect(totals).toMatchObject({ tests: "6", failures: "1", errors: "1" });
    expect(totals).not.toHaveProperty("skipped"); // which the schema of Jenkins' xUnit plugin has on suites only
    expect(
      suites.map(([{ name, tests, failures, errors, skipped }]) => [name, tests, failures, errors, skipped]),
    ).toEqual([
      ["a.http", "1", "0", "0", "0"],
      ["b.http", "1", "1", "0", "0"],
      ["c.http", "2", "0", "0", "0"],
      ["d.json", "1", "0", "0", "1"],
      ["e.txt", "1", "0", "1", "0"],
    ]);
    expect(suites.map(([, cases]) => cases)).toEqual([
      [["a.http", "agent.connected call_abc123xyz", []]],
      [["b.http", "agent.connected call_abc123xyz", ["failure"]]],
      [
        ["c.http", "#1 agent.connected call_abc123xyz", []],
        ["c.http", "#2 POST /hooks", ["system-out"]],
      ],
      [["d.json", "agent.connected call_abc123xyz", ["skipped"]]],
      [["e.txt", "a request in it", ["error"]]],
    ]);
  });

  it("junit escapes markup and spells out what XML cannot hold", async () => {
    const evil = '{"event":"<b>&\\u0000\\u001b\\"\']]>\\uffff","call_id":"\\u202ex"}';
    const { stdout } = await verify({ "a.http": http(evil, signed("other")) }, ["--report", "junit"]);
    expect(stdout).toContain('name="&#60;b&#62;&#38;\\x00\\x1b&#34;&#39;]]&#62;\ufffd &#60;U+202E&#62;x"');
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff\u202e]/);
  });

  it("markdown is a table that no payload can break out of", async () => {
    const evil = '{"event":"a|b<script>`[x](y)@me #1","call_id":"x\\ny"}';
    const all = { ...files, "f.http": http(evil, signed(evil)) };
    const { stdout } = await verify(all, ["--report", "markdown"]);
    const rows = stdout.split("\n").filter((line) => line.startsWith("|"));
    expect(rows).toHaveLength(2 + 7);
    for (const line of rows) expect(line.match(/\|/g)).toHaveLength(6);
    expect(stdout).not.toContain("<script>");
    expect(stdout).not.toContain("@me");
    expect(stdout).toContain("| ✗ invalid | b.http | agent.connected | call&#95;abc123xyz | The JSON was parsed");
    expect(stdout).toContain("- **json-reserialised-pretty**: Check the signature over the raw body");
  });

  it("goes to a file beside the text or the JSON, and replaces an older one", async () => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, "out.xml"), "old");
    const { stdout } = await verify(files, ["--report", "junit", "--output", "out.xml"], { cwd });
    expect(stdout).toContain("✗ invalid");
    expect(readFileSync(join(cwd, "out.xml"), "utf8")).toMatch(/^<\?xml.*<\/testsuites>\n$/s);
    const json = await verify(files, ["--report", "markdown", "--output", "out.md", "--json"], { cwd });
    expect(jsonLines(json.stdout).at(-1)).toMatchObject({ type: "summary", requests: 5 });
    expect(readFileSync(join(cwd, "out.md"), "utf8")).toContain("| ✓ valid | a.http |");
  });

  it("tells of a single file that cannot be read, too", async () => {
    const { stdout, exitCode } = await verify({ "e.txt": "no request" }, ["--report", "junit"]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('errors="1"');
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const cwd = freshFolder();
    const interrupted = AbortSignal.abort();
    const ran = await verify({ "a.http": valid }, ["--report", "junit", "--output", "out.xml"], { cwd, interrupted });
    expect(ran.exitCode).toBe(130);
    expect(existsSync(join(cwd, "out.xml"))).toBe(false);
    expect(readdirSync(cwd).filter((name) => name.includes("tmp"))).toEqual([]);
  });
});
