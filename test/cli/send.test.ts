import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { certificate } from "../delivery/certificate.ts";
import { closedPort, rawServer } from "../delivery/raw-server.ts";
import { app, status, type Received } from "./app.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const secret = "whsec_only_for_tests";
const env = { TELEPATH_WEBHOOK_SECRET: secret };

async function onRecord(cwd: string): Promise<Delivery[]> {
  const history = await openHistory(join(cwd, ".telepath-hooks"));
  const deliveries = [...history.find({})];
  await history.close();
  return deliveries;
}

const signed = ({ body, headers }: Received) =>
  headers.find(([name]) => name === "X-Telepath-Signature")?.[1] ===
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

describe("send, when it fails", () => {
  it("exits 1 with the likely cause when nothing listens, and keeps the attempt", async () => {
    const port = await closedPort();
    const cwd = freshFolder();
    const ran = await run(["send", "call.ended", "--port", String(port)], { cwd, env });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("✗");
    expect(ran.stdout).toContain(`nothing listens on localhost:${port}: start your app`);
    expect(await onRecord(cwd)).toMatchObject([{ outcome: "failed", attempts: [{ failure: "refused" }] }]);
  });

  it.each([
    ["a 500", status(500), "http-500"],
    ["a redirect, which is not followed", status(302), "http-302"],
  ] as const)("exits 1 for %s", async (_what, respond, kind) => {
    const { url, received } = await app(respond);
    const ran = await run(["send", "call.ended", "--to", url, "--json"], { env });
    expect(ran.exitCode).toBe(1);
    expect(received).toHaveLength(1);
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ type: "summary", failed: 1, failures: { [kind]: 1 } });
  });

  it("exits 1 for an app that hangs, resets, or answers what is not HTTP", async () => {
    const hanging = await rawServer(() => {});
    const resetting = await rawServer((socket) => socket.resetAndDestroy());
    const babbling = await rawServer((socket) => socket.end("hello\r\n"));
    for (const [{ origin }, failure] of [
      [hanging, "timeout"],
      [resetting, "reset"],
      [babbling, "reset"],
    ] as const) {
      const ran = await run(["send", "call.ended", "--to", origin, "--timeout", "100ms", "--json"], { env });
      expect(ran.exitCode).toBe(1);
      expect(jsonLines(ran.stdout)).toMatchObject([
        { type: "delivery", outcome: "failed", attempts: [{ status: null, failure }] },
        { type: "summary", failed: 1, failures: { [failure]: 1 } },
      ]);
    }
  });

  it("exits 1 for an https app whose certificate nobody vouches for", async () => {
    const server = createHttps(certificate, (_request, response) => response.end()).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const to = `https://localhost:${(server.address() as AddressInfo).port}`;
    const ran = await run(["send", "call.ended", "--to", to], { env });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("is not trusted");
  });

  it.each([
    ["no type", ["send"], /send needs an event type as its argument/],
    ["a mistyped type", ["send", "call.endet"], /did you mean call.ended\?/],
    ["a path as a type", ["send", "../../etc/passwd"], /cannot be an event type/],
    ["__proto__", ["send", "__proto__"], /cannot be an event type/],
    ["a mistyped option", ["send", "call.ended", "--cuont", "3"], /did you mean --count\?/],
    ["--to and --port", ["send", "call.ended", "--to", "http://a", "--port", "1"], /both say where to send/],
    ["ftp", ["send", "call.ended", "--to", "ftp://host/"], /is not a URL to send to/],
    ["an empty --count", ["send", "call.ended", "--count", "0"], /must be 1 or more/],
    ["a timeout of nothing", ["send", "call.ended", "--timeout", "0s"], /--timeout: it must be more than 0/],
    ["a header of the connection", ["send", "call.ended", "--header", "transfer-encoding: x"], /belongs to the conn/],
    ["--as alone", ["send", "call.ended", "--as", "curl"], /add --dry-run/],
    ["an expectation that is none", ["send", "call.ended", "--expect", "ok"], /not a list of statuses/],
    ["a reason where none is", ["send", "call.started", "--reason", "x"], /has no reason/],
    ["--data with --set", ["send", "--data", "package.json", "--set", "a=1"], /--set has nothing to change/],
    ["absent --data", ["send", "--data", "absent.json"], /does not exist/],
    ["a folder as --data", ["send", "--data", "."], /is a folder/],
    ["--data for several types", ["send", "call.ended", "call.started", "--data", "package.json"], /one body/],
  ])("exits 2 and sends nothing for %s", async (_what, argv, message) => {
    const ran = await run(argv, { env });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
  });

  it("refuses credentials in the URL without repeating them", async () => {
    const ran = await run(["send", "call.ended", "--to", "http://user:hunter2@localhost/", "--json"], { env });
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout + ran.stderr).not.toContain("hunter2");
    expect(jsonLines(ran.stdout)).toMatchObject([{ type: "error", code: "INVALID_TARGET" }]);
  });
});

describe("send", () => {
  it("sends one signed event whose head is written as Telepath's, and keeps it", async () => {
    const cwd = freshFolder();
    const target = await app();
    const ran = await run(["send", "call.ended", "--to", `${target.url}/hooks?a=b`, "--json"], { cwd, env });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    const [request] = target.received as [Received];
    expect(request).toMatchObject({ method: "POST", url: "/hooks?a=b" });
    expect(signed(request)).toBe(true);
    expect(request.headers).toEqual([
      ["Host", `127.0.0.1:${target.port}`],
      ["Content-Type", "application/json"],
      ["User-Agent", expect.stringMatching(/^telepath-hooks\/\d/)],
      ["X-Telepath-Signature", expect.stringMatching(/^sha256=[0-9a-f]{64}$/)],
      ["Content-Length", String(request.body.length)],
    ]);

    const event = JSON.parse(request.body.toString()) as Record<string, unknown>;
    const [delivery] = (await onRecord(cwd)) as [Delivery];
    expect(Buffer.from(delivery.body).equals(request.body)).toBe(true);
    expect(delivery).toMatchObject({
      source: "send",
      event: "call.ended",
      callId: event["call_id"],
      headers: request.headers,
      outcome: "delivered",
      signature: { verdict: "valid", secret: "TELEPATH_WEBHOOK_SECRET" },
    });
    expect(jsonLines(ran.stdout)).toEqual([
      expect.objectContaining({
        type: "delivery",
        id: delivery.id,
        source: "send",
        event: "call.ended",
        callId: event["call_id"],
        method: "POST",
        target: "/hooks?a=b",
        bytes: request.body.length,
        outcome: "delivered",
        attempts: [expect.objectContaining({ number: 1, status: 200, failure: null, message: null })],
      }),
      {
        type: "summary",
        deliveries: 1,
        delivered: 1,
        failed: 0,
        attempts: 1,
        durationMs: expect.any(Number),
        perSecond: expect.any(Number),
        latencyMs: {
          p50: expect.any(Number),
          p90: expect.any(Number),
          p99: expect.any(Number),
          max: expect.any(Number),
        },
        failures: {},
      },
    ]);
  });

  it("draws a line for people, and needs nothing set up", async () => {
    const target = await app();
    const cwd = freshFolder();
    const ran = await run(["send", "call_ended", "--to", target.url, "--set", "call_id=call_x"], { cwd });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/^\d\d:\d\d:\d\d ✓ call\.ended +call_x +valid +200 .+ms  [0-9A-Z]{6}\n$/);
    expect(ran.stderr).toContain("made a development secret");
    const development = (await run(["secret"], { cwd })).stdout.trim();
    expect(ran.stdout + ran.stderr).not.toContain(development);
  });

  it("makes one call of several types, and fresh calls with --count", async () => {
    const target = await app();
    const types = ["call.started", "agent.connected", "call.ended"];
    await run(["send", ...types, "--count", "2", "--to", target.url], { env });
    const events = target.received.map(({ body }) => JSON.parse(body.toString()) as Record<string, string>);
    expect(events.map(({ event }) => event)).toEqual([...types, ...types]);
    const ids = events.map((event) => event["call_id"]);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(new Set(ids).size).toBe(2);
    const times = events.slice(0, 3).map((event) => Date.parse(event["timestamp"] ?? ""));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(target.received.every(signed)).toBe(true);
  });

  it("changes the payload in the order of the options", async () => {
    const target = await app();
    const changes = [
      "--set",
      "duration_seconds=1",
      "--set-json",
      'metrics={"a":1}',
      "--set",
      "metrics.a=2",
      "--unset",
      "reason",
    ];
    await run(["send", "call.ended", ...changes, "--call-id", "call_mine", "--to", target.url], { env });
    const [request] = target.received as [Received];
    const event = JSON.parse(request.body.toString()) as object;
    expect(event).toMatchObject({ call_id: "call_mine", duration_seconds: 1, metrics: { a: 2 } });
    expect(event).not.toHaveProperty("reason");
    expect(signed(request)).toBe(true);
  });

  it("sends the revision asked for, or the configured one", async () => {
    const target = await app();
    const files = { "telepath-hooks.config.json": `{"revision":"2026-03","port":${target.port},"path":"/in"}` };
    const cwd = freshFolder(files);
    const ran = await run(["send", "call.ended", "--reason", "caller_hangup"], { cwd, env });
    expect(ran.stderr).toBe(`sending to http://localhost:${target.port}/in (the configuration says so)\n`);
    await run(["send", "call.ended", "--revision", "2024-03"], { cwd, env });
    const events = target.received.map(({ body }) => JSON.parse(body.toString()) as object);
    expect(events[0]).toMatchObject({ disconnect_reason: "caller_hangup" });
    expect(events[1]).toHaveProperty("reason");
    expect(target.received.map(({ url }) => url)).toEqual(["/in", "/in"]);
  });

  it("goes to what a running listen of this project forwards to", async () => {
    const target = await app();
    const note = {
      pid: process.pid,
      localUrl: "http://127.0.0.1:1",
      forwardTo: `${target.url}/app`,
      startedAt: Date.now(),
    };
    const files = { [`.telepath-hooks/listening-${process.pid}.json`]: JSON.stringify(note) };
    const ran = await run(["send", "call.ended"], { env, files });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain("the running listen forwards there");
    expect(target.received).toMatchObject([{ url: "/app" }]);
  });

  it("sends the bytes of --data as they are, from a file or standard input", async () => {
    const target = await app();
    const bytes = Buffer.from([0x7b, 0x20, 0xff, 0x00, 0x0d, 0x0a]);
    await run(["send", "--data", "b.bin", "--to", target.url], { env, files: { "b.bin": bytes } });
    const named = await run(["send", "call.ended", "--data", "-", "--to", target.url], { env, stdin: bytes });
    expect(named).toMatchObject({ exitCode: 0, stderr: "note: the data names no event; it is sent as it is\n" });
    expect(target.received.map(({ body }) => body)).toEqual([bytes, bytes]);
    expect(target.received.every(signed)).toBe(true);
  });

  it("lets --header replace what it would send, the signature included, and judges what it sent", async () => {
    const target = await app();
    const headers = [
      "--header",
      "x-telepath-signature: sha256=00",
      "--header",
      "Host: a.example",
      "--header",
      "X-A: 1",
      "--header",
      "X-A: 2",
    ];
    const ran = await run(["send", "call.ended", ...headers, "--to", target.url, "--json"], { env });
    const [{ headers: got }] = target.received as [Received];
    expect(got.map(([name, value]) => `${name}: ${value}`)).toEqual([
      "Host: a.example",
      "Content-Type: application/json",
      expect.stringMatching("User-Agent"),
      "X-Telepath-Signature: sha256=00",
      "X-A: 1",
      "X-A: 2",
      expect.stringMatching("Content-Length"),
    ]);
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ signature: { verdict: "invalid" } });
  });

  it("is satisfied when the app refuses a tampered request as expected, and not when it takes it", async () => {
    const strict = await app((request, response) => status(signed(request) ? 200 : 401)(request, response));
    const naive = await app();
    for (const how of ["body", "signature", "no-signature", "wrong-secret", "wrong-prefix", "truncated"]) {
      const argv = ["send", "call.ended", "--tamper", how, "--expect", "401"];
      expect((await run([...argv, "--to", strict.url], { env })).exitCode).toBe(0);
      const taken = await run([...argv, "--to", naive.url], { env });
      expect(taken.exitCode).toBe(1);
      expect(taken.stdout).toContain("the app answered 200, and --expect wants 401");
    }
  });

  it("asks for the type on a terminal", async () => {
    const target = await app();
    const choose = (_question: string, choices: { name: string; value: unknown }[]) =>
      Promise.resolve(choices.find(({ name }) => name === "call.started")?.value as never);
    const ran = await run(["send", "--to", target.url, "--no-color"], { env, tty: true, prompts: { choose } });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain("call.started");
  });

  it("keeps no record with --no-history, and then gives no id", async () => {
    const target = await app();
    const cwd = freshFolder();
    const ran = await run(["send", "call.ended", "--no-history", "--to", target.url, "--json"], { cwd, env });
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ id: null, outcome: "delivered" });
    expect(await onRecord(cwd)).toEqual([]);
  });

  it("escapes what the app answers", async () => {
    const target = await app((_request, response) => {
      response.statusCode = 500;
      response.end("\u001b]0;owned\u0007 \u202e");
    });
    const ran = await run(["send", "call.ended", "--to", target.url], { env });
    expect(ran.stdout).toContain(String.raw`\x1b]0;owned\x07 <U+202E>`);
  });
});

describe("send, many at once", () => {
  it("delivers each event as often as asked, with the same bytes, and sums up", async () => {
    const target = await app((request, response, nth) => status(nth % 4 === 0 ? 503 : 200)(request, response));
    const many = ["--count", "10", "--duplicate", "2", "--concurrency", "5"];
    const ran = await run(["send", "call.ended", ...many, "--to", target.url, "--json"], { env });
    expect(ran.exitCode).toBe(1);
    const lines = jsonLines(ran.stdout);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatchObject({ deliveries: 20, delivered: 15, failed: 5, failures: { "http-503": 5 } });
    const bodies = target.received.map(({ body }) => body.toString());
    expect(new Set(bodies).size).toBe(10);
  });

  it("draws the summary instead of lines, a few failures, and progress on a terminal only", async () => {
    const target = await app(status(503));
    const argv = ["send", "call.ended", "--count", "60", "--concurrency", "10", "--to", target.url, "--no-color"];
    const piped = await run(argv, { env });
    expect(piped.stderr).toBe("");
    expect(piped.stdout.match(/✗/g)).toHaveLength(10);
    expect(piped.stdout).toContain("further failures are counted only");
    expect(piped.stdout).toMatch(/60 deliveries in .*: 0 delivered, 60 failed\n/);
    expect(piped.stdout).toContain("failures  http-503 60\n");
    const terminal = await run(argv, { env, tty: true });
    expect(terminal.stderr).toMatch(/\r\u001b\[K\d+ of 60  [\d,.]+ a second/);
  });

  it("stops at Ctrl-C: nothing new, a summary, 130", async () => {
    const stop = new AbortController();
    const target = await app((_request, response, nth) => {
      if (nth === 3) stop.abort();
      response.end();
    });
    const argv = ["send", "call.ended", "--count", "1000", "--to", target.url, "--json"];
    const ran = await run(argv, { env, interrupted: stop.signal });
    expect(ran.exitCode).toBe(130);
    expect(target.received).toHaveLength(3);
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ type: "summary", deliveries: 3, delivered: 3 });
  });

  it("makes the same ids and times with the same --seed", async () => {
    const target = await app();
    const argv = ["send", "call.started", "call.ended", "--seed", "7", "--count", "3", "--to", target.url];
    await run(argv, { env });
    await run(argv, { env });
    const bodies = target.received.map(({ body }) => body.toString());
    expect(bodies.slice(6)).toEqual(bodies.slice(0, 6));
  });
});

describe("send --dry-run", () => {
  it("prints the request to the byte, and sends and records nothing", async () => {
    const cwd = freshFolder();
    const target = await app();
    const argv = ["send", "call.ended", "--seed", "1", "--to", `${target.url}/in`];
    const printed = await run([...argv, "--dry-run"], { cwd, env });
    expect(printed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(target.received).toEqual([]);
    expect(await onRecord(cwd)).toEqual([]);

    const raw = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    await run(["send", "call.ended", "--seed", "1", "--to", `${raw.origin}/in`], { env });
    const sent = raw.received().toString().replace(`127.0.0.1:${raw.port}`, `127.0.0.1:${target.port}`);
    expect(printed.stdout).toBe(sent);
  });

  it("prints a curl command, or JSON", async () => {
    const argv = ["send", "call.ended", "--to", "http://localhost:1/in", "--dry-run"];
    expect((await run([...argv, "--as", "curl"], { env })).stdout).toMatch(
      /^curl -X POST .*'http:\/\/localhost:1\/in'/,
    );
    const [object] = jsonLines((await run([...argv, "--json"], { env })).stdout);
    expect(object).toMatchObject({ method: "POST", target: "/in", url: "http://localhost:1/in" });
    expect((await run([...argv, "--json", "--as", "curl"], { env })).exitCode).toBe(2);
  });

  it("says what has no effect, since nothing is sent", async () => {
    const argv = ["send", "call.ended", "--dry-run"];
    const ran = await run([...argv, "--retry", "--rate", "5/s", "--speed", "2x", "--port", "1"], { env });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toBe("note: --dry-run sends nothing, so --retry, --speed, --rate have no effect\n");
    const one = await run([...argv, "--rate", "5/s", "--port", "1"], { env });
    expect(one.stderr).toBe("note: --dry-run sends nothing, so --rate has no effect\n");
  });

  it("prints so many and no more", async () => {
    const ran = await run(["send", "call.ended", "--dry-run", "--count", "1001"], { env });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("the secret", () => {
  it("is in no output and not in the history, whatever goes wrong", async () => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, "secret.txt"), `${secret}\n`, { mode: 0o600 });
    const target = await app(status(401));
    const given = ["--secret-file", "secret.txt", "--to", target.url];
    for (const more of [[], ["--json"], ["--dry-run"], ["--tamper", "wrong-secret"], ["--set", "="], ["--to", "x"]]) {
      const ran = await run(["send", "call.ended", ...given, ...more], { cwd });
      expect(ran.stdout + ran.stderr).not.toContain(secret);
    }
    expect(JSON.stringify(await onRecord(cwd))).not.toContain(secret);
  });
});
