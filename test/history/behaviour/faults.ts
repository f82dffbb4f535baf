import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase, type Database } from "../../../src/history/driver.ts";
import type { History } from "../../../src/history/store.ts";
import { freshFolder } from "../folders.ts";
import { newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** What a history does when it cannot write. */
export function faults({ driver, thread, opened }: Bench): void {
  describe("when it cannot write", () => {
    /** A history whose file may not grow: SQLite itself says that the disk is full. */
    async function onFullDisk(): Promise<{ history: History; database: Database }> {
      let database: Database | undefined;
      const open = async (path: string) => (database = await openDatabase(path, driver));
      const history = await opened(freshFolder(), { open });
      database!.exec("PRAGMA max_page_count = 1"); // SQLite takes it as "no more than now"
      return { history, database: database! };
    }

    it.skipIf(thread)(
      "rejects everybody whose write shared the commit, and works again once there is room",
      async () => {
        const { history, database } = await onFullDisk();
        const big = newDelivery({ body: Buffer.alloc(100_000, "x") });
        const results = await Promise.allSettled([history.record(newDelivery()), history.record(big)]);
        for (const result of results) {
          expect(result).toMatchObject({ status: "rejected", reason: { code: "HISTORY_UNWRITABLE" } });
        }
        expect([...history.find({})]).toEqual([]);
        expect(history.cursor()).toBe(0);

        database.exec("PRAGMA max_page_count = 1000000");
        const id = await history.record(big);
        expect(history.get(id).body).toEqual(big.body);
      },
    );

    it("rejects when another process keeps the lock, and works again when it lets go", async () => {
      const folder = freshFolder();
      const history = await opened(folder, { patienceMs: 50 });
      const other = await openDatabase(join(folder, "history.db"), driver);
      other.exec("BEGIN IMMEDIATE");
      await expect(history.record(newDelivery())).rejects.toMatchObject({
        code: "HISTORY_UNWRITABLE",
        message: expect.stringContaining("another process keeps it locked") as unknown,
      });
      other.exec("COMMIT");
      other.close();
      const id = await history.record(newDelivery());
      expect([...history.find({})].map((delivery) => delivery.id)).toEqual([id]);
    });

    it("rejects what waits for a lock as soon as nobody has the time to wait", async () => {
      const folder = freshFolder();
      const history = await opened(folder, { patienceMs: 600_000 });
      await history.record(newDelivery());
      const other = await openDatabase(join(folder, "history.db"), driver);
      other.exec("BEGIN IMMEDIATE");
      const waiting = history.record(newDelivery()).catch((error: unknown) => error);
      await new Promise((resolve) => setImmediate(resolve));
      history.endPatience();
      expect(await waiting).toMatchObject({ code: "HISTORY_UNWRITABLE" });
      await expect(history.record(newDelivery())).rejects.toMatchObject({ code: "HISTORY_UNWRITABLE" });
      other.exec("COMMIT");
      other.close();
      await history.record(newDelivery());
    });

    it("waits for a lock that is held for a while, without standing still", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const other = await openDatabase(join(folder, "history.db"), driver);
      other.exec("BEGIN IMMEDIATE");
      const recorded = history.record(newDelivery());
      let turns = 0;
      while (turns < 5) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        turns += 1;
      }
      other.exec("COMMIT");
      other.close();
      expect(history.get(await recorded).method).toBe("POST");
    });

    it("rejects only the one whose own write was wrong", async () => {
      const history = await opened();
      const results = await Promise.allSettled([
        history.record(newDelivery()),
        history.update("01ARZ3NDEKTSV4RRFFQ69G5FAV", { outcome: "failed" }),
        history.record(newDelivery({ createdAt: Number.NaN })),
        history.record(newDelivery()),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      expect(results[1]).toMatchObject({ reason: { code: "UNKNOWN_DELIVERY" } });
      expect([...history.find({})]).toHaveLength(2);
    });

    it("starts a new file when its own was deleted, so that nothing is written where nobody finds it", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      await history.record(newDelivery());
      rmSync(folder, { recursive: true });
      const id = await history.record(newDelivery({ target: "/after" }));
      const reader = await opened(folder);
      expect([...reader.find({})].map((delivery) => delivery.id)).toEqual([id]);
    });

    it("takes no more once closed, and finishes what was under way", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const recorded = history.record(newDelivery());
      await history.close();
      await expect(history.record(newDelivery())).rejects.toThrow("the history is closed");
      expect(() => history.get("last")).toThrow("the history is closed");
      expect((await opened(folder)).get(await recorded).target).toBe("/webhooks");
    });
  });
}
