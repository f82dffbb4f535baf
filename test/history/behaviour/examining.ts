import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/history/driver.ts";
import { examineHistory } from "../../../src/history/examine.ts";
import { freshFolder } from "../folders.ts";
import { newDelivery } from "../samples.ts";
import type { Bench } from "../suite.ts";

/** What a look at a history says, and that it stays a look. */
export function examining({ driver, opened }: Bench): void {
  const open = (path: string) => openDatabase(path, driver);
  const examined = (folder: string) => examineHistory(folder, { open });

  describe("examining one", () => {
    it("makes none where there is none", async () => {
      const folder = freshFolder();
      expect(await examined(folder)).toBeNull();
      expect(existsSync(folder)).toBe(false);
      mkdirSync(folder);
      writeFileSync(join(folder, "history.db"), "");
      expect(await examined(folder)).toMatchObject({ deliveries: 0, newest: null, damage: [] });
      expect(readFileSync(join(folder, "history.db")).length).toBe(0);
    });

    it("refuses a file that is something else", async () => {
      const folder = freshFolder();
      mkdirSync(folder);
      writeFileSync(join(folder, "history.db"), "somebody's letter ".repeat(1000));
      await expect(examined(folder)).rejects.toMatchObject({ code: "HISTORY_CORRUPT" });
    });

    it("says what another process keeps locked", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      await history.record(newDelivery());
      const holder = await open(join(folder, "history.db"));
      holder.exec("BEGIN IMMEDIATE");
      await expect(examined(folder)).rejects.toMatchObject({ code: "HISTORY_UNWRITABLE" });
      holder.exec("ROLLBACK");
      holder.close();
    });

    it("finds pages that are damaged", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      for (let index = 0; index < 20; index += 1) await history.record(newDelivery({ body: Buffer.alloc(30_000) }));
      await history.close();
      const path = join(folder, "history.db");
      const bytes = readFileSync(path);
      for (let page = 2; page < bytes.length / 16_384; page += 1) bytes.fill(0xff, page * 16_384, page * 16_384 + 64);
      writeFileSync(path, bytes);
      const { damage } = await examined(folder).then(
        (found) => found!,
        (error: { code: string }) => ({ damage: [error.code] }),
      );
      expect(damage).not.toEqual([]);
    });

    it("counts, and tells the newest", async () => {
      const folder = freshFolder();
      const history = await opened(folder);
      await history.record(newDelivery({ createdAt: 1_763_000_000_500 }));
      await history.record(newDelivery({ createdAt: 1_763_000_000_000 }));
      chmodSync(folder, 0o700);
      const before = readdirSync(folder);
      const found = await examined(folder);
      expect(found).toMatchObject({ deliveries: 2, newest: 1_763_000_000_500, damage: [] });
      expect(found!.bytes).toBeGreaterThan(16_384);
      expect(readdirSync(folder)).toEqual(before);
      await history.record(newDelivery());
    });
  });
}
