import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/history/driver.ts";
import { examineHistory } from "../../../src/history/examine.ts";
import type { History } from "../../../src/history/store.ts";
import { freshFolder } from "../folders.ts";
import { newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** What a history does when its files are deleted or replaced under it. */
export function replacing({ driver, thread, opened }: Bench): void {
  const open = (path: string) => openDatabase(path, driver);

  async function recordMany(history: History, count: number): Promise<string[]> {
    const body = Buffer.alloc(20_000, "x");
    return await Promise.all(Array.from({ length: count }, () => history.record(newDelivery({ body }))));
  }

  function idsOf(history: History): string[] {
    return [...history.find({})].map(({ id }) => id).toSorted();
  }

  /** What the next process would find, were this one killed now. */
  async function idsAfterKill(folder: string): Promise<string[]> {
    const copy = freshFolder();
    cpSync(folder, copy, { recursive: true });
    expect((await examineHistory(copy, { open }))?.damage).toEqual([]);
    return idsOf(await opened(copy));
  }

  /** The file of a history with so many on record, which nobody has open, and their ids. */
  async function another(count: number): Promise<{ file: string; others: string[] }> {
    const folder = freshFolder();
    const history = await opened(folder);
    const others = await recordMany(history, count);
    const copy = freshFolder();
    mkdirSync(copy);
    const source = await open(join(folder, "history.db"));
    source.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    copyFileSync(join(folder, "history.db"), join(copy, "history.db"));
    source.close();
    return { file: join(copy, "history.db"), others };
  }

  describe("when its files are deleted or replaced", () => {
    for (const count of [1, 100]) {
      it(`goes on in a file that was moved over its own, with ${count} on record in each`, async () => {
        const folder = freshFolder();
        const history = await opened(folder);
        await recordMany(history, count);
        const { file, others } = await another(count);
        renameSync(file, join(folder, "history.db"));
        const ids = await recordMany(history, 20);
        ids.push(...(await recordMany(history, 20)));
        expect(idsOf(history)).toEqual([...others, ...ids].toSorted());
        expect(await idsAfterKill(folder)).toEqual([...others, ...ids].toSorted());
        await history.close();
        expect(await idsAfterKill(folder)).toEqual([...others, ...ids].toSorted());
      });
    }

    it.skipIf(thread)("records once more what it committed to a file that had just been replaced", async () => {
      const folder = freshFolder();
      const { file, others } = await another(1);
      let isReplaced = false;
      const history = await opened(folder, {
        open: async (path) => {
          const database = await open(path);
          return {
            ...database,
            exec(sql) {
              const isCommit = sql === "COMMIT" && database.prepare("SELECT 1 FROM deliveries").get() !== undefined;
              if (isCommit && !isReplaced) renameSync(file, path);
              isReplaced ||= isCommit;
              database.exec(sql);
            },
          };
        },
      });
      const ids = await recordMany(history, 3);
      expect(await idsAfterKill(folder)).toEqual([...others, ...ids].toSorted());
    });

    it("starts a new file when only the file was deleted, and not its log", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      await recordMany(history, 5);
      rmSync(join(folder, "history.db"));
      const ids = await recordMany(history, 20);
      expect(idsOf(history)).toEqual(ids.toSorted());
      expect(await idsAfterKill(folder)).toEqual(ids.toSorted());
    });

    for (const gone of [["-wal", "-shm"], ["-wal"], ["-shm"]]) {
      it(`keeps everything that is on record when its ${gone.join(" and ")} was deleted`, async () => {
        const folder = freshFolder();
        const history = await opened(folder);
        const ids = await recordMany(history, 5);
        for (const end of gone) rmSync(join(folder, `history.db${end}`));
        for (let times = 0; times < 3; times += 1) ids.push(...(await recordMany(history, 5)));
        expect(idsOf(history)).toEqual(ids.toSorted());
        expect(await idsAfterKill(folder)).toEqual(ids.toSorted());
        expect(readdirSync(folder).toSorted()).toEqual([
          ".gitignore",
          "history.db",
          "history.db-shm",
          "history.db-wal",
        ]);
      });
    }

    it("keeps what is on record when its log is deleted again and again", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      const ids: string[] = [];
      for (let times = 0; times < 5; times += 1) {
        ids.push(...(await recordMany(history, 3)));
        for (const end of ["-wal", "-shm"]) rmSync(join(folder, `history.db${end}`));
      }
      ids.push(...(await recordMany(history, 3)));
      expect(await idsAfterKill(folder)).toEqual(ids.toSorted());
    });

    it("never acknowledges what is lost when a file is moved away and back", async () => {
      const folder = freshFolder();
      const file = join(folder, "history.db");
      const history = await opened(folder);
      const before = await recordMany(history, 3);
      renameSync(file, `${file}.away`);
      await recordMany(history, 3);
      renameSync(`${file}.away`, file);
      const results = await Promise.allSettled([history.record(newDelivery()), history.record(newDelivery())]);
      const ids = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      const found = await idsAfterKill(folder);
      for (const id of ids) expect(found).toContain(id);
      expect(before).toHaveLength(3);
    });
  });
}
