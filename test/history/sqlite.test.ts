import { mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase, type Database, type DriverName } from "../../src/history/driver.ts";
import { openHistory } from "../../src/history/sqlite.ts";
import { freshFolder } from "./folders.ts";
import { newAttempt, newDelivery } from "./samples.ts";
import { describeHistory } from "./suite.ts";

/** Node 20 has only the package; `other-node.test.ts` runs this file where Node has its own. */
const hasBuiltIn = process.getBuiltinModule("node:sqlite") !== undefined;
const drivers: DriverName[] = hasBuiltIn ? ["node:sqlite", "libsql"] : ["libsql"];

for (const driver of drivers) describeHistory(driver);
describeHistory(drivers[0]!, { thread: true });

describe("opening a history", () => {
  /** A data folder with this as its database file. */
  function folderHolding(content: string | Buffer): string {
    const folder = freshFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "history.db"), content);
    return folder;
  }

  it("says where a file is that is no database, and leaves it alone", async () => {
    const folder = folderHolding("this is somebody's letter. ".repeat(400));
    await expect(openHistory(folder)).rejects.toMatchObject({
      code: "HISTORY_CORRUPT",
      message: expect.stringContaining(join(folder, "history.db")) as unknown,
      hint: expect.stringContaining("move it away") as unknown,
    });
    expect(readFileSync(join(folder, "history.db"), "utf8")).toMatch(/^this is somebody's letter/);
  });

  it("says so when a page in the middle is damaged", async () => {
    const folder = freshFolder();
    const history = await openHistory(folder);
    for (let index = 0; index < 50; index += 1) await history.record(newDelivery({ body: Buffer.alloc(5000) }));
    await history.close();
    truncateSync(join(folder, "history.db"), 3 * 16_384);
    const damaged = async () => [...(await openHistory(folder)).find({})];
    await expect(damaged()).rejects.toMatchObject({ code: "HISTORY_CORRUPT" });
  });

  it("refuses a database of something else", async () => {
    const folder = folderHolding("");
    const database = await openDatabase(join(folder, "history.db"));
    database.exec("CREATE TABLE recipes (name TEXT)");
    database.close();
    await expect(openHistory(folder)).rejects.toMatchObject({ code: "HISTORY_CORRUPT" });
  });

  it("reads what was written when large bodies were in their rows", async () => {
    const folder = freshFolder();
    const body = Buffer.alloc(10_000, "before");
    const before = await openHistory(folder);
    const id = await before.record(newDelivery({ body }));
    await before.close();
    const database = await openDatabase(join(folder, "history.db"));
    database.exec("UPDATE deliveries SET body = (SELECT body FROM large_bodies)");
    database.exec("DROP TABLE large_bodies; PRAGMA user_version = 3");
    database.close();

    const history = await openHistory(folder);
    await history.update(id, { outcome: "delivered" });
    expect(history.get(id)).toMatchObject({ body, outcome: "delivered" });
    await history.close();
  });

  it("asks to upgrade when a newer version wrote it", async () => {
    const folder = freshFolder();
    await (await openHistory(folder)).close();
    const database = await openDatabase(join(folder, "history.db"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(openHistory(folder)).rejects.toMatchObject({
      code: "HISTORY_TOO_NEW",
      hint: expect.stringContaining("upgrade") as unknown,
    });
  });

  it("says so when the folder cannot be made, or the file is a folder", async () => {
    const inTheWay = freshFolder();
    writeFileSync(inTheWay, "a file");
    await expect(openHistory(join(inTheWay, "data"))).rejects.toMatchObject({ code: "HISTORY_UNWRITABLE" });

    const folder = freshFolder();
    mkdirSync(join(folder, "history.db"), { recursive: true });
    await expect(openHistory(folder)).rejects.toMatchObject({
      code: "HISTORY_UNWRITABLE",
      message: expect.stringContaining(folder) as unknown,
    });
  });

  it("waits no longer than it was told for another process that sets the file up", async () => {
    const folder = folderHolding("");
    const other = await openDatabase(join(folder, "history.db"));
    other.exec("BEGIN EXCLUSIVE");
    await expect(openHistory(folder, { patienceMs: 50 })).rejects.toMatchObject({ code: "HISTORY_UNWRITABLE" });
    other.exec("COMMIT");
    other.close();
  });

  it("makes a folder and a file for their owner only, ignored by git", async () => {
    const folder = freshFolder();
    const history = await openHistory(folder);
    await history.record(newDelivery());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder).filter((name) => name.startsWith("history.db"))) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
    await history.close();
  });

  it("sets the file up to be fast, safe against power loss, and able to shrink", async () => {
    const folder = freshFolder();
    let database: Database | undefined;
    const history = await openHistory(folder, { open: async (path) => (database = await openDatabase(path)) });
    const settings = ["page_size", "auto_vacuum", "journal_mode", "synchronous"];
    expect(settings.map((name) => database?.prepare(`PRAGMA ${name}`).get()?.[name])).toEqual([16_384, 2, "wal", 2]);
    await history.close();
  });

  it("leaves a folder that was there as it is", async () => {
    const folder = freshFolder();
    mkdirSync(folder, 0o755);
    const mode = statSync(folder).mode & 0o777;
    await (await openHistory(folder)).close();
    expect(readdirSync(folder)).not.toContain(".gitignore");
    expect(statSync(folder).mode & 0o777).toBe(mode);
  });

  it("can be done several times at once", async () => {
    const folder = freshFolder();
    const histories = await Promise.all([openHistory(folder), openHistory(folder), openHistory(folder)]);
    await Promise.all(histories.map((history) => history.record(newDelivery())));
    expect(histories.map((history) => [...history.find({})].length)).toEqual([3, 3, 3]);
    for (const history of histories) await history.close();
  });

  it("prints no warning of Node's about its SQLite, and no other is lost", async () => {
    const warnings: string[] = [];
    const emitWarning = process.emitWarning;
    process.on("warning", (warning) => warnings.push(warning.message));
    await (await openHistory(freshFolder())).close();
    const heard = new Promise((resolve) => process.once("warning", resolve));
    process.emitWarning("another");
    await heard;
    expect(warnings.filter((message) => !/localstorage/i.test(message))).toEqual(["another"]);
    expect(process.emitWarning).toBe(emitWarning);
  });

  it.runIf(hasBuiltIn)("reads with either driver what the other wrote", async () => {
    for (const [first, second] of [drivers, drivers.toReversed()] as [DriverName, DriverName][]) {
      const folder = freshFolder();
      const writer = await openHistory(folder, { open: (path) => openDatabase(path, first) });
      const headers = [["X-Bytes", "\u0080\u00ff\u0000"]] as const;
      const id = await writer.record(newDelivery({ headers, body: Buffer.from([0, 128, 255]) }));
      await writer.update(id, { attempt: newAttempt() });
      const reader = await openHistory(folder, { open: (path) => openDatabase(path, second) });
      expect(reader.get(id)).toEqual(writer.get(id));
      await reader.record(newDelivery());
      await writer.close();
      await reader.close();
    }
  });
});
