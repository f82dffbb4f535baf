import { expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { jsonView } from "../../src/cli/sending/json-view.ts";
import type { Waiting } from "../../src/delivery/attempts.ts";
import { packed } from "../../src/delivery/packed.ts";
import { createRetrying } from "../../src/delivery/retrying.ts";
import { newDelivery } from "../history/samples.ts";

const plan = { origin: "http://app:1", delaysMs: [5], timeoutMs: 30, expected: "2xx" };

function waiting(nth: number): Waiting {
  const kept = packed({ ...newDelivery({ callId: String(nth) }), id: "", attempts: [] });
  return { id: "", plan, nth, dueAt: 1_800_000_000_000, event: null, callId: null, made: 1, last: "503", kept };
}

it("what still waits at Ctrl-C is written in parts, as the reader takes it, and others have their turn meanwhile", async () => {
  const count = 1000;
  const left = Array.from({ length: count }, (_, nth) => waiting(nth)).reverse();
  const retrying = createRetrying(plan, { now: () => 0 } as Parameters<typeof createRetrying>[1], left);
  const read: { call_id?: string; callId: string; nextAttemptAt: string }[] = [];
  let pending = "";
  let turns = 0;
  const stdout = {
    write(text: string | Uint8Array) {
      pending += String(text);
      return false;
    },
    once(_event: "drain", listener: () => void) {
      // A slow reader: it takes what there is some turns later.
      const taken = pending.split("\n").filter(Boolean);
      pending = "";
      expect(taken.length).toBeLessThanOrEqual(100);
      read.push(...taken.map((line) => JSON.parse(line) as (typeof read)[number]));
      setImmediate(() => ((turns += 1), listener()));
    },
  };
  const context = { stdout, stderr: { write: () => true }, now: () => 0, env: {} } as unknown as Context;
  const view = jsonView({ total: count, flags: { json: true }, retrying, history: null }, context);
  await view.end();
  expect(read.map(({ callId }) => callId)).toEqual(Array.from({ length: count }, (_, nth) => String(nth)));
  expect(read[0]).toMatchObject({ id: null, nextAttemptAt: new Date(1_800_000_000_000).toISOString() });
  expect(turns).toBe(10);
});
