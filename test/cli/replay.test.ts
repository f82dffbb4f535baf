import { createHmac } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import type { Delivery, NewDelivery } from "../../src/model/delivery.ts";
import { answer, closedPort, rawServer } from "../delivery/raw-server.ts";
import { app, status, type Received } from "./app.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const env = { TELEPATH_WEBHOOK_SECRET: "whsec_only_for_tests" };
const signatureOf = (body: Uint8Array) =>
  `sha256=${createHmac("sha256", env.TELEPATH_WEBHOOK_SECRET).update(body).digest("hex")}`;

/** A request as a strange sender could have made it. */
const body = Buffer.from('{ "event":"call.ended",\r\n "call_id":"call_1", "duration_seconds": 1.0 }');
const received: NewDelivery = {
  source: "listen",
  method: "POST",
  target: "/hooks/a%2Fb?c=d",
  headers: [
    ["hOsT", "public.example"],
    ["X-A", "1"],
    ["Connection", "X-Telepath-Signature"],
    ["x-telepath-signature", signatureOf(body)],
    ["Content-length", "999"],
    ["X-A", "caf\u00c3\u00a9"],
  ],
  body,
  createdAt: Date.now() - 60_000,
  event: "call.ended",
  callId: "call_1",
  signature: { verdict: "unchecked", secret: null, diagnosis: null },
  outcome: "failed",
  replayOf: null,
  bodyState: "whole",
};

/** A project whose history holds these deliveries, each attempted once at `url` unless that is null. */
async function project(
  url: string | null,
  ...deliveries: Partial<NewDelivery>[]
): Promise<{ cwd: string; ids: string[] }> {
  const cwd = freshFolder();
  const history = await openHistory(join(cwd, ".telepath-hooks"));
  const ids: string[] = [];
  for (const [index, changes] of deliveries.entries()) {
    const delivery = { ...received, createdAt: received.createdAt + index, ...changes };
    const id = await history.record(delivery);
    ids.push(id);
    if (url === null) continue;
    const response = { status: delivery.outcome === "delivered" ? 200 : 500, headers: [], body: Buffer.alloc(0) };
    const attempt = {
      number: 1,
      startedAt: 1,
      durationMs: 1,
      url: url + delivery.target,
      response,
      failure: null,
      message: null,
    };
    await history.update(id, { attempt, outcome: delivery.outcome });
  }
  await history.close();
  return { cwd, ids };
}

async function onRecord(cwd: string, id: string): Promise<Delivery> {
  const history = await openHistory(join(cwd, ".telepath-hooks"));
  const delivery = history.get(id);
  await history.close();
  return delivery;
}

describe("replay, when it cannot", () => {
  it.each([
    ["nothing named", ["replay"], /an id, last, last-failed, a dump file, or a filter/],
    ["an unknown id", ["replay", "ABCD"], /no delivery has an id/],
    ["a part of an id that is too short", ["replay", "AB"], /too short/],
    ["an empty history", ["replay", "last"], /holds no delivery/],
    ["an absent dump", ["replay", "absent.har"], /does not exist/],
    ["a folder", ["replay", "./"], /is a folder/],
    ["what is no dump", ["replay", "package.json"], /no request/],
    ["names and filters", ["replay", "last", "--outcome", "failed"], /not both/],
    ["--data and --set", ["replay", "last", "--data", "package.json", "--set", "a=1"], /nothing to set/],
    ["standard input twice", ["replay", "-", "--data", "-"], /only once/],
    ["--to and --port", ["replay", "last", "--to", "http://a", "--port", "1"], /both say where/],
    ["--keep-timing, many at once", ["replay", "last", "--keep-timing", "--concurrency", "2"], /one after the other/],
    ["an outcome there is none of", ["replay", "--outcome", "fialed"], /outcome/],
  ])("exits 2 for %s", async (_what, argv, message) => {
    const ran = await run(argv, { env });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
  });

  it("exits 1 when the app still fails, and keeps the new attempt beside the old record", async () => {
    const port = await closedPort();
    const { cwd, ids } = await project(null, {});
    const ran = await run(["replay", "last", "--port", String(port), "--json"], { cwd, env });
    expect(ran.exitCode).toBe(1);
    const [delivery] = jsonLines<{ id: string }>(ran.stdout) as [{ id: string }];
    expect(delivery).toMatchObject({ outcome: "failed", replayOf: ids[0], attempts: [{ failure: "refused" }] });
    expect(await onRecord(cwd, ids[0] ?? "")).toMatchObject({ source: "listen", attempts: [] });
  });

  it.each(["too-large", "incomplete"] as const)(
    "refuses a body that is %s, and skips it among many",
    async (bodyState) => {
      const target = await app();
      const { cwd, ids } = await project(target.url, { bodyState, callId: "call_cut" }, {});
      const named = await run(["replay", ids[0] ?? "", "--resign"], { cwd, env });
      expect(named).toMatchObject({ exitCode: 2, stdout: "" });
      expect(named.stderr).toContain("cannot be replayed as it was");
      expect(target.received).toEqual([]);

      const many = await run(["replay", "--event", "call.*", "--json"], { cwd, env });
      expect(many.exitCode).toBe(0);
      expect(many.stderr).toContain(`skipped: ${ids[0]} cannot be replayed as it was`);
      expect(jsonLines(many.stdout)).toMatchObject([{ replayOf: ids[1] }, { type: "summary", deliveries: 1 }]);
    },
  );

  it("sends none of several names when one of them is wrong", async () => {
    const target = await app();
    const { cwd } = await project(target.url, {});
    expect((await run(["replay", "last", "ZZZZZZ"], { cwd, env })).exitCode).toBe(2);
    expect(target.received).toEqual([]);
  });
});

describe("replay", () => {
  it("sends the same bytes and headers, byte for byte, but for Host and framing", async () => {
    const server = await rawServer((socket) => socket.write(answer("200 OK")));
    const { cwd, ids } = await project(server.origin, {});
    const ran = await run(["replay", "last", "--json"], { cwd, env });
    expect(ran).toMatchObject({ exitCode: 0, stderr: `replaying to ${server.origin} (where it went before)\n` });
    expect(server.received().toString("latin1")).toBe(
      `POST /hooks/a%2Fb?c=d HTTP/1.1\r\nhOsT: 127.0.0.1:${server.port}\r\nX-A: 1\r\n` +
        `x-telepath-signature: ${signatureOf(body)}\r\nContent-length: ${body.length}\r\nX-A: caf\u00c3\u00a9\r\n\r\n` +
        body.toString("latin1"),
    );
    const [object] = jsonLines<{ id: string }>(ran.stdout) as [{ id: string }];
    expect(object).toMatchObject({
      type: "delivery",
      source: "replay",
      event: "call.ended",
      callId: "call_1",
      replayOf: ids[0],
      signature: { verdict: "valid", secret: "TELEPATH_WEBHOOK_SECRET" },
      outcome: "delivered",
      verdict: "fixed",
    });
    expect(await onRecord(cwd, object.id)).toMatchObject({ source: "replay", replayOf: ids[0], body });
    expect(await onRecord(cwd, ids[0] ?? "")).toMatchObject({ outcome: "failed", source: "listen" });
  });

  it.each([
    ["failed", 200, "fixed", 0],
    ["failed", 503, "still failing", 1],
    ["delivered", 503, "regressed", 1],
    ["delivered", 204, "same", 0],
  ] as const)("of one that %s, answered %i now, says %s", async (outcome, code, verdict, exitCode) => {
    const target = await app(status(code));
    const { cwd } = await project(target.url, { outcome });
    const ran = await run(["replay", "last"], { cwd, env });
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stdout.split("\n")[0]).toMatch(new RegExp(`  ${verdict}$`));
  });

  it("compares nothing when there was no attempt", async () => {
    const target = await app();
    const { cwd } = await project(null, { outcome: "captured" });
    const ran = await run(["replay", "last", "--to", target.url, "--json"], { cwd, env });
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ verdict: null });
  });

  it("says fixed under --expect when the app refuses as it should", async () => {
    const target = await app(status(401));
    const { cwd } = await project(target.url, {});
    const ran = await run(["replay", "last", "--expect", "401", "--json"], { cwd, env });
    expect(ran.exitCode).toBe(0);
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ verdict: "fixed" });
  });

  it("takes a changed body and signs it anew, and says so", async () => {
    const target = await app();
    const { cwd } = await project(target.url, {});
    const changes = ["--set", "duration_seconds=7", "--set", "call_id=call_2", "--unset", "event"];
    const ran = await run(["replay", "last", ...changes, "--json"], { cwd, env });
    expect(ran.stderr).toContain("the body is changed, so it is signed anew with TELEPATH_WEBHOOK_SECRET\n");
    const [request] = target.received as [Received];
    expect(request.body.toString()).toBe('{ "call_id":"call_2", "duration_seconds": 7 }');
    expect(request.headers).toContainEqual(["x-telepath-signature", signatureOf(request.body)]);
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ event: null, callId: "call_2", signature: { verdict: "valid" } });
  });

  it("takes another body with --data, and signs anew unchanged with --resign", async () => {
    const target = await app();
    const { cwd } = await project(target.url, { headers: [["x-telepath-signature", "sha256=00"]] });
    const data = Buffer.from([1, 255]);
    await run(["replay", "last", "--data", "-"], { cwd, env, stdin: data });
    const ran = await run(["replay", "--source", "listen", "--resign"], { cwd, env });
    expect(ran.stderr).toContain("signed anew with TELEPATH_WEBHOOK_SECRET\n");
    const sent = target.received.map((request) => [
      request.body,
      request.headers.find(([name]) => name.startsWith("x-tele"))?.[1],
    ]);
    expect(sent).toEqual([
      [data, signatureOf(data)],
      [body, signatureOf(body)],
    ]);
  });

  it("replays what a filter matches, oldest first, and not what it records meanwhile", async () => {
    const target = await app(status(500));
    const { cwd, ids } = await project(target.url, {}, { outcome: "delivered" }, {}, {});
    const ran = await run(["replay", "--outcome", "failed", "--json"], { cwd, env });
    const lines = jsonLines(ran.stdout);
    expect(lines.map(({ replayOf }) => replayOf)).toEqual([ids[0], ids[2], ids[3], undefined]);
    expect(lines.at(-1)).toMatchObject({ type: "summary", deliveries: 3, failures: { "http-500": 3 } });
    const none = await run(["replay", "--call", "call_none"], { cwd, env });
    expect(none).toMatchObject({ exitCode: 0, stdout: "", stderr: "no delivery matches\n" });
  });

  it("keeps the time between them with --keep-timing, shortened by --speed", async () => {
    const target = await app();
    const begin = Date.now() - 60_000;
    const { cwd } = await project(null, { createdAt: begin }, { createdAt: begin + 200 }, { createdAt: begin + 3000 });
    const argv = ["replay", "--source", "listen", "--keep-timing", "--to", target.url, "--json"];
    const ran = await run([...argv, "--speed", "10x"], { cwd, env });
    const started = jsonLines<{ attempts: { startedAt: string }[] }>(ran.stdout)
      .slice(0, 3)
      .map(({ attempts }) => Date.parse(attempts[0]!.startedAt));
    expect(started[1]! - started[0]!).toBeGreaterThanOrEqual(15);
    expect(started[2]! - started[0]!).toBeGreaterThanOrEqual(290);
    expect(await run([...argv, "--speed", "max"], { cwd, env })).toMatchObject({ exitCode: 0 });
    expect(target.received).toHaveLength(6);
  });

  it("replays last-failed, and several by name in the order named", async () => {
    const target = await app();
    const { cwd, ids } = await project(target.url, {}, { outcome: "delivered" });
    const [first = "", second = ""] = ids;
    const ran = await run(["replay", "last-failed", second, first.slice(-10), "--json"], { cwd, env });
    expect(jsonLines(ran.stdout).map(({ replayOf }) => replayOf)).toEqual([first, second, first, undefined]);
  });

  it("prints instead of sending with --dry-run", async () => {
    const target = await app();
    const { cwd } = await project(target.url, {});
    const ran = await run(["replay", "last", "--dry-run", "--as", "curl"], { cwd, env });
    expect(ran.stdout).toMatch(/^printf .* \| curl -X POST/);
    expect(target.received).toEqual([]);
    const after = await run(["replay", "--source", "replay"], { cwd, env });
    expect(after.stderr).toContain("no delivery matches");
  });

  it("keeps no record with --no-history", async () => {
    const target = await app();
    const { cwd, ids } = await project(target.url, {});
    const ran = await run(["replay", "last", "--no-history", "--json"], { cwd, env });
    expect(jsonLines(ran.stdout)[0]).toMatchObject({ id: null, replayOf: ids[0] });
    expect(await onRecord(cwd, "last")).toMatchObject({ id: ids[0] });
  });
});

describe("where a replay goes", () => {
  it.each([
    ["--to without a path: the original's", "", "/hooks/a%2Fb?c=d"],
    ["--to with a path: that", "/elsewhere?x=y", "/elsewhere?x=y"],
  ])("%s", async (_what, path, url) => {
    const target = await app();
    const { cwd } = await project("http://localhost:1", {});
    const ran = await run(["replay", "last", "--to", target.url + path], { cwd, env });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(target.received).toMatchObject([{ url }]);
  });

  it("what was received goes to the app of the running listen, with its path before the received one", async () => {
    const target = await app();
    const { cwd } = await project("http://localhost:1", {});
    const note = {
      pid: process.pid,
      localUrl: "http://127.0.0.1:1",
      forwardTo: `${target.url}/app`,
      startedAt: Date.now(),
    };
    const files = { [`.telepath-hooks/listening-${process.pid}.json`]: JSON.stringify(note) };
    const ran = await run(["replay", "last"], { cwd, env, files });
    expect(ran.stderr).toContain("the running listen forwards there");
    expect(target.received).toMatchObject([{ url: "/app/hooks/a%2Fb?c=d" }]);
  });

  it("what was sent goes where it was sent, even so", async () => {
    const [target, other] = [await app(), await app()];
    const { cwd } = await project(target.url, { source: "send" });
    const note = { pid: process.pid, localUrl: "http://127.0.0.1:1", forwardTo: other.url, startedAt: Date.now() };
    const files = { [`.telepath-hooks/listening-${process.pid}.json`]: JSON.stringify(note) };
    await run(["replay", "last"], { cwd, env, files });
    expect(target.received).toHaveLength(1);
    expect(other.received).toEqual([]);
  });

  it("what was only kept goes to the configured app", async () => {
    const target = await app();
    const { cwd } = await project(null, { outcome: "captured" });
    const files = { "telepath-hooks.config.json": `{"port":${target.port},"path":"/in"}` };
    await run(["replay", "last"], { cwd, env, files });
    expect(target.received).toMatchObject([{ url: "/in/hooks/a%2Fb?c=d" }]);
  });
});

describe("replay of dumps", () => {
  const head = `POST /from/dump HTTP/1.1\r\nHost: public.example\r\nX-Telepath-Signature: ${signatureOf(body)}\r\n`;
  const dump = Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);

  it("sends what a file holds, to the byte", async () => {
    const target = await app();
    const ran = await run(["replay", "request.http", "--to", target.url, "--json"], {
      env,
      files: { "request.http": dump },
    });
    expect(ran.exitCode).toBe(0);
    const [request] = target.received as [Received];
    expect(request).toMatchObject({ method: "POST", url: "/from/dump", body });
    expect(request.headers).toContainEqual(["Host", `127.0.0.1:${target.port}`]);
    expect(jsonLines(ran.stdout)[0]).toMatchObject({
      source: "replay",
      replayOf: null,
      verdict: null,
      event: "call.ended",
      signature: { verdict: "valid" },
    });
  });

  it("reads standard input", async () => {
    const target = await app();
    expect((await run(["replay", "-", "--to", target.url], { env, stdin: dump })).exitCode).toBe(0);
    expect(target.received).toMatchObject([{ body }]);
  });

  it("refuses a body that is not the one that was sent, unless it is signed anew", async () => {
    const target = await app();
    const parsed = {
      method: "POST",
      url: "/x",
      headers: { "x-telepath-signature": signatureOf(body) },
      body: { event: "call.ended" },
    };
    const files = { "parsed.json": JSON.stringify(parsed) };
    const refused = await run(["replay", "parsed.json", "--to", target.url], { env, files });
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toMatch(/cannot be replayed as it was: its body .*\n  --resign/);
    const resigned = await run(["replay", "parsed.json", "--to", target.url, "--resign"], { env, files });
    expect(resigned.exitCode).toBe(0);
    const [request] = target.received as [Received];
    expect(request.headers.map(([, value]) => value)).toContain(signatureOf(request.body));
  });
});
