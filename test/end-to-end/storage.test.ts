import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/history/driver.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import { freshFolder } from "../cli/run.ts";
import { rawApp } from "../listen/raw-app.ts";
import { exchange, rawSocket, statusOf } from "../listen/raw-socket.ts";
import { injectFault, noStrace, smallDisk } from "../support/faults.ts";
import { ready, start, type Tool } from "./tool.ts";

interface Listening {
  listen: Tool;
  port: number;
  /** Where the history is. */
  data: string;
  /** What the app has been given. */
  forwarded: () => number;
  /** Sends one request and resolves to the status of its answer. */
  post: (body: string) => Promise<number>;
  /** The bodies on record, whoever looks. */
  recorded: () => Promise<string[]>;
}

async function listening(data = join(freshFolder(), "data")): Promise<Listening> {
  const app = await rawApp();
  const argv = ["listen", "--port", String(app.port), "--tunnel", "none", "--json", "--data-dir", data];
  const listen = start(argv, { cwd: freshFolder(), env: { TELEPATH_WEBHOOK_SECRET: "a secret of this test" } });
  const port = Number(new URL((await ready(listen)).localUrl).port);
  const post = async (body: string): Promise<number> => {
    const head = `POST /hooks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    return statusOf(await exchange(port, head + body));
  };
  const recorded = async (): Promise<string[]> => {
    const history = await openHistory(data);
    const bodies = [...history.find({})].map(({ body }) => Buffer.from(body).toString());
    await history.close();
    return bodies;
  };
  return { listen, port, data, forwarded: () => app.requests.length, post, recorded };
}

describe("storage that fails while listen runs", () => {
  it("a lock that does not go away: the second signal ends it at once, in good order", async () => {
    const { listen, post, port, data } = await listening();
    expect(await post("1")).toBe(200);
    const other = await openDatabase(join(data, "history.db"));
    other.exec("BEGIN IMMEDIATE");
    const waiting = await rawSocket(port);
    waiting.write("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    await waiting.until("100 Continue");
    waiting.write("2");
    listen.child.kill("SIGTERM");
    const isClosed = () =>
      rawSocket(port).then(
        ({ socket }) => (socket.destroy(), false),
        () => true,
      );
    await expect.poll(isClosed, { timeout: 5000 }).toBe(true);
    listen.child.kill("SIGTERM");
    expect(await listen.ended).toBe(143);
    expect(listen.stderr()).not.toContain("panicked");
    other.close();
  });

  it("a full disk: 503 and a line, all that was answered 200 is on record, and it goes on once there is room", async (test) => {
    const disk = smallDisk(3 * 1024 ** 2);
    if (disk === null) return test.skip("mounting a small file system is not permitted here");
    const ballast = join(disk, "ballast");
    writeFileSync(ballast, Buffer.alloc(1024 ** 2));
    const { listen, post, forwarded, recorded } = await listening(join(disk, "data"));
    const body = (number: number): string => `{"n":${number},"x":"${"x".repeat(100_000)}"}`;

    const answered: string[] = [];
    for (let number = 0; number < 100; number += 1) {
      const status = await post(body(number));
      if (status !== 200) {
        expect(status).toBe(503);
        break;
      }
      answered.push(body(number));
    }
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.length).toBeLessThan(100);
    expect(forwarded()).toBe(answered.length);
    expect(listen.stderr()).toMatch(
      /^note {2}the history .* cannot be used: the disk is full; the sender was answered 503/m,
    );

    rmSync(ballast);
    expect(await post(body(1000))).toBe(200);
    expect(await recorded()).toEqual([...answered, body(1000)]);
  });

  it.skipIf(noStrace)(`a disk that does not sync, or does not write: the same${noStrace}`, async () => {
    const { listen, data, post, forwarded, recorded } = await listening();
    expect(await post("before")).toBe(200);
    const log = join(data, "history.db-wal");
    for (const fault of ["fsync,fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC"]) {
      const end = await injectFault(listen.child.pid!, fault, [log]);
      const before = forwarded();
      expect(await post(fault)).toBe(503);
      expect(forwarded()).toBe(before);
      await end();
      expect(await post(`after ${fault}`)).toBe(200);
    }
    expect(listen.stderr()).toContain("the disk does not read or write it");
    const bodies = await recorded();
    expect(bodies.filter((body) => !/^(before|after)/.test(body))).toEqual([]);
    expect(bodies).toHaveLength(4);
  });

  it("a lock that another process keeps: 503 after 5 s, and it goes on when the lock is gone", async () => {
    const { data, post, recorded } = await listening();
    const other = await openDatabase(join(data, "history.db"));
    other.exec("BEGIN IMMEDIATE");
    expect(await post("locked out")).toBe(503);
    other.exec("COMMIT");
    other.close();
    expect(await post("let in")).toBe(200);
    expect(await recorded()).toEqual(["let in"]);
  });

  it("a data folder that is taken away: a new one is made before anything is acknowledged", async () => {
    const { data, post, recorded } = await listening();
    expect(await post("before")).toBe(200);
    renameSync(data, `${data}-elsewhere`);
    expect(await post("after")).toBe(200);
    expect(await recorded()).toEqual(["after"]);
  });
});

describe("a history that is damaged when listen starts", () => {
  it("is told of with its place and the next step, and is left as it is", async () => {
    const { listen, data, post } = await listening();
    expect(await post("x".repeat(50_000))).toBe(200);
    listen.child.kill("SIGINT");
    await listen.ended;
    const path = join(data, "history.db");
    const damaged = readFileSync(path).fill(0xff, 0, 40_000);
    writeFileSync(path, damaged);

    const again = start(["listen", "--respond", "200", "--tunnel", "none", "--data-dir", data], { cwd: freshFolder() });
    expect(await again.ended).toBe(2);
    expect(again.stderr()).toContain(path);
    expect(again.stderr()).toContain("move it away");
    expect(readFileSync(path).equals(damaged)).toBe(true);
  });
});

describe("a reader of the output that leaves", () => {
  it("ends listen in good order: what is under way is finished first", async () => {
    let answer = (): void => {};
    const app = await rawApp((socket) => {
      answer = () => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const argv = ["listen", "--port", String(app.port), "--tunnel", "none", "--json"];
    const listen = start(argv, { cwd: freshFolder() });
    const port = Number(new URL((await ready(listen)).localUrl).port);
    const post = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    const first = exchange(port, post);
    await app.received(1);
    const finishFirst = answer;
    const second = exchange(port, post);
    await app.received(2);
    listen.child.stdout!.destroy();
    finishFirst(); // its line cannot be written
    expect(statusOf(await first)).toBe(200);
    answer();
    expect(statusOf(await second)).toBe(200);
    expect(await listen.ended).toBe(0);
  });
});
