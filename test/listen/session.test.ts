import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { runningListeners, takeEndedListeners } from "../../src/listen/announcement.ts";
import { forwardTarget } from "../../src/listen/forward-target.ts";
import { openDatabase } from "../../src/history/driver.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import type { NewDelivery } from "../../src/model/delivery.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { Probes } from "../../src/tunnels/probe.ts";
import type { TunnelProvider, TunnelRequest } from "../../src/tunnels/provider.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { newDelivery } from "../history/samples.ts";
import { folder, listening } from "./listening.ts";
import { ok, rawApp } from "./raw-app.ts";
import { exchange, rawSocket, statusOf } from "./raw-socket.ts";

const post = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** A tunnel that only notes what it is asked for. */
function notedTunnel(url = "https://x.example") {
  const noted = { requests: [] as TunnelRequest[], closed: 0 };
  const tunnels: TunnelProvider = {
    open: (request) => {
      noted.requests.push(request);
      return Promise.resolve({ url, close: () => Promise.resolve(void (noted.closed += 1)) });
    },
  };
  return { noted, tunnels };
}

describe("what cannot start", () => {
  it("is a port in use, and the error names the option", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void holder.close());
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    await expect(listening(null, { listenPort: port })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `port ${port} is in use`,
      hint: expect.stringContaining("--listen-port") as string,
    });
  });

  it.each(["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1.2.3", "[::ffff:127.0.0.1]", "2130706433", "[::]"])(
    "forwards to itself as %s",
    async (host) => {
      const port = await closedPort();
      const destination = { app: forwardTarget(`http://${host}:${port}`) };
      await expect(listening(null, { listenPort: port, destination })).rejects.toMatchObject({
        code: "FORWARDS_TO_ITSELF",
      });
    },
  );

  it("forwards to its own public URL, given or from the tunnel", async () => {
    const destination = { app: forwardTarget("https://x.example/hooks") };
    await expect(listening(null, { destination, publicUrl: "https://x.example" })).rejects.toMatchObject({
      code: "FORWARDS_TO_ITSELF",
    });
    const { noted, tunnels } = notedTunnel();
    await expect(listening(null, { destination, tunnel: { allowCidrs: [] } }, { tunnels })).rejects.toMatchObject({
      code: "FORWARDS_TO_ITSELF",
    });
    expect(noted.closed).toBe(1);
  });

  it("has no tunnel: everything is closed again", async () => {
    const port = await closedPort();
    const tunnels = { open: () => Promise.reject(new TelepathError("TUNNEL_TOKEN_REFUSED", "no")) };
    const settings = { listenPort: port, tunnel: { allowCidrs: [] } };
    await expect(listening(null, settings, { tunnels })).rejects.toMatchObject({ code: "TUNNEL_TOKEN_REFUSED" });
    const again = await listening(null, { listenPort: port });
    expect(again.port).toBe(port);
  });
});

describe("a session", () => {
  it("says where it is, and that it has stopped with what it counted", async () => {
    const app = await rawApp();
    const listen = await listening(app.port, { publicUrl: "https://mine.example" });
    expect(await listen.event("ready")).toEqual({
      type: "ready",
      publicUrl: "https://mine.example",
      localUrl: `http://127.0.0.1:${listen.port}`,
      forwardTo: `http://127.0.0.1:${app.port}`,
      tunnel: "none",
    });
    await exchange(listen.port, post);
    await listen.deliveries(1);
    await listen.stop();
    expect(listen.events.at(-1)).toEqual({ type: "stopped", deliveries: 1, failed: 0 });
  });

  it("hands the tunnel what it needs, passes its states on, goes on without it, and closes it", async () => {
    const { noted, tunnels } = notedTunnel();
    const tunnel = { domain: "x.example", basicAuth: "u:p", allowCidrs: ["10.0.0.0/8"] };
    const listen = await listening(null, { tunnel }, { tunnels });
    expect(await listen.event("ready")).toMatchObject({ publicUrl: "https://x.example", tunnel: "ngrok" });
    const { onState, onLatency, probes, interrupted, ...request } = noted.requests[0]!;
    expect(request).toEqual({ ...tunnel, upstream: `http://127.0.0.1:${listen.port}` });
    expect([probes, interrupted?.aborted]).toEqual([expect.any(Probes), false]);

    onLatency!(12);
    expect(listen.events.at(-1)).toEqual({ type: "latency", milliseconds: 12 });
    const state = { state: "offline", url: null, reason: "gone", hint: "come back", latencyMs: 12 } as const;
    onState(state);
    expect(listen.events.slice(-2)).toEqual([
      { type: "tunnel", ...state },
      { type: "notice", code: "TUNNEL_ENDED", message: expect.stringContaining(`:${listen.port} goes on receiving`) },
    ]);
    expect(statusOf(await exchange(listen.port, post))).toBe(200);
    await listen.stop();
    expect(noted.closed).toBe(1);
  });

  it("tells of trouble at the opening, and of its end", async () => {
    const state = { url: null, reason: null, hint: null, latencyMs: null };
    const tunnels: TunnelProvider = {
      open: ({ onState }) => {
        for (const name of ["reconnecting", "online"] as const) onState({ ...state, state: name });
        return Promise.resolve({ url: "https://x.example", close: () => Promise.resolve() });
      },
    };
    const listen = await listening(null, { tunnel: { allowCidrs: [] } }, { tunnels });
    await listen.event("ready");
    const told = listen.events.map((event) => (event.type === "tunnel" ? event.state : event.type));
    expect(told).toEqual(["reconnecting", "online", "ready"]);
  });

  it("that is interrupted while the tunnel opens stops, and closes what comes late", async () => {
    const interruption = new AbortController();
    let closed = 0;
    let open!: () => void;
    const tunnels: TunnelProvider = {
      open: () => {
        interruption.abort();
        return new Promise((resolve) => {
          open = () => resolve({ url: "https://x.example", close: () => Promise.resolve(void (closed += 1)) });
        });
      },
    };
    const settings = { tunnel: { allowCidrs: [] } };
    await listening(null, settings, { tunnels, interrupted: interruption.signal }).catch(() => {});
    open();
    await expect.poll(() => closed).toBe(1);
  });

  it("ends by itself after --until deliveries", async () => {
    const listen = await listening(null, { until: 2 });
    await exchange(listen.port, post);
    await exchange(listen.port, post);
    await listen.ended;
    expect(listen.events.at(-1)).toEqual({ type: "stopped", deliveries: 2, failed: 0 });
  });

  it("lets a delivery under way finish when it is stopped", async () => {
    let answer = (): unknown => null;
    const app = await rawApp((socket) => (answer = () => socket.write(ok)));
    const listen = await listening(app.port);
    const connection = await rawSocket(listen.port);
    connection.write(post.replace("Connection: close\r\n", ""));
    await app.received(1);
    const stopped = listen.stop();
    answer();
    expect(await connection.end()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/);
    await stopped;
    expect((await listen.deliveries(1))[0]?.outcome).toBe("delivered");
  });

  it("ends within two seconds: aborts what the app does not finish, puts that on record, leaves the tunnel", async () => {
    const app = await rawApp(() => {});
    const tunnels: TunnelProvider = {
      open: () => Promise.resolve({ url: "https://x.example", close: () => new Promise(() => {}) }),
    };
    const listen = await listening(app.port, { tunnel: { allowCidrs: [] } }, { tunnels });
    await listen.event("ready");
    const [whole, half] = [await rawSocket(listen.port), await rawSocket(listen.port)];
    whole.write(post);
    half.write("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
    await app.received(1);
    await half.until("100 Continue");
    const before = performance.now();
    await listen.stop();
    expect(performance.now() - before).toBeLessThan(5_000); // of a slow machine, too
    expect(statusOf(await whole.end())).toBe(502);
    const deliveries = await listen.deliveries(2);
    expect(deliveries.find(({ target }) => target === "/")).toMatchObject({
      outcome: "failed",
      attempts: [{ failure: "aborted" }],
    });
    expect(deliveries.find(({ target }) => target === "/half")).toMatchObject({ bodyState: "incomplete" });
    expect(listen.events.at(-1)).toEqual({ type: "stopped", deliveries: 2, failed: 1 });
  });

  it("ends though another process keeps the history locked, and says what is not on record", async () => {
    const dataDir = folder();
    const history = await openHistory(dataDir, { patienceMs: 600_000 });
    let answer = (): unknown => null;
    const app = await rawApp((socket) => (answer = () => socket.write(ok)));
    const listen = await listening(app.port, { dataDir }, { history });
    const connection = await rawSocket(listen.port);
    connection.write(post);
    await app.received(1);
    const other = await openDatabase(join(dataDir, "history.db"));
    onTestFinished(() => other.close());
    other.exec("BEGIN IMMEDIATE");
    answer();
    expect(statusOf(await connection.end())).toBe(200);
    await listen.stop();
    expect(listen.events).toContainEqual({
      type: "notice",
      code: "OUTCOME_UNWRITABLE",
      message: expect.stringMatching(
        /another process keeps it locked; the outcome of \w+ is not on record$/,
      ) as unknown,
    });
    expect(listen.events.at(-1)).toEqual({ type: "stopped", deliveries: 1, failed: 0 });
  });

  it("drops what the history may not keep, and says so", async () => {
    const listen = await listening(null, { retention: { maxAgeMs: 3_600_000, maxBytes: 0 } });
    const body = "x".repeat(100);
    await exchange(
      listen.port,
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\n${body}`,
    );
    expect(await listen.event("notice")).toMatchObject({ code: "HISTORY_PRUNED" });
    await listen.stop();
    expect([...listen.history.find({})]).toEqual([]);
  });
});

describe("an earlier run that was killed", () => {
  it("is told of when it left deliveries without an outcome, which stay pending", async () => {
    const dataDir = folder();
    const history = await openHistory(dataDir);
    const at = (createdAt: number, more: Partial<NewDelivery> = {}) => newDelivery({ createdAt, ...more });
    await history.record(at(10));
    const left = await history.record(at(2000));
    await history.record(at(2001, { outcome: "delivered" }));
    await history.record(at(2002), { hold: { target: "http://127.0.0.1:9", holder: 1 } });
    const ended = 2 ** 22 + 1;
    const note = { pid: ended, localUrl: "http://127.0.0.1:1", forwardTo: null, startedAt: 1000 };
    writeFileSync(join(dataDir, `listening-${ended}.json`), JSON.stringify(note));

    const listen = await listening(null, { dataDir }, { history });
    await listen.event("notice");
    expect(listen.events).toContainEqual({
      type: "notice",
      code: "OUTCOME_UNKNOWN",
      message: expect.stringMatching(
        /^1 delivery has no outcome .* --outcome pending --since 1970-01-01T00:00:01.000Z --until /,
      ) as string,
    });
    expect(history.get(left).outcome).toBe("pending");
    await listen.stop();
  });
});

describe("the announcement", () => {
  it("is there while the session runs, for its owner only", async () => {
    const app = await rawApp();
    const { port, dataDir, stop } = await listening(app.port);
    const path = join(dataDir, `listening-${process.pid}.json`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(runningListeners(dataDir)).toEqual([
      {
        pid: process.pid,
        localUrl: `http://127.0.0.1:${port}`,
        forwardTo: `http://127.0.0.1:${app.port}`,
        startedAt: expect.any(Number) as number,
      },
    ]);
    await stop();
    expect(existsSync(path)).toBe(false);
    expect(runningListeners(dataDir)).toEqual([]);
  });

  it("of an ended process is taken away by the next that listens; broken ones and those of somebody else's making are ignored", () => {
    const dataDir = folder();
    const ended = 2 ** 22 + 1; // above the largest process number of Linux
    const note = (pid: number, more: object = {}) =>
      JSON.stringify({ pid, localUrl: "http://127.0.0.1:1", forwardTo: null, startedAt: 1, ...more });
    writeFileSync(join(dataDir, `listening-${ended}.json`), note(ended));
    writeFileSync(join(dataDir, "listening-0.json"), note(0));
    writeFileSync(join(dataDir, "listening-x.json"), note(process.pid));
    const own = join(dataDir, `listening-${process.pid}.json`);
    for (const broken of ["", "null", "{", note(1), note(process.pid, { localUrl: "file:///etc/passwd" }), "[]"]) {
      writeFileSync(own, broken);
      expect(runningListeners(dataDir)).toEqual([]);
    }
    expect(takeEndedListeners(dataDir)).toMatchObject([{ pid: ended, startedAt: 1 }]);
    expect(existsSync(join(dataDir, `listening-${ended}.json`))).toBe(false);
    expect(readFileSync(own, "utf8")).toBe("[]");
    expect(runningListeners(join(dataDir, "absent"))).toEqual([]);
  });
});
