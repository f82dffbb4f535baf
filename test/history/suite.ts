import { describe, onTestFinished } from "vitest";
import { openDatabase, type DriverName } from "../../src/history/driver.ts";
import { openHistory, type HistoryOptions } from "../../src/history/sqlite.ts";
import type { History } from "../../src/history/store.ts";
import type { NewDelivery } from "../../src/model/delivery.ts";
import { examining } from "./behaviour/examining.ts";
import { counting } from "./behaviour/counting.ts";
import { dropping } from "./behaviour/dropping.ts";
import { faults } from "./behaviour/faults.ts";
import { filtering } from "./behaviour/filtering.ts";
import { finding } from "./behaviour/finding.ts";
import { following } from "./behaviour/following.ts";
import { holding as waiting } from "./behaviour/holding.ts";
import { replacing } from "./behaviour/replacing.ts";
import { retrying } from "./behaviour/retrying.ts";
import { keeping } from "./behaviour/keeping.ts";
import { freshFolder } from "./folders.ts";

/** What the tests of a history's behaviour work with. Everything they open is closed when they end. */
export interface Bench {
  driver: DriverName;
  /** Commits are made in a thread, which opens the file by itself. */
  thread: boolean;
  opened: (folder?: string, options?: HistoryOptions) => Promise<History>;
  /** A history with these on record, written at once, and their ids; `id` is the first. */
  holding: (...deliveries: NewDelivery[]) => Promise<{ history: History; ids: string[]; id: string }>;
}

/** What every history promises, whichever SQLite is below it and whichever thread commits. */
export function describeHistory(driver: DriverName, { thread } = { thread: false }): void {
  const open = (path: string) => openDatabase(path, driver);

  async function opened(folder = freshFolder(), options: HistoryOptions = {}): Promise<History> {
    const history = await openHistory(folder, { open, thread, ...options });
    onTestFinished(() => history.close());
    return history;
  }

  async function holding(...deliveries: NewDelivery[]): Promise<{ history: History; ids: string[]; id: string }> {
    const history = await opened();
    const ids = await Promise.all(deliveries.map((delivery) => history.record(delivery)));
    return { history, ids, id: ids[0] ?? "" };
  }

  describe(`a history on ${driver}${thread ? " with a thread that commits" : ""}`, () => {
    for (const behaviour of [
      faults,
      replacing,
      keeping,
      finding,
      filtering,
      following,
      waiting,
      retrying,
      dropping,
      examining,
      counting,
    ]) {
      behaviour({ driver, thread, opened, holding });
    }
  });
}
