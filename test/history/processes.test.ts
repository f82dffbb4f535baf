import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { examineHistory } from "../../src/history/examine.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import type { History } from "../../src/history/store.ts";
import { noStrace } from "../support/faults.ts";
import { freshFolder } from "./folders.ts";
import { newDelivery } from "./samples.ts";
import { payloadOf } from "./writer-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let builds: string;
let program: string;

// Node 20 runs no TypeScript. Below the project's folder, so that the bundle finds the packages.
beforeAll(async () => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  builds = mkdtempSync(join(root, ".cache", "test-history-"));
  program = join(builds, "writer-process.mjs");
  const entryPoints = [join(root, "test/history/writer-process.ts")];
  await build({ entryPoints, outfile: program, bundle: true, platform: "node", format: "esm", packages: "external" });
});
afterAll(() => rmSync(builds, { recursive: true, force: true }));

/** A process that records until it has `count`, or for ever; its lines are the ids it was given. */
function writer(folder: string, name: string, count: number): ChildProcess {
  const child = spawn(process.execPath, [program, folder, name, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function opened(folder: string): Promise<History> {
  const history = await openHistory(folder);
  onTestFinished(() => history.close());
  return history;
}

describe("several processes at once", () => {
  it("all write into one history, and a reader hears of everything once and in order", async () => {
    const folder = freshFolder();
    const history = await opened(folder);
    const [processes, each] = [3, 150];
    const children = Array.from({ length: processes }, (_, index) => writer(folder, `writer${index}`, each));
    const exits = children.map((child) => once(child, "exit"));

    const heard: string[] = [];
    let cursor = 0;
    while (heard.length < processes * each) {
      const news = history.changesSince(cursor);
      expect(news.cursor).toBeGreaterThanOrEqual(cursor);
      const settled = news.deliveries.filter(({ outcome }) => outcome === "delivered");
      heard.push(...settled.map(({ body }) => Buffer.from(body).toString("latin1").slice(0, 12)));
      cursor = news.cursor;
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(await Promise.all(exits)).toEqual(children.map(() => [0, null]));
    expect(heard).toHaveLength(processes * each);
    expect(new Set(heard).size).toBe(processes * each);
    for (const name of ["writer0", "writer1", "writer2"]) {
      const own = heard.filter((body) => body.startsWith(name));
      expect(own).toEqual(own.toSorted());
    }
    expect(history.changesSince(cursor).deliveries).toEqual([]);
  });
});

describe("several processes whose log is deleted while they write", () => {
  it("have on record everything they were told is on record", async () => {
    const folder = freshFolder();
    const children = ["writer0", "writer1"].map((name) => writer(folder, name, 400));
    const exits = children.map((child) => once(child, "exit"));
    const acknowledged: string[] = [];
    const writing = new Set<ChildProcess>();
    let isDeleted = false;
    for (const child of children) {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        acknowledged.push(line.split(" ")[0]!);
        writing.add(child);
        // Once, while both have it open: who opens the file later finds no log, and cannot know that there was one.
        if (isDeleted || writing.size < children.length) return;
        isDeleted = true;
        for (const end of ["-wal", "-shm"]) rmSync(join(folder, `history.db${end}`), { force: true });
      });
    }
    await Promise.all(exits); // one may have found the log of the other in place of its own, and is told nothing more
    const history = await opened(folder);
    const found = new Set([...history.find({})].map(({ id }) => id));
    expect(isDeleted).toBe(true);
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    await history.close();
    expect((await examineHistory(folder))?.damage).toEqual([]);
  });

  it("acknowledge nothing more once another process has worked with a log of its own", async () => {
    const folder = freshFolder();
    const history = await opened(folder);
    await history.record(newDelivery());
    for (const end of ["-wal", "-shm"]) rmSync(join(folder, `history.db${end}`));
    // Without a log the file has no tables yet, so the other one sets it up anew.
    expect(await once(writer(folder, "other", 3), "exit")).toEqual([0, null]);
    await expect(history.record(newDelivery())).rejects.toMatchObject({
      code: "HISTORY_UNWRITABLE",
      message: expect.stringContaining("removed or replaced") as unknown,
      hint: expect.stringContaining("start again") as unknown,
    });
    // A copy, since SQLite has one index per database and process, and this one's is that of the deleted log.
    const copy = freshFolder();
    cpSync(folder, copy, { recursive: true });
    expect(await examineHistory(copy)).toMatchObject({ deliveries: 3, damage: [] });
  });

  it("keep what is on record when another process has only read since", async () => {
    const folder = freshFolder();
    await once(writer(folder, "before", 3), "exit");
    const history = await opened(folder);
    const first = await history.record(newDelivery());
    for (const end of ["-wal", "-shm"]) rmSync(join(folder, `history.db${end}`));
    expect(await once(writer(folder, "reader", 0), "exit")).toEqual([0, null]);
    expect(statSync(join(folder, "history.db-wal")).size).toBe(0);
    const second = await history.record(newDelivery());
    const copy = freshFolder();
    cpSync(folder, copy, { recursive: true });
    const next = await opened(copy);
    expect([...next.find({})].map(({ id }) => id)).toEqual(expect.arrayContaining([first, second]));
    expect(await examineHistory(copy)).toMatchObject({ deliveries: 5, damage: [] });
  });
});

describe("a process killed while it writes", () => {
  it("has on record, whole, everything it was told is on record", async () => {
    const folder = freshFolder();
    const child = writer(folder, "victim", Number.MAX_SAFE_INTEGER);
    const acknowledged: string[] = [];
    const lines = createInterface({ input: child.stdout! });
    lines.on("line", (line) => {
      acknowledged.push(line);
      if (acknowledged.length === 300) child.kill("SIGKILL");
    });
    const [[, signal]] = await Promise.all([once(child, "exit"), once(lines, "close")]);
    expect(signal).toBe("SIGKILL");

    const history = await opened(folder);
    for (const line of acknowledged) {
      const [id, number] = line.split(" ") as [string, string];
      const { body, attempts } = history.get(id);
      expect(Buffer.compare(body, payloadOf("victim", Number(number)))).toBe(0);
      expect(attempts).toHaveLength(1);
    }
    // Nothing is there in part either, and the next process goes on writing.
    for (const { body } of history.find({})) expect(body).toHaveLength(payloadOf("victim", 0).length);
    expect(await history.record(history.get("last"))).toMatch(/^[0-9A-Z]{26}$/);
  });
});

describe("a process killed at any of its writes", () => {
  /** Two deliveries, one after the other, killed at its n-th write; null when it came to its end before that. */
  async function killedAt(n: number, folder: string): Promise<{ acknowledged: string[] } | null> {
    const inject = [
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      "trace=pwrite64",
      "-e",
      `inject=pwrite64:signal=SIGKILL:when=${n}`,
    ];
    const child = spawn("strace", [...inject, process.execPath, program, folder, "victim", "2", "1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return code === 0 ? null : { acknowledged: said.split("\n").slice(0, -1) };
  }

  it.skipIf(noStrace)(
    `has on record, whole, everything that was acknowledged, and the file is sound${noStrace}`,
    async () => {
      let next = 1;
      let kills = 0;
      let acknowledgements = 0;
      const work = async (): Promise<void> => {
        for (;;) {
          const folder = freshFolder();
          const killed = await killedAt(next++, folder);
          if (!killed) return;
          kills += 1;
          acknowledgements += killed.acknowledged.length;
          const history = await openHistory(folder);
          for (const line of killed.acknowledged) {
            const [id, number] = line.split(" ") as [string, string];
            const { body, attempts, outcome } = history.get(id);
            expect(Buffer.compare(body, payloadOf("victim", Number(number)))).toBe(0);
            expect([attempts.length, outcome]).toEqual([1, "delivered"]);
          }
          for (const { body } of history.find({})) expect(body).toHaveLength(payloadOf("victim", 0).length);
          expect(await history.record(newDelivery())).toMatch(/^[0-9A-Z]{26}$/);
          await history.close();
          expect((await examineHistory(folder))?.damage).toEqual([]);
          rmSync(folder, { recursive: true });
        }
      };
      await Promise.all([work(), work()]);
      expect(kills).toBeGreaterThan(20);
      expect(acknowledgements).toBeGreaterThan(0);
    },
    300_000,
  );
});
