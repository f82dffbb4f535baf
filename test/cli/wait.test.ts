import { existsSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import type { History } from "../../src/history/store.ts";
import { historyIn, projectWith, record, type Recorded } from "./recorded.ts";
import { freshFolder, jsonLines, run, type Ran } from "./run.ts";

const ended = (seconds: number, changes: Recorded = {}): Recorded => ({
  body: Buffer.from(JSON.stringify({ event: "call.ended", call_id: "call_1", duration_seconds: seconds })),
  ...changes,
});

/** Runs `wait` and, beside it, `work`. Its clock stands where it began, so that all of it counts as come after. */
async function waitWhile(cwd: string, argv: string[], work: (history: History) => Promise<unknown>): Promise<Ran> {
  const history = await historyIn(cwd);
  const start = Date.now();
  const ran = run(["wait", "--json", "--timeout", "20s", ...argv], { cwd, now: () => start });
  await work(history);
  return await ran;
}

describe("telepath-hooks wait", () => {
  it.each([
    [["--timeout", "soon"], '"soon" is not a duration'],
    [["--timeout", "0s"], "more than 0"],
    [["--count", "0"], "1 or more"],
    [["--where", "duration"], "is no condition"],
    [["--outcome", "ended"], "delivered, failed, pending, captured"],
    [["call.ended"], "too many arguments"],
  ])("refuses %j", async (argv, message) => {
    const { exitCode, stdout, stderr } = await run(["wait", ...argv]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says no when nothing came in time, and where to look", async () => {
    const cwd = freshFolder();
    const ran = await run(["wait", "--event", "call.ended", "--timeout", "50ms"], { cwd });
    expect(ran).toMatchObject({ exitCode: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^no delivery that matches within \d+ ms\n/);
    expect(ran.stderr).toContain("--since 1m looks back");
    expect(existsSync(join(cwd, ".telepath-hooks"))).toBe(true);
  });

  it("ends in time although what it does not hold on to is collected meanwhile", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const collecting = setInterval(collect, 20);
    onTestFinished(() => clearInterval(collecting));
    expect(await run(["wait", "--timeout", "500ms"])).toMatchObject({ exitCode: 1 });
  });

  it("says how many came when it was too few, and what else came", async () => {
    const cwd = freshFolder();
    const ran = await waitWhile(
      cwd,
      ["--count", "3", "--where", "duration_seconds>5", "--timeout", "1s"],
      async (h) => {
        await record(h, ended(9));
        await record(h, ended(1, { outcome: "failed" }));
        await record(h, { event: "x\u001b[2J", outcome: "captured" });
      },
    );
    expect(ran.exitCode).toBe(1);
    expect(jsonLines(ran.stdout)).toMatchObject([
      { type: "delivery", event: "call.ended" },
      { type: "summary", arrived: 1, wanted: 3, timedOut: true },
    ]);
    expect(ran.stderr).toMatch(/^only 1 of 3 deliveries within /);
    expect(ran.stderr).toContain("1 call.ended (failed), 1 x\\x1b[2J (captured)");
  });

  it("ends with 130 on Ctrl-C", async () => {
    const interruption = new AbortController();
    const ran = run(["wait", "--timeout", "1h"], { interrupted: interruption.signal });
    setImmediate(() => interruption.abort());
    expect(await ran).toMatchObject({ exitCode: 130, stdout: "" });
  });

  it("does not count what was there before, unless --since reaches back", async () => {
    const { cwd } = await projectWith({ createdAt: Date.now() - 30_000 });
    expect((await run(["wait", "--timeout", "20ms"], { cwd })).exitCode).toBe(1);
    const back = await run(["wait", "--since", "1m"], { cwd });
    expect(back).toMatchObject({ exitCode: 0, stderr: "" });
    expect(back.stdout).toMatch(/←✓ call\.ended/);
  });

  it("prints what came and ends with 0, once the delivery is settled", async () => {
    const ran = await waitWhile(freshFolder(), ["--event", "call.*", "--outcome", "delivered"], async (history) => {
      const id = await record(history, ended(9, { outcome: "pending" }));
      await record(history, { event: "other" });
      await history.update(id, { outcome: "delivered" });
    });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(jsonLines(ran.stdout)).toMatchObject([
      { type: "delivery", event: "call.ended", outcome: "delivered" },
      { type: "summary", arrived: 1, wanted: 1, timedOut: false },
    ]);
  });

  it("waits for so many different ones, and prints no more than that", async () => {
    const ran = await waitWhile(freshFolder(), ["--count", "2"], async (history) => {
      const id = await record(history, ended(1));
      await history.update(id, { outcome: "failed" });
      await Promise.all([record(history, ended(2)), record(history, ended(3))]);
    });
    expect(ran.exitCode).toBe(0);
    const deliveries = jsonLines(ran.stdout).filter(({ type }) => type === "delivery");
    expect(new Set(deliveries.map(({ id }) => id)).size).toBe(2);
    expect(deliveries).toHaveLength(2);
  });

  it("takes one under way when that is what is asked for", async () => {
    const ran = await waitWhile(freshFolder(), ["--outcome", "pending"], (history) =>
      record(history, { outcome: "pending" }),
    );
    expect(ran.exitCode).toBe(0);
  });
});
