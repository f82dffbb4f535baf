import { describe, expect, it } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import { createDiagnoser } from "../../src/listen/diagnoses.ts";
import type { Delivery, NewDelivery } from "../../src/model/delivery.ts";
import { folder } from "./listening.ts";

const diagnosis = { code: "json-order", proven: true, steps: [], summary: "s", advice: "a", firstDifference: null };

/** A diagnoser whose clock goes on only when the test says so, and by `takes` with each explanation. */
async function diagnoser(takes: number) {
  const history = await openHistory(folder());
  const state = { now: 0, budgets: [] as number[] };
  const explain = createDiagnoser({
    history,
    secrets: [],
    notify: () => {},
    aborted: new AbortController().signal,
    clock: () => state.now,
    diagnose: (_request, _secrets, now) => {
      const start = now();
      state.now += takes;
      state.budgets.push(now() - start);
      return diagnosis;
    },
  });
  const record = async (body: Uint8Array): Promise<Delivery> => {
    const delivery: NewDelivery = {
      source: "listen",
      createdAt: 1,
      event: null,
      callId: null,
      method: "POST",
      target: "/",
      headers: [],
      body,
      bodyState: "whole",
      signature: { verdict: "invalid", secret: null, diagnosis: null },
      outcome: "captured",
      replayOf: null,
    };
    return { ...delivery, id: await history.record(delivery), attempts: [] };
  };
  const explained = async (body = new Uint8Array(1)): Promise<boolean> => (await explain(await record(body))) !== null;
  return { state, explained };
}

describe("the time given to explanations", () => {
  it("is used up by a flood and comes back slowly", async () => {
    const { state, explained } = await diagnoser(1500);
    expect([await explained(), await explained(), await explained()]).toEqual([true, true, false]);
    state.now += 100;
    expect(await explained()).toBe(false);
    state.now += 10_000;
    expect(await explained()).toBe(true);
  });

  it("is a quarter of what the search may take elsewhere", async () => {
    const { state, explained } = await diagnoser(500);
    await explained();
    expect(state.budgets).toEqual([2000]);
  });

  it("is not spent on large bodies", async () => {
    const { state, explained } = await diagnoser(1);
    expect(await explained(new Uint8Array(64 * 1024 + 1))).toBe(false);
    expect(state.budgets).toEqual([]);
  });
});
