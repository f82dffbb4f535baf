import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openDatabase } from "../../src/history/driver.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import { newHolder } from "../../src/cli/requests/retry-holder.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { closedPort } from "../delivery/raw-server.ts";
import { app, status, type App, type Received } from "./app.ts";
import { freshFolder, jsonLines, run, type Ran } from "./run.ts";

const env = { TELEPATH_WEBHOOK_SECRET: "whsec_only_for_tests" };
const schedule = [5_000, 30_000, 300_000, 1_800_000, 7_200_000];

async function onRecord(cwd: string): Promise<Delivery[]> {
  const history = await openHistory(join(cwd, ".telepath-hooks"));
  const deliveries = [...history.find({})];
  await history.close();
  return deliveries;
}

/** Resolves with the only delivery on record, once that many of its attempts are. */
async function recorded(cwd: string, attempts: number): Promise<Delivery> {
  const history = await openHistory(join(cwd, ".telepath-hooks"));
  const only = (): Delivery | undefined => [...history.find({})][0];
  await until(() => (only()?.attempts.length ?? -1) >= attempts);
  const delivery = only()!;
  await history.close();
  return delivery;
}

/** Lets sockets and the disk do what they do until something holds; the clock of the test stands still meanwhile. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

/** Answers in turn; 200 once there are none left. */
const answers = (...codes: number[]) =>
  app((_request, response, nth) => {
    response.statusCode = codes[nth - 1] ?? 200;
    if (response.statusCode === 302) response.setHeader("Location", "/elsewhere");
    response.end();
  });

interface Running {
  ran: Promise<Ran>;
  /** What it said so far. */
  said: () => string;
  /** Resolves once it has said so many lines with these words. */
  says: (words: string | RegExp, times?: number) => Promise<void>;
}

function start(argv: readonly string[], around: Parameters<typeof run>[1] = {}): Running {
  let said = "";
  const ran = run(argv, { env, ...around, onStdout: (text) => (said += text) });
  let isOver = false;
  void ran.finally(() => (isOver = true));
  const count = (words: string | RegExp): number => said.split("\n").filter((line) => line.match(words)).length;
  return {
    ran,
    said: () => said,
    says: async (words, times = 1) => {
      await until(() => count(words) >= times || isOver);
      expect(count(words)).toBe(times);
    },
  };
}

describe("with a clock of the test's own", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: Date.UTC(2026, 0, 1) });
  });
  afterEach(() => void vi.useRealTimers());

  async function followsSchedule(target: App, running: Running, delays: readonly number[]): Promise<void> {
    for (const [at, delayMs] of delays.entries()) {
      await running.says(/ attempt \d of \d /, at + 1);
      expect(target.received).toHaveLength(at + 1);
      await vi.advanceTimersByTimeAsync(delayMs - 1);
      await new Promise(setImmediate);
      expect(target.received).toHaveLength(at + 1);
      await vi.advanceTimersByTimeAsync(1);
      await until(() => target.received.length === at + 2);
    }
  }

  it("send --retry keeps to Telepath's schedule, makes six attempts, and gives up", async () => {
    const target = await answers(500, 302, 404, 204 + 99, 503, 500);
    const cwd = freshFolder();
    const running = start(["send", "call.ended", "--to", target.url, "--retry"], { cwd });
    await followsSchedule(target, running, schedule);
    const ran = await running.ran;
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("given up after 6 attempts");
    expect(target.received).toHaveLength(6);

    const [delivery] = (await onRecord(cwd)) as [Delivery];
    expect(delivery).toMatchObject({ outcome: "failed", source: "send" });
    const begun = delivery.attempts.map(({ startedAt }) => startedAt - delivery.createdAt);
    expect(begun).toEqual([0, 5_000, 35_000, 335_000, 2_135_000, 9_335_000]);
    expect(delivery.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("sends the same bytes with the same signature each time, and stops once it is taken", async () => {
    const target = await answers(503, 429);
    const cwd = freshFolder();
    const running = start(["send", "call.ended", "--to", target.url, "--retry", "--json"], { cwd });
    await until(() => target.received.length === 1);
    const [first] = target.received as [Received];
    const once = await recorded(cwd, 1); // as it happens
    expect(once).toMatchObject({ outcome: "pending", attempts: [{ response: { status: 503 } }] });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await recorded(cwd, 2)).toMatchObject({ outcome: "pending" });
    await vi.advanceTimersByTimeAsync(30_000);
    const ran = await running.ran;
    expect(ran.exitCode).toBe(0);
    for (const request of target.received) expect(request).toEqual(first);
    expect(jsonLines(ran.stdout)).toMatchObject([
      { type: "delivery", outcome: "delivered", attempts: [{ status: 503 }, { status: 429 }, { status: 200 }] },
      { type: "summary", deliveries: 1, delivered: 1, failed: 0, pending: 0, attempts: 3 },
    ]);
  });

  it("takes no answer within 30 s for a failure, and counts from there", async () => {
    const target = await app((_request, response, nth) => void (nth > 1 && response.end()));
    const running = start(["send", "call.ended", "--to", target.url, "--retry"]);
    await until(() => target.received.length === 1);
    await vi.advanceTimersByTimeAsync(29_999);
    await new Promise(setImmediate);
    expect(running.said()).toBe("");
    await vi.advanceTimersByTimeAsync(1);
    await running.says(/timeout .*attempt 2 of 6 in 5 s/);
    expect(running.said()).toContain("did not answer within 30 s");
    await vi.advanceTimersByTimeAsync(4_999);
    expect(target.received).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await until(() => target.received.length === 2);
    expect(await running.ran).toMatchObject({ exitCode: 0 });
  });

  it("keeps to a schedule of the user's own, at a speed", async () => {
    const target = await answers(500, 500, 500, 500);
    const argv = ["--retry-schedule", "10s,20s,1m", "--speed", "10x", "--to", target.url];
    const running = start(["send", "call.ended", ...argv]);
    await followsSchedule(target, running, [1000, 2000, 6000]);
    const ran = await running.ran;
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("given up after 4 attempts");
  });

  it("does not hold up the events of a call behind one that is tried again: they come out of order", async () => {
    const target = await answers(503);
    const at = (seconds: number, event: string) => ({ event, at: `${seconds}s` });
    const events = [at(0, "call.started"), at(2, "agent.connected"), at(9, "call.ended")];
    const cwd = freshFolder({ "mine.json": JSON.stringify({ description: "a call", events }) });
    const running = start(["send", "--scenario", "./mine.json", "--retry", "--to", target.url], { cwd });
    await running.says(/ attempt 2 of 6 /);
    for (const [seconds, count] of [
      [2, 2],
      [3, 3],
      [4, 4],
    ] as const) {
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      await until(() => target.received.length === count);
      await running.says("✓", count - 1);
    }
    expect(await running.ran).toMatchObject({ exitCode: 0 });
    const order = target.received.map(({ body }) => (JSON.parse(body.toString()) as { event: string }).event);
    expect(order).toEqual(["call.started", "agent.connected", "call.started", "call.ended"]);
  });

  it("tries again all that is due, though only one is under way at first and the app hangs", async () => {
    const target = await app((_request, response, nth) => void (nth <= 5 && response.writeHead(503).end()));
    const stop = new AbortController();
    const argv = ["send", "call.ended", "--count", "5", "--retry", "--to", target.url];
    const running = start(argv, { interrupted: stop.signal });
    await running.says(/ attempt 2 of 6 /, 5);
    await vi.advanceTimersByTimeAsync(5_000);
    await until(() => target.received.length === 10);
    stop.abort();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await running.ran).toMatchObject({ exitCode: 130 });
  });

  it("--rate bounds what is tried again, too", async () => {
    const target = await app((_request, response, nth) => void response.writeHead(nth <= 3 ? 503 : 200).end());
    const cwd = freshFolder();
    const stop = new AbortController();
    const argv = ["send", "call.ended", "--count", "3", "--retry", "--to", target.url];
    const running = start(argv, { cwd, interrupted: stop.signal });
    await running.says(/ attempt 2 of 6 /, 3);
    stop.abort();
    await running.ran;

    vi.setSystemTime(Date.now() + 3_600_000);
    const resumed = start(["send", "--resume", "--rate", "1/s"], { cwd }).ran;
    while (target.received.length < 6) {
      await vi.advanceTimersByTimeAsync(100);
      await new Promise(setImmediate);
    }
    const { exitCode, stderr } = await resumed;
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("--rate of");
    const begun = (await onRecord(cwd)).map(({ attempts }) => attempts[1]!.startedAt);
    expect(begun.map((at) => at - begun[0]!)).toEqual([0, 1000, 2000]);
  });

  it("lets others go on while some wait, with one under way at a time", async () => {
    const target = await app((request, response, nth) => {
      response.statusCode = nth === 2 ? 500 : 200;
      response.end();
    });
    const running = start(["send", "call.ended", "--count", "5", "--retry", "--to", target.url]);
    await until(() => target.received.length === 5);
    await running.says("✓", 4);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await running.ran).toMatchObject({ exitCode: 0 });
    expect(target.received[5]).toEqual(target.received[1]);
    expect(running.said()).toMatch(/5 deliveries .*5 delivered/);
  });
});

describe("with the clock of the machine", () => {
  it("makes the pauses of the schedule a thousand times shorter at --speed 1000x", async () => {
    const target = await answers(500, 500, 500, 500);
    const cwd = freshFolder();
    const argv = ["send", "call.ended", "--to", target.url, "--retry", "--speed", "1000x"];
    expect(await run(argv, { cwd, env })).toMatchObject({ exitCode: 0 });
    const [{ attempts }] = (await onRecord(cwd)) as [Delivery];
    const pauses = attempts
      .slice(1)
      .map(({ startedAt }, at) => startedAt - (attempts[at]!.startedAt + attempts[at]!.durationMs));
    expect(pauses).toHaveLength(4);
    // Not shorter; how much longer is the machine's affair.
    for (const [at, pause] of pauses.entries()) expect(pause).toBeGreaterThan(schedule[at]! / 1000 - 3);
    expect(pauses[3]!).toBeGreaterThan(pauses[0]! - 100);
  });

  it("does not wait at all at --speed max, keeps no record with --no-history, and is the same", async () => {
    const target = await answers(500, 500, 500, 500, 500);
    const cwd = freshFolder();
    const argv = ["send", "call.ended", "--to", target.url, "--retry", "--speed", "max", "--no-history", "--json"];
    const ran = await run(argv, { cwd, env });
    expect(ran.exitCode).toBe(0);
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ id: null, outcome: "delivered" });
    expect(jsonLines<{ attempts: unknown[] }>(ran.stdout)[0]!.attempts).toHaveLength(6);
    for (const request of target.received) expect(request).toEqual(target.received[0]);
  });

  it("is of use to replay as well, whose line says that it is fixed", async () => {
    const target = await answers(500, 500);
    const cwd = freshFolder();
    await run(["send", "call.ended", "--to", target.url], { cwd, env });
    const ran = await run(["replay", "last-failed", "--retry", "--speed", "max"], { cwd, env });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/attempt 2 {2}fixed/);
    expect(target.received).toHaveLength(3);
  });

  it("counts as wished what --expect names", async () => {
    const target = await answers(500, 401);
    const argv = ["--retry-schedule", "1ms", "--expect", "401", "--tamper", "signature", "--to", target.url];
    expect(await run(["send", "call.ended", ...argv], { env })).toMatchObject({ exitCode: 0 });
    expect(target.received).toHaveLength(2);
  });

  it("leaves the sample app with exactly the events of 500 calls, 20 at once, some refused at first", async () => {
    const handled: string[] = [];
    const sample = await sampleApp(({ call_id, event }) => handled.push(`${call_id} ${event}`));
    let refused = 0;
    const flaky = await app(async (request, response, nth) => {
      if (nth % 7 === 0) {
        refused += 1;
        response.writeHead(503).end();
        return;
      }
      const headers = request.headers.filter(([name]) => !/^(host|content-length)$/i.test(name)) as [string, string][];
      const answer = await fetch(sample, { method: "POST", headers, body: new Uint8Array(request.body) });
      response.writeHead(answer.status).end();
    });
    const argv = ["--scenario", "duplicate-end", "--calls", "500", "--concurrency", "20", "--speed", "max", "--retry"];
    const ran = await run(["send", ...argv, "--no-history", "--to", flaky.url, "--json"], { env });
    const summary = { deliveries: 2500, delivered: 2500, failed: 0, attempts: 2500 + refused };
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject(summary);
    expect(refused).toBeGreaterThan(300);

    const calls = new Set(handled.map((key) => key.split(" ")[0]));
    expect(calls.size).toBe(500);
    const events = ["call.started", "agent.connected", "call.ended"];
    const expected = [...calls].flatMap((call) => events.map((event) => `${call} ${event}`));
    expect(handled.toSorted()).toEqual(expected.toSorted());
  }, 60_000);
});

/** The app of `examples`, with this work to do for each event; its URL. */
async function sampleApp(work: (event: { call_id: string; event: string }) => void): Promise<string> {
  vi.stubEnv("TELEPATH_WEBHOOK_SECRET", env.TELEPATH_WEBHOOK_SECRET);
  const path = new URL("../../examples/apps/node-http.js", import.meta.url).href;
  const { createApp } = (await import(path)) as { createApp: (work_: typeof work) => Server };
  vi.unstubAllEnvs();
  const server = createApp(work).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("Ctrl-C", () => {
  async function stopped(argv: readonly string[] = [], port?: number) {
    const cwd = freshFolder();
    const stop = new AbortController();
    const at = String(port ?? (await closedPort()));
    const ran = await run(["send", "call.ended", "--retry", "--port", at, ...argv], {
      cwd,
      env,
      interrupted: stop.signal,
      onStdout: () => stop.abort(),
    });
    return { cwd, ran, port: at };
  }

  it("says what is yet to be tried, when, and how to go on", async () => {
    const { ran, cwd } = await stopped();
    expect(ran.exitCode).toBe(130);
    expect(ran.stderr).toMatch(/1 delivery is yet to be tried again, the first in [45](\.\d)? s\n/);
    expect(ran.stderr).toContain("telepath-hooks send --resume goes on with them");
    expect(ran.stdout).toMatch(/… call\.ended .* refused .*attempt 2 of 6/);
    expect(await onRecord(cwd)).toMatchObject([{ outcome: "pending", attempts: [{ failure: "refused" }] }]);
  });

  it("says the same as objects", async () => {
    const target = await answers(500);
    const stop = new AbortController();
    const cwd = freshFolder();
    const running = run(["send", "call.ended", "--retry", "--to", target.url, "--json"], {
      cwd,
      env,
      interrupted: stop.signal,
    });
    await recorded(cwd, 1);
    stop.abort();
    const ran = await running;
    expect(ran.stderr).toMatch(/1 delivery is yet to be tried again, .*\n {2}telepath-hooks send --resume goes on/);
    expect(jsonLines(ran.stdout)).toMatchObject([
      { type: "delivery", outcome: "pending", nextAttemptAt: expect.stringMatching(/^\d{4}-.*Z$/) as string },
      { type: "summary", deliveries: 1, delivered: 0, failed: 0, pending: 1, attempts: 1 },
    ]);
  });

  it("has nothing to go on with when nothing is on record", async () => {
    const { ran } = await stopped(["--no-history"]);
    expect(ran.stderr).toContain("without a history nothing can go on with them");
  });

  it("does not count the attempt that it breaks off", async () => {
    const target = await app(() => {});
    const stop = new AbortController();
    const cwd = freshFolder();
    const running = run(["send", "call.ended", "--retry", "--to", target.url, "--json"], {
      cwd,
      env,
      interrupted: stop.signal,
    });
    await until(() => target.received.length === 1);
    stop.abort();
    const ran = await running;
    expect(ran.exitCode).toBe(130);
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ deliveries: 1, pending: 1, attempts: 0 });
    expect(await onRecord(cwd)).toMatchObject([{ outcome: "pending", attempts: [] }]);
  });
});

function renamed({ headers }: Received, host: string): Received["headers"] {
  return headers.map(([name, value]) => [name, name.toLowerCase() === "host" ? host : value]);
}

describe("send --resume", () => {
  /** A project in which so many were refused once and stopped. */
  async function left(count: number, respond: Parameters<typeof app>[0]) {
    const cwd = freshFolder();
    const stop = new AbortController();
    let phase: Parameters<typeof app>[0] = status(503);
    const target = await app((...args) => phase!(...args));
    let lines = 0;
    const ran = await run(["send", "call.ended", "--count", String(count), "--retry", "--to", target.url], {
      cwd,
      env,
      interrupted: stop.signal,
      onStdout: () => (lines += 1) === count && stop.abort(),
    });
    expect(ran.stderr).toContain(`telepath-hooks send --resume goes on`);
    const first = target.received.splice(0);
    phase = respond;
    return { cwd, target, first };
  }

  it("goes on where it was stopped: the same bytes, the next attempt", async () => {
    const { cwd, target, first } = await left(3, status(200));
    const ran = await run(["send", "--resume", "--speed", "max"], { cwd });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain(`going on with 3 deliveries to ${target.url}\n`);
    expect(ran.stderr).not.toContain("second time");
    expect(target.received).toEqual(first);
    expect(await onRecord(cwd)).toMatchObject(
      Array.from({ length: 3 }, () => ({ outcome: "delivered", attempts: [{ number: 1 }, { number: 2 }] })),
    );
    const again = await run(["send", "--resume"], { cwd });
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stderr).toContain("nothing is left to be tried again");
  });

  it("says where it sends, of many places the first", async () => {
    const cwd = freshFolder();
    const places: string[] = [];
    for (const _ of Array(5).keys()) {
      const target = await app((_request, response, nth) => response.writeHead(nth === 1 ? 503 : 200).end());
      places.push(target.url);
      const stop = new AbortController();
      const argv = ["send", "call.ended", "--retry", "--to", target.url];
      await run(argv, { cwd, env, interrupted: stop.signal, onStdout: () => stop.abort() });
    }
    const ran = await run(["send", "--resume", "--speed", "max"], { cwd });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stderr).toContain(`going on with 5 deliveries to ${places.slice(0, 3).join(", ")} and 2 more places\n`);
  });

  it("gives up after the attempts that were left", async () => {
    const { cwd, target } = await left(1, status(500));
    const ran = await run(["send", "--resume", "--speed", "max", "--json"], { cwd });
    expect(ran.exitCode).toBe(1);
    expect(target.received).toHaveLength(5);
    expect(jsonLines(ran.stdout)).toMatchObject([
      { type: "delivery", outcome: "failed" },
      { type: "summary", failed: 1, attempts: 5 },
    ]);
  });

  it("passes over what is broken on record, and goes on with the rest", async () => {
    const { cwd, target } = await left(3, status(200));
    const database = await openDatabase(join(cwd, ".telepath-hooks", "history.db"));
    database.exec("UPDATE retries SET plan = 'nonsense' WHERE delivery = 1");
    database.exec("UPDATE retries SET plan = replace(plan, '2xx', 'fine') WHERE delivery = 2");
    database.close();
    const ran = await run(["send", "--resume", "--speed", "max"], { cwd });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stderr).toContain("does not say how to go on with 2 deliveries: passed over");
    expect(target.received).toHaveLength(1);
    expect((await run(["show", (await onRecord(cwd))[0]!.id], { cwd })).exitCode).toBe(0);
  });

  it("at another speed says so on record: each is as fast as was said last, and 1x is as in life", async () => {
    const { cwd } = await left(1, status(200));
    const history = await openHistory(join(cwd, ".telepath-hooks"));
    onTestFinished(() => history.close());
    const [{ id }] = [...history.find({})] as [Delivery];
    const { dueAt } = history.retryOf(id)!;
    let now = dueAt - 4000;
    const resumedAt = async (speed: string) => {
      const stop = new AbortController();
      stop.abort();
      await run(["send", "--resume", "--speed", speed], { cwd, now: () => now, interrupted: stop.signal });
      return history.retryOf(id);
    };
    expect(await resumedAt("2x")).toMatchObject({ dueAt: now + 2000, plan: { scale: 0.5, delaysMs: schedule } });
    expect(await resumedAt("4x")).toMatchObject({ dueAt: now + 1000, plan: { scale: 0.25, delaysMs: schedule } });
    now += 500;
    expect(await resumedAt("1x")).toMatchObject({ dueAt: now + 2000, plan: { scale: 1, delaysMs: schedule } });
  });

  it("sends to where the app has moved, at its path or another, and stays there when resumed again", async () => {
    const { cwd, target, first } = await left(1, status(503));
    const moved = await app(status(503));
    const { port, host } = new URL(moved.url);
    const stop = new AbortController();
    const ran = await run(["send", "--resume", "--port", port, "--speed", "max"], {
      cwd,
      interrupted: stop.signal,
      onStdout: () => stop.abort(),
    });
    expect(ran.stderr).toContain(`going on with 1 delivery to http://localhost:${port}`);
    const told = await run(["send", "--resume", "--speed", "max", "--json"], { cwd });
    expect(told.exitCode).toBe(1);
    expect(target.received).toHaveLength(0);
    expect(moved.received).toHaveLength(5);
    const [before] = first as [Received];
    for (const request of moved.received) {
      expect(request).toEqual({ ...before, headers: renamed(before, `localhost:${port}`) });
    }
    const [delivery] = await onRecord(cwd);
    expect(delivery!.attempts[1]!.url).toBe(`http://localhost:${port}${before.url}`);
    expect(delivery!.headers).toEqual(before.headers);

    const second = await left(1, status(503));
    const other = await app(status(200));
    await run(["send", "--resume", "--to", new URL("/other?a=1", other.url).href, "--speed", "max"], {
      cwd: second.cwd,
    });
    expect(other.received).toMatchObject([{ url: "/other?a=1", body: second.first[0]!.body }]);
    expect(host).not.toBe(new URL(target.url).host);
  });

  it.each([
    [[], 5],
    [["--concurrency", "2"], 2],
  ])("has as many under way as Telepath, or as many as is said: %j", async (argv, atOnce) => {
    const open: (() => void)[] = [];
    const { cwd, target } = await left(5, (_request, response) => void open.push(() => response.end()));
    const running = run(["send", "--resume", "--speed", "max", ...argv], { cwd });
    for (let sent = 0; sent < 5; sent += open.splice(0).length) {
      await until(() => open.length === Math.min(atOnce, 5 - sent));
      expect(target.received).toHaveLength(sent + open.length);
      for (const answer of open) answer();
    }
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  it("shares nothing with another that resumes at the same time", async () => {
    const { cwd, target } = await left(20, status(200));
    const both = await Promise.all([1, 2].map(() => run(["send", "--resume", "--speed", "max", "--json"], { cwd })));
    const settled = both.flatMap(({ stdout }) => jsonLines(stdout).filter(({ type }) => type === "delivery"));
    expect(settled).toHaveLength(20);
    expect(target.received).toHaveLength(20);
    const bodies = new Set(target.received.map(({ body }) => body.toString()));
    expect(bodies.size).toBe(20);
  });

  it("says which replay is fixed", async () => {
    const target = await answers(500, 500);
    const cwd = freshFolder();
    await run(["send", "call.ended", "--to", target.url], { cwd, env });
    const stop = new AbortController();
    await run(["replay", "last", "--retry"], { cwd, env, interrupted: stop.signal, onStdout: () => stop.abort() });
    const ran = await run(["send", "--resume", "--speed", "max", "--json"], { cwd });
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ source: "replay", outcome: "delivered", verdict: "fixed" });
  });

  it("gives way to another run that has taken over what it waited for", async () => {
    const { cwd, target } = await left(2, status(200));
    const running = run(["send", "--resume", "--json"], { cwd });
    const history = await openHistory(join(cwd, ".telepath-hooks"));
    onTestFinished(() => history.close());
    await until(() => history.retryHolders().some(({ holder }) => holder !== ""));
    await history.takeRetries(`4711 ${newHolder(Date.now()).split(" ").slice(1).join(" ")}`, () => false);
    const ran = await running;
    expect(ran.stderr).toContain("another run has taken it over (process 4711)");
    expect(target.received).toHaveLength(0);
    expect(await onRecord(cwd)).toMatchObject([{ outcome: "pending" }, { outcome: "pending" }]);
  }, 20_000);

  it("leaves what a run in another container has, until its times are long past", async () => {
    const { cwd, target } = await left(1, status(200));
    const history = await openHistory(join(cwd, ".telepath-hooks"));
    const [pid, mark, since, nonce] = newHolder(Date.now()).split(" ");
    await history.takeRetries([pid, mark, since, nonce, "pid:[1]", "devbox%1b"].join(" "), () => false);
    await history.close();
    const ran = await run(["send", "--resume"], { cwd });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.stderr).toMatch(
      /nothing is left .*\n {2}1 delivery belongs to a run elsewhere \(devbox\S+, process \d+\)/,
    );
    expect(ran.stderr).toMatch(/--resume takes over in (10 m|9 m \d+ s)/);
    expect(target.received).toHaveLength(0);
    const later = await run(["send", "--resume"], { cwd, now: () => Date.now() + 700_000 });
    expect(later).toMatchObject({ exitCode: 0 });
    expect(target.received).toHaveLength(1);
  });

  it("tells of what is not in the history any more, and goes on with the rest", async () => {
    const { cwd, target } = await left(2, status(200));
    const history = await openHistory(join(cwd, ".telepath-hooks"));
    onTestFinished(() => history.close());
    const running = run(["send", "--resume", "--json"], { cwd });
    await until(() => history.retryHolders().some(({ holder }) => holder !== ""));
    const database = await openDatabase(join(cwd, ".telepath-hooks", "history.db"));
    database.exec("DELETE FROM retries WHERE delivery = 1; DELETE FROM attempts WHERE delivery = 1");
    database.exec("DELETE FROM deliveries WHERE key = 1");
    database.close();
    const ran = await running;
    expect(ran.stderr).toContain("not in the history any more");
    expect(target.received).toHaveLength(1);
    expect(ran.exitCode).toBe(1);
  }, 20_000);
});

describe("what is yet to be tried", () => {
  it("is told by status: an endpoint that refused it has not delivered all", async () => {
    const target = await app(status(503));
    const cwd = freshFolder();
    const stop = new AbortController();
    const argv = ["send", "call.ended", "--retry", "--to", target.url];
    await run(argv, { cwd, env, interrupted: stop.signal, onStdout: () => stop.abort() });
    const text = (await run(["status"], { cwd })).stdout;
    expect(text).toMatch(/some failed: 0 of 1 \(http-503\), the newest just now; 1 to be tried again/);
    const json = jsonLines((await run(["status", "--json"], { cwd })).stdout);
    expect(json).toMatchObject([{ state: "failing", failed: 0, retrying: 1 }, { pending: 1 }]);
  });

  it("is shown with the time of its next attempt, and whether anything is there to make it", async () => {
    const target = await app(status(503));
    const cwd = freshFolder();
    const stop = new AbortController();
    const argv = ["send", "call.ended", "--retry-schedule", "1h,2h", "--to", target.url];
    const running = run(argv, { cwd, env, interrupted: stop.signal });
    await recorded(cwd, 1);
    expect((await run(["show", "last"], { cwd })).stdout).toMatch(/outcome +pending, attempt 2 of 3 in (1 h 0|59) m/);
    stop.abort();
    await running;
    const text = (await run(["show", "last"], { cwd })).stdout;
    expect(text).toContain("nothing is at work on it: telepath-hooks send --resume goes on");
    const [json] = jsonLines((await run(["show", "last", "--json"], { cwd })).stdout);
    expect(json).toMatchObject({ outcome: "pending", nextAttemptAt: expect.stringContaining("T") as string });
  });

  it("has a line for the first of many, and is counted after that", async () => {
    const target = await app(status(503));
    const argv = ["send", "call.ended", "--count", "60", "--retry-schedule", "0ms", "--to", target.url];
    const ran = await run([...argv, "--no-history", "--concurrency", "60"], { env });
    expect(ran.stdout.match(/ attempt 2 of 2 /g)).toHaveLength(10);
    expect(ran.stdout.match(/further attempts that fail are counted only\n/g)).toHaveLength(1);
    expect(ran.stdout.match(/given up after 2 attempts/g)).toHaveLength(10);
    expect(ran.stdout.match(/further failures are counted only\n/g)).toHaveLength(1);
    expect(ran.stdout).toMatch(/60 deliveries .*0 delivered, 60 failed/);
  });

  it("is not what was never begun, and Ctrl-C says how much that is", async () => {
    const target = await app(status(503));
    const stop = new AbortController();
    const argv = ["send", "call.ended", "--count", "40", "--retry", "--to", target.url];
    const ran = await run(argv, { env, interrupted: stop.signal, onStdout: () => stop.abort() });
    const [, notBegun] = /^stopped: (\d+) of 40 deliveries were not begun$/m.exec(ran.stderr) ?? [];
    expect(Number(notBegun)).toBe(40 - target.received.length);
  });
});

describe("what cannot be", () => {
  it.each([
    ["a schedule that is none", ["call.ended", "--retry-schedule", "5x,1s"], '"5x" is not a duration'],
    ["an empty part of one", ["call.ended", "--retry-schedule", "5s,,1m"], "is not a duration"],
    ["pauses of years", ["call.ended", "--retry-schedule", "5s,400d"], "at most 30d"],
    ["a speed for nothing", ["call.ended", "--speed", "10x"], "--speed goes with --scenario or --retry"],
    ["a rate that is none", ["call.ended", "--rate", "50"], "is not a rate such as 50/s"],
    ["a rate of nothing", ["call.ended", "--rate", "0/s"], "is not a rate"],
    ["types with --resume", ["call.ended", "--resume"], "the arguments name events"],
    ["--no-history with --resume", ["--resume", "--no-history"], "--no-history keeps none"],
    ["a place that is none with --resume", ["--resume", "--to", "ftp://app"], "is not a URL to send to"],
    ["--count with --resume", ["--resume", "--count", "5"], "--count has nothing to change"],
    ["--dry-run with --resume", ["--resume", "--dry-run"], "log --outcome pending lists it"],
    ["--shuffle of one body", ["--data", "-", "--shuffle"], "--shuffle has nothing to change"],
    ["--timeout with --resume", ["--resume", "--timeout", "5s"], "--timeout has nothing to change"],
  ])("exits 2 for %s", async (_what, argv, words) => {
    const ran = await run(["send", ...argv], { env });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain(words);
  });

  it("exits 2 for a speed of replay without --retry", async () => {
    const ran = await run(["replay", "last", "--speed", "10x"], { env });
    expect(ran.stderr).toContain("--speed goes with --keep-timing or --retry");
    expect(ran.exitCode).toBe(2);
  });
});
