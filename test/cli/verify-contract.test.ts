import { createHmac } from "node:crypto";
import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { jsonLines, run } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const event = {
  event: "call.ended",
  call_id: "call_abc123xyz",
  timestamp: "2024-03-01T10:00:00Z",
  duration_seconds: 47,
  reason: "normal_disconnect",
  metrics: { carrier_lag_ms: 1, ai_latency_ms: 2, gateway_processing_ms: 3 },
};

function http(payload: unknown, signed = payload): string {
  const [text, other] = [payload, signed].map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
  const signature = createHmac("sha256", secret).update(other!).digest("hex");
  return `POST /hooks HTTP/1.1\r\nX-Telepath-Signature: sha256=${signature}\r\n\r\n${text}`;
}

async function shown(payload: unknown, columns = 200): Promise<{ stdout: string; exitCode: number }> {
  return run(["verify", "a.http", "--no-color"], { env, files: { "a.http": http(payload) }, tty: true, columns });
}

/** As many files with the same payload. */
function copies(count: number, payload: (index: number) => unknown): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => `d/${String(index).padStart(4, "0")}.http`);
  return Object.fromEntries(names.map((name, index) => [name, http(payload(index))]));
}

describe("what the contract says of a payload", () => {
  it("is nothing where it fits", async () => {
    const { stdout } = await shown(event);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  it("is a table of members under a line that stays valid", async () => {
    const metrics = { ...event.metrics, ai_latency_ms: "2" };
    const { stdout, exitCode } = await shown({ ...event, timestamp: 1_709_287_200, reason: undefined, metrics });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^✓ valid {9}a\.http/);
    expect(stdout.split("\n").slice(1, 5)).toEqual([
      "    schema    3 problems for call.ended of revision 2024-03:",
      "              timestamp              expected an ISO 8601 time in UTC with seconds, received 1709287200",
      "              reason                 expected a string, but it is missing",
      '              metrics.ai_latency_ms  expected a number, received "2"',
    ]);
    expect(stdout).toContain(
      "hint      timestamp 1709287200 is not ISO 8601: it looks like Unix seconds, 2024-03-01T10:00",
    );
  });

  it.each([
    ["call.strated", 'event type "call.strated" is unknown; it looks like call.started'],
    ["invoice.paid", 'event type "invoice.paid" is unknown'],
  ])("is a hint where the event is %s", async (name, hint) => {
    const { stdout } = await shown({ event: name, timestamp: "2024-03-01 10:00:00" });
    expect(stdout).toContain(`    hint      ${hint}\n`);
    expect(stdout).toContain('timestamp "2024-03-01 10:00:00" is not ISO 8601: there is a space where "T" belongs');
    expect(stdout).not.toContain("schema");
  });

  it.each([40, 80, 200])("fits %d columns, aligned and escaped", async (columns) => {
    const { stdout } = await shown(
      {
        ...event,
        metrics: { carrier_lag_ms: "\u001b]0;x\u0007\u202e".repeat(9), [`\u009b${"m".repeat(90)}`]: 1 },
        agent_type: "y".repeat(200),
      },
      columns,
    );
    const rows = stdout.split("\n").slice(1);
    expect(rows.filter((line) => stringWidth(line) > columns)).toEqual([]);
    expect(rows.filter((line) => !/^ {4}(?:schema|hint) +\S|^ {14}|^$/.test(line))).toEqual([]);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("is of the bytes that were signed where the dump shows others", async () => {
    const text = JSON.stringify(event);
    const files = {
      "a.json": JSON.stringify({
        headers: { "x-telepath-signature": http(text).slice(44, 115) },
        body: Buffer.from(text).toString("base64"),
      }),
    };
    const { stdout } = await run(["verify", "a.json", "--json"], { env, files });
    expect(jsonLines(stdout)[0]).toMatchObject({ verdict: "valid", schema: { ok: true, fits: ["2024-03"] } });
  });

  it("is nothing for a request that is neither signed nor an event", async () => {
    const files = { "a.http": "POST /login HTTP/1.1\r\nHost: a.test\r\n\r\nname=x" };
    const { stdout } = await run(["verify", "a.http"], { env, files });
    expect(stdout).toContain("no signature header");
    expect(stdout).not.toContain("schema");
  });
});

describe("what the contract says of many payloads", () => {
  it("is shown three times and then counted", async () => {
    const files = copies(40, () => ({ ...event, reason: 5, shard: "a" }));
    const { stdout } = await run(["verify", "d"], { env, files });
    expect(stdout.match(/expected a string, received 5/g)).toHaveLength(3);
    expect(stdout.match(/hint {6}"shard"/g)).toHaveLength(3);
    expect(stdout.match(/is only counted from here on/g)).toHaveLength(1);
    expect(stdout).toMatch(/^40 {2}reason: expected a string$/m);
    expect(stdout).toMatch(/^40 {2}"shard" is not in the contract$/m);
  });

  it("does not flood the terminal when it differs every time", async () => {
    const unknown = (file: number) => Array.from({ length: 20 }, (_, index) => [`m${file}_${index}`, 1] as const);
    const files = copies(30, (file) => ({ ...event, ...Object.fromEntries(unknown(file)) }));
    const { stdout } = await run(["verify", "d"], { env, files });
    expect(stdout.match(/hint {6}"m/g)!.length).toBeLessThanOrEqual(100);
    expect(stdout).toContain("hint      and 12 more (--json lists them all)");
    expect(stdout).not.toContain("schema problem or hint");
  });

  it("is not looked for in more than five hundred, and a line says so", async () => {
    const lines = Array.from({ length: 1200 }, () => http({ ...event, reason: 5 }).replaceAll("\r\n", "\n"));
    const files = {
      "a.http": lines
        .join("\n")
        .replaceAll("\n\n{", `\nContent-Length: ${JSON.stringify({ ...event, reason: 5 }).length}\n\n{`),
    };
    const { stdout } = await run(["verify", "a.http"], { env, files });
    expect(stdout).toMatch(/^500 {2}reason: expected a string$/m);
    expect(stdout).toContain("500 payloads were compared with the contract; --json compares every one");
  });

  it("is one line of a Markdown report, with where", async () => {
    const files = copies(8, (index) => ({ ...event, reason: 5, ...(index === 7 ? { "<b>|": 1 } : {}) }));
    const { stdout } = await run(["verify", "d", "--report", "markdown"], { env, files });
    const [, below] = stdout.split("## Payloads and the contract\n\n");
    expect(below!.trimEnd().split("\n")).toEqual([
      "- reason: expected a string, received 5 (d/0000.http, d/0001.http, d/0002.http, d/0003.http, d/0004.http and 3 more)",
      "- &#34;&#60;b&#62;&#124;&#34; is not in the contract (d/0007.http)",
    ]);
  });

  it("is the output of a case in a JUnit report, and fails nothing", async () => {
    const files = {
      "a.http": http({ ...event, reason: 5 }),
      "b.http": http(event),
      "c.http": http({ ...event, reason: 5 }, "x"),
    };
    const { stdout, exitCode } = await run(["verify", ...Object.keys(files), "--report", "junit"], { env, files });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('tests="3" failures="1" errors="0"');
    expect(stdout.match(/<system-out>reason: expected a string, received 5<\/system-out>/g)).toHaveLength(2);
  });
});
