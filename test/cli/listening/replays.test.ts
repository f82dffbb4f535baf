import { describe, expect, it, onTestFinished } from "vitest";
import { replayRecorded, type ReplayTools } from "../../../src/cli/listening/replays.ts";
import { createTransport } from "../../../src/delivery/undici.ts";
import { forwardTarget } from "../../../src/listen/forward-target.ts";
import { app, status } from "../app.ts";
import { attempt, historyIn, record, type Recorded } from "../recorded.ts";
import { freshFolder } from "../run.ts";

/** The tools of a session that forwards to an app of its own, and what is on record. */
async function session(appFor: ReplayTools["appFor"], ...deliveries: Recorded[]) {
  const history = await historyIn(freshFolder());
  const transport = createTransport({ connections: 4 });
  onTestFinished(() => transport.close());
  const ids: string[] = [];
  for (const delivery of deliveries) ids.push(await record(history, delivery));
  const { signal } = new AbortController();
  const terms = { addedHeaders: [["X-Env", "dev"]] as const, secrets: [], timeoutMs: 5000, now: Date.now };
  return { ids, history, tools: { history, transport, appFor, interrupted: signal, ...terms } };
}

const failed: Recorded = { outcome: "failed", attempts: [attempt({ response: null, failure: "refused" })] };

describe("a replay by key", () => {
  it("goes where the gateway forwards its event, below the path of that app, with the headers that are added", async () => {
    const [calls, others] = [await app(), await app(status(500))];
    const appFor = (event: string | null) =>
      event === "call.ended" ? forwardTarget(`${calls.url}/calls`) : forwardTarget(others.url);
    const { ids, history, tools } = await session(
      appFor,
      { ...failed, target: "/hooks?x=1" },
      { ...failed, event: "agent.connected" },
    );
    expect(await replayRecorded(ids[0]!, tools)).toMatchObject({
      verdict: "fixed",
      delivery: { source: "replay", replayOf: ids[0], outcome: "delivered" },
    });
    expect(await replayRecorded(ids[1]!, tools)).toMatchObject({ verdict: "still failing" });
    expect(calls.received).toMatchObject([{ url: "/calls/hooks?x=1" }]);
    expect(calls.received[0]!.headers).toContainEqual(["X-Env", "dev"]);
    expect(others.received).toMatchObject([{ url: "/webhooks" }]);

    const first = history.get("last-failed");
    expect(first).toMatchObject({ source: "replay", replayOf: ids[1] });
    await replayRecorded((await replayRecorded(ids[0]!, tools)).delivery.id, tools);
    expect(calls.received.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => "/calls/hooks?x=1"));
  });

  it("has a reason when it cannot be: no app gets such events, the body is not whole", async () => {
    const { ids, tools } = await session(() => null, {}, { bodyState: "incomplete" });
    await expect(replayRecorded(ids[0]!, tools)).rejects.toMatchObject({ code: "NO_APP" });
    await expect(replayRecorded(ids[1]!, tools)).rejects.toMatchObject({ code: "NOT_WHOLE" });
    await expect(replayRecorded("01JD00000000000000007Q2M9X", tools)).rejects.toMatchObject({
      code: "UNKNOWN_DELIVERY",
    });
  });
});
