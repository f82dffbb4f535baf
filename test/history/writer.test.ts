import { describe, expect, it, vi } from "vitest";
import type { Change } from "../../src/history/changes.ts";
import type { Committer } from "../../src/history/committer.ts";
import { Writer } from "../../src/history/writer.ts";

const change: Change & { kind: "give-back" } = { kind: "give-back", body: null };

/** Says how many changes each commit had. */
function counting(): { groups: number[]; committer: Committer } {
  const groups: number[] = [];
  const committer: Committer = {
    isApart: true,
    commit: async (changes) => {
      groups.push(changes.length);
      await new Promise((resolve) => setImmediate(resolve));
      return changes.map(() => ({ value: true }));
    },
    endPatience: () => {},
    close: () => Promise.resolve(),
  };
  return { groups, committer };
}

describe("changes of a history", () => {
  it("share a commit when they are asked for in one turn, or while one is under way", async () => {
    const { groups, committer } = counting();
    const writer = new Writer(committer, 1000);
    const first = Promise.all([writer.commit(change), writer.commit(change)]);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, writer.commit(change), writer.commit(change, "soon")]);
    expect(groups).toEqual([2, 2]);
  });

  it("share a commit that holds this thread up when they come within three turns", async () => {
    const { groups, committer } = counting();
    const writer = new Writer({ ...committer, isApart: false }, 1000);
    const all = [writer.commit(change)];
    for (let turn = 0; turn < 2; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      all.push(writer.commit(change));
    }
    await Promise.all(all);
    expect(groups).toEqual([3]);
  });

  it("that need not be at once go with the next that is", async () => {
    const { groups, committer } = counting();
    const writer = new Writer(committer, 1000);
    await Promise.all([writer.commit(change, "soon"), writer.commit(change)]);
    expect(groups).toEqual([2]);
  });

  it("that need not be at once are committed soon, or when the history closes", async () => {
    const { groups, committer } = counting();
    const writer = new Writer(committer, 1000);
    await writer.commit(change, "soon");
    const last = writer.commit(change, "soon");
    await writer.settled();
    expect(groups).toEqual([1, 1]);
    await last;
  });

  it("are committed however their urgencies mix and whatever timer fires meanwhile", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { groups, committer } = counting();
      const writer = new Writer(committer, 1000);
      for (let round = 0; round < 50; round += 1) {
        const all = [writer.commit(change, round % 2 === 0 ? "soon" : "now"), writer.commit(change, "soon")];
        vi.advanceTimersByTime(round);
        void all[0]!.then(() => vi.advanceTimersByTime(100));
        if (round % 3 === 0) all.push(writer.commit(change));
        vi.advanceTimersByTime(100);
        await Promise.all(all);
        vi.advanceTimersByTime(100);
      }
      expect(groups.reduce((sum, size) => sum + size)).toBe(50 * 2 + 17);
    } finally {
      vi.useRealTimers();
    }
  });

  it("are told of in parts, so that what they set going does not hold the event loop up", async () => {
    const writer = new Writer(counting().committer, 1000);
    const told: Promise<unknown>[] = [];
    let count = 0;
    for (let each = 0; each < 50; each += 1) told.push(writer.commit(change).then(() => (count += 1)));
    const perTurn: number[] = [];
    for (let before = 0; before < 50; before = count) {
      await new Promise((resolve) => setImmediate(resolve));
      perTurn.push(count - before);
    }
    await Promise.all(told);
    expect(perTurn.filter((each) => each > 0)).toEqual([20, 20, 10]);
  });

  it.each([true, false])("are committed when they come while others are told of theirs, apart: %s", async (isApart) => {
    const { groups, committer } = counting();
    const writer = new Writer({ ...committer, isApart }, 1000);
    const later = Array.from({ length: 50 }, (_, at) =>
      writer.commit(change).then(() => (at === 25 ? writer.commit(change, "soon") : undefined)),
    );
    await Promise.all(later);
    expect(groups).toEqual([50, 1]);
  });

  it("are split when their bodies are large together", async () => {
    const { groups, committer } = counting();
    const writer = new Writer(committer, 1000);
    const large: Change & { kind: "insert" } = { kind: "insert", row: [], body: new Uint8Array(6e6), waits: undefined };
    await Promise.all(Array.from({ length: 5 }, () => writer.commit(large)));
    expect(groups).toEqual([2, 2, 1]);
  });
});
