import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openDatabase, type Database } from "../../src/history/driver.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import { receiverLimits } from "../../src/listen/receiver-limits.ts";
import { run } from "../cli/run.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { folder, listening, type Listening } from "./listening.ts";
import { rawApp, says, type RawApp } from "./raw-app.ts";
import { exchange, rawSocket, statusOf } from "./raw-socket.ts";

interface Attack {
  area: string;
  id: string;
  attack: string;
  input?: string;
  inputBase64?: string;
  expect?: string;
}
const { attacks } = JSON.parse(readFileSync("test/data/attack-inputs.json", "utf8")) as { attacks: Attack[] };

/** What an attack meets: an app behind the gateway, and another service of the machine that is none of its business. */
interface Scene {
  bytes: Buffer;
  app: RawApp;
  bystander: RawApp;
  listen: Listening;
}

const good = "POST /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

const refused =
  (status: number) =>
  async ({ listen, bytes, app, bystander }: Scene): Promise<void> => {
    expect(statusOf(await exchange(listen.port, bytes))).toBe(status);
    expect([app.connections, bystander.connections]).toEqual([0, 0]);
  };

/** An app that misbehaves: the sender hears of it, and the request stays on record. */
async function spoiled(
  behave: Parameters<typeof rawApp>[0],
  status: number,
  failure: string,
  timeoutMs = 10_000,
): Promise<void> {
  const app = await rawApp(behave);
  const listen = await listening(app.port, { timeoutMs });
  expect(statusOf(await exchange(listen.port, good))).toBe(status);
  const [delivery] = await listen.deliveries(1);
  expect(listen.history.get(delivery!.id)).toMatchObject({ outcome: "failed", attempts: [{ failure }] });
}

const byId: Record<string, (scene: Scene) => Promise<unknown>> = {
  "ssrf-absolute-form": async (scene) => {
    await refused(400)(scene);
    expect([...scene.listen.history.find({})]).toEqual([]);
  },

  "ssrf-backslash": async ({ listen, bytes, app, bystander }) => {
    const connection = await rawSocket(listen.port);
    connection.socket.end(bytes);
    expect(statusOf(await connection.end())).toBe(200);
    expect(app.requests[0]?.lines[0]).toBe(`POST /\\127.0.0.1:${bystander.port}/ HTTP/1.1`);
    expect(bystander.connections).toBe(0);
  },

  "forward-to-self": async () => {
    const port = String(await closedPort());
    const ran = await run(["listen", "--tunnel", "none", "--port", port, "--listen-port", port]);
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining("is the receiver itself")]);
  },

  "te-cl": refused(400),
  "te-gzip": refused(501),
  "cl-plus": refused(400),
  "nul-header": refused(400),

  "chunk-ext-bare-lf": async (scene) => {
    await refused(400)(scene);
    expect((await scene.listen.deliveries(1))[0]).toMatchObject({ outcome: "captured", bodyState: "incomplete" });
  },

  "header-size": async ({ listen }) => {
    const head = `POST / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(17_000)}\r\n\r\n`;
    for (let round = 0; round < 3; round += 1) expect(statusOf(await exchange(listen.port, head))).toBe(431);
    expect(listen.events.filter(({ type }) => type === "notice")).toHaveLength(1);
  },

  "proto-header": async ({ listen, bytes, app }) => {
    const connection = await rawSocket(listen.port);
    connection.socket.end(bytes);
    expect(statusOf(await connection.end())).toBe(200);
    expect((await listen.deliveries(1))[0]?.headers).toContainEqual(["__proto__", "x"]);
    expect(app.requests[0]?.lines).toEqual(expect.arrayContaining(["__proto__: x", "constructor: y"]));
    expect(({} as { x?: unknown }).x).toBeUndefined();
  },

  "connection-strip": async ({ listen, bytes, app }) => {
    expect(statusOf(await exchange(listen.port, bytes))).toBe(200);
    expect(app.requests[0]?.lines).toContain("X-Telepath-Signature: s");
    expect((await listen.deliveries(1))[0]?.headers).toContainEqual(["X-Telepath-Signature", "s"]);
  },

  slowloris: async ({ listen }) => {
    expect(receiverLimits.headMs + receiverLimits.lookMs).toBeLessThanOrEqual(20_000); // limits.test.ts: it is kept
    const slow = await Promise.all(Array.from({ length: 200 }, () => rawSocket(listen.port)));
    for (const one of slow) one.write("POST / HTTP/1.1\r\nHost: a\r\nX");
    expect(statusOf(await exchange(listen.port, good))).toBe(200);
    expect(slow.filter(({ socket }) => socket.destroyed)).toEqual([]);
  },

  "slow-body": async ({ listen, app }) => {
    expect(receiverLimits.requestMs).toBeLessThanOrEqual(60_000); // limits.test.ts: it is kept
    const slow = await rawSocket(listen.port);
    slow.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
    await slow.until("100 Continue");
    slow.socket.end("ab");
    expect((await listen.deliveries(1))[0]).toMatchObject({ bodyState: "incomplete", outcome: "captured" });
    expect(app.connections).toBe(0);
  },

  "chunked-endless": async ({ app }) => {
    const listen = await listening(app.port, { maxBodyBytes: 2 ** 20 });
    const connection = await rawSocket(listen.port);
    connection.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    const piece = `10000\r\n${"y".repeat(65_536)}\r\n`;
    const pump = (): void => void (connection.socket.destroyed || connection.socket.write(piece, pump));
    pump();
    expect(statusOf(await connection.end())).toBe(413);
    expect(app.connections).toBe(0);
  },

  "upstream-reset": () =>
    spoiled((socket) => socket.write("HTTP/1.1 200 OK\r\nX: y\r\n", () => socket.resetAndDestroy()), 502, "reset"),

  "upstream-hang": () => spoiled(() => {}, 504, "timeout", 100),

  "upstream-garbage": async ({ listen }) => {
    await spoiled(says(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(65_000)}\r\n\r\n`), 502, "aborted");
    await spoiled(says("\x00\x01 not http\r\n\r\n"), 502, "reset");
    expect(statusOf(await exchange(listen.port, good))).toBe(200);
  },

  "expect-100": async ({ listen, app }) => {
    const connection = await rawSocket(listen.port);
    connection.write(`POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${30 * 1024 ** 2}\r\n\r\n`);
    const answer = await connection.until("\r\n\r\n");
    expect([statusOf(answer), app.connections]).toEqual([413, 0]);
    expect(answer).not.toContain("100 Continue");
  },

  "disk-full": async ({ app }) => {
    const dataDir = folder();
    let database: Database | undefined;
    const history = await openHistory(dataDir, { open: async (path) => (database = await openDatabase(path)) });
    const listen = await listening(app.port, { dataDir }, { history });
    expect(statusOf(await exchange(listen.port, good))).toBe(200);
    await listen.deliveries(1);
    database!.exec("PRAGMA max_page_count = 1"); // SQLite takes it as "no more than now"
    const head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 500000\r\n\r\n";
    expect(statusOf(await exchange(listen.port, head, Buffer.alloc(500_000)))).toBe(503);
    expect(await listen.event("notice")).toMatchObject({ message: expect.stringContaining("the disk is full") });
    expect(app.requests.map(({ lines }) => lines[0])).toEqual(["POST /good HTTP/1.1"]);
    expect([...history.find({})].map(({ target }) => target)).toEqual(["/good"]);
    database!.exec("PRAGMA max_page_count = 1000000");
    expect(statusOf(await exchange(listen.port, head, Buffer.alloc(500_000)))).toBe(200);
  },

  "tls-hello": async ({ listen }) => {
    const hello = Buffer.from("160301020001000001fc0303", "hex");
    for (let round = 0; round < 3; round += 1) {
      expect(statusOf(await exchange(listen.port, hello))).toBe(400);
    }
    const notices = listen.events.filter(({ type }) => type === "notice");
    expect(notices).toMatchObject([{ message: expect.stringContaining("use http://") }]);
  },
};

const ofPublicPort = attacks.filter(({ area }) => area === "listen (public)");

describe("attacks on the public port", () => {
  it.each(ofPublicPort.map((attack) => [attack.id, attack.expect, attack] as const))(
    "%s: %s",
    async (id, _expect, attack) => {
      const [app, bystander] = [await rawApp(), await rawApp()];
      const listen = await listening(app.port);
      const text = (attack.input ?? "").replace("{INSPECTOR_PORT}", String(bystander.port));
      const bytes = attack.inputBase64 ? Buffer.from(attack.inputBase64, "base64") : Buffer.from(text, "latin1");
      await byId[id]!({ bytes, app, bystander, listen });
      expect(statusOf(await exchange(listen.port, good))).toBe(200);
    },
  );

  it("are all of the file's, by name", () => {
    expect(Object.keys(byId).toSorted()).toEqual(ofPublicPort.map(({ id }) => id).toSorted());
  });
});

/**
 * Where the other areas of the file are tested. A new area, or a new attack of the inspector's, is named here before it
 * is forgotten.
 */
const elsewhere: Record<string, string> = {
  "inspector (127.0.0.1)": "the page is not part of this version",
  "replay/resend": "test/cli/replay.test.ts",
  send: "test/cli/send.test.ts",
  "verify FILE": "test/dumps/attacks.test.ts",
  "terminal/report": "test/cli/text.test.ts",
  "disk/secret": "test/history/sqlite.test.ts",
};

it("attacks on everything else have a place", () => {
  const areas = new Set(attacks.map(({ area }) => area).filter((area) => area !== "listen (public)"));
  expect([...areas].toSorted()).toEqual(Object.keys(elsewhere).toSorted());
  for (const place of Object.values(elsewhere)) if (place.startsWith("test/")) readFileSync(place);
});
