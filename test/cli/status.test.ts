import { describe, expect, it } from "vitest";
import { attempt, projectWith, type Recorded } from "./recorded.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const now = Date.parse("2026-03-02T12:00:00Z");
const ago = (minutes: number): number => now - minutes * 60_000;
const url = "http://localhost:3000/webhooks";

function delivered(minutes: number, durationMs = 10, changes: Recorded = {}): Recorded {
  return { createdAt: ago(minutes), attempts: [attempt({ durationMs, url })], ...changes };
}

function failed(minutes: number, status: number | null, changes: Recorded = {}): Recorded {
  const response = status === null ? null : { status, headers: [], body: Buffer.from("no") };
  const last = attempt({ response, failure: status === null ? "refused" : null, url, durationMs: 50 });
  return { createdAt: ago(minutes), outcome: "failed", attempts: [last], ...changes };
}

async function status(argv: string[], ...deliveries: Recorded[]) {
  const { cwd } = await projectWith(...deliveries);
  return await run(["status", ...argv], { cwd, now: () => now });
}

describe("telepath-hooks status", () => {
  it.each([
    [["--since", "yesterday"], "neither"],
    [["--outcome", "bad"], "delivered, failed, pending, captured"],
    [["last"], "too many arguments"],
  ])("refuses %j", async (argv, message) => {
    const { exitCode, stdout, stderr } = await run(["status", ...argv]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says why there is nothing to tell", async () => {
    expect((await run(["status"])).stderr).toContain("nothing on record yet");
    expect((await status([], delivered(3000))).stderr).toContain("nothing in the last 24 hours; --since 30d");
    expect((await status(["--event", "x"], delivered(1))).stderr).toBe("no delivery matches\n");
    const empty = await run(["status", "--json"], { cwd: freshFolder(), now: () => now });
    expect(jsonLines(empty.stdout)).toMatchObject([
      { type: "summary", deliveries: 0, successRate: null, latencyMs: { average: null, p50: null }, buckets: [] },
    ]);
  });

  it("ends with 130 on Ctrl-C", async () => {
    const { cwd } = await projectWith(delivered(1));
    const ran = await run(["status"], { cwd, now: () => now, interrupted: AbortSignal.abort() });
    expect(ran).toMatchObject({ exitCode: 130, stdout: "" });
  });

  it("has a line for each endpoint that says how it is", async () => {
    const other = (path: string) => ({ attempts: [attempt({ url: `http://localhost:3001/${path}` })] });
    const { exitCode, stdout } = await status(
      [],
      failed(50, null, { attempts: [attempt({ response: null, failure: "refused", url: "http://a.test/" })] }),
      failed(40, 503),
      failed(30, null),
      delivered(20),
      delivered(10, 10, other("x?token=secret")),
      delivered(9, 10, other("x?token=other")),
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "⚠️  http://localhost:3000/webhooks\n   some failed: 2 of 3 (http-503, refused), the newest 30 min ago\n",
    );
    expect(stdout).toContain(
      "❌ http://a.test/\n   unreachable: no answer to the newest, 50 min ago; 1 of 1 failed (refused)\n",
    );
    expect(stdout).toContain("✅ http://localhost:3001/x\n   all recent events delivered (2)\n");
    expect(stdout).not.toContain("token");
  });

  it("adds up what was sent, how fast, and what failed, in JSON", async () => {
    const retried: Recorded = failed(5, 500, {
      outcome: "delivered",
      attempts: [attempt({ response: null, failure: "timeout" }), attempt({ number: 2, durationMs: 30, url })],
    });
    const { stdout } = await status(
      ["--json"],
      delivered(3000),
      delivered(60, 10),
      delivered(50, 20),
      retried,
      failed(4, 503, { event: "call.started" }),
      { createdAt: ago(3), outcome: "captured", event: null },
      { createdAt: ago(2), outcome: "failed", bodyState: "too-large" },
      { createdAt: ago(1), outcome: "pending", event: "call.started" },
    );
    const [endpoint, summary, ...more] = jsonLines(stdout);
    expect(more).toEqual([]);
    expect(endpoint).toEqual({
      type: "endpoint",
      url,
      state: "failing",
      deliveries: 4,
      delivered: 3,
      failed: 1,
      failures: { "http-503": 1 },
      lastFailedAt: new Date(ago(4)).toISOString(),
    });
    expect(summary).toMatchObject({
      type: "summary",
      since: new Date(ago(24 * 60)).toISOString(),
      until: new Date(now).toISOString(),
      deliveries: 7,
      delivered: 3,
      failed: 2,
      pending: 1,
      captured: 1,
      attempts: 5,
      successRate: 0.6,
      latencyMs: { average: 27.5, max: 50 },
      failures: { "http-503": 1, "not-forwarded": 1 },
      events: [
        { event: "call.ended", deliveries: 4, delivered: 3, failed: 1 },
        { event: "call.started", deliveries: 2, delivered: 0, failed: 1 },
        { event: null, deliveries: 1 },
      ],
    });
  });

  it("draws a chart over time that fits 80 columns, with what failed", async () => {
    const many = Array.from({ length: 30 }, (_, index) => delivered(index));
    const { stdout } = await status(["--since", "2h"], delivered(100), failed(60, 503), ...many);
    const lines = stdout.split("\n");
    const at = lines.findIndex((line) => line.startsWith("deliveries"));
    expect(lines[at]).toMatch(/^deliveries {5}▂ +▂ +▇█{5}▂ most 5 in 5 min$/u);
    expect(lines[at + 1]).toMatch(/^failed {9} +▂ +$/u);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^success rate {3}96\.9 %$/m);
  });

  it("takes all filters, those that read the payload included", async () => {
    const seconds = (n: number): Recorded =>
      delivered(n, n, { body: Buffer.from(JSON.stringify({ event: "call.ended", duration_seconds: n })) });
    const counts = async (...argv: string[]) =>
      jsonLines((await status(["--json", ...argv], seconds(1), seconds(2), seconds(3), failed(9, 500))).stdout).at(-1);
    expect(await counts("--where", "duration_seconds>1")).toMatchObject({ deliveries: 2, latencyMs: { average: 2.5 } });
    expect(await counts("--limit", "1")).toMatchObject({ deliveries: 1, latencyMs: { average: 1 } });
    expect(await counts("--outcome", "failed")).toMatchObject({ deliveries: 1, successRate: 0 });
    expect(await counts("--until", "3m")).toMatchObject({ deliveries: 2 });
  });

  it("never says 100 % while one failed, and shows control characters instead of obeying them", async () => {
    const many = Array.from({ length: 1500 }, () => delivered(1, 10, { attempts: [] }));
    const event = "x\u001b[2J";
    const { stdout } = await status([], ...many, failed(1, 500, { event }));
    expect(stdout).toMatch(/^success rate {3}99\.9 %$/m);
    expect(stdout).toContain("x\\x1b[2J");
    expect(stdout).not.toContain("\u001b");
  });
});
