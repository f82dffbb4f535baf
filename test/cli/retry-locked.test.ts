import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../src/history/driver.ts";
import { app, status } from "./app.ts";
import { freshFolder, jsonLines, run } from "./run.ts";
import { historyIn } from "./recorded.ts";

const env = { TELEPATH_WEBHOOK_SECRET: "whsec_only_for_tests" };

/** Locks the history of a project as another process would, until it is let go. */
async function locked(cwd: string): Promise<() => void> {
  const other = await openDatabase(join(cwd, ".telepath-hooks", "history.db"));
  let isLocked = true;
  other.exec("BEGIN IMMEDIATE");
  const unlock = (): void => {
    if (isLocked) other.exec("ROLLBACK");
    isLocked = false;
  };
  onTestFinished(() => {
    unlock();
    other.close();
  });
  return unlock;
}

it("waits with an outcome while another process keeps the history locked, and sends nothing twice", async () => {
  const cwd = freshFolder();
  const history = await historyIn(cwd);
  let unlock = (): void => {};
  const target = await app(async (_request, response) => {
    unlock = await locked(cwd);
    response.end();
  });
  const running = run(["send", "call.ended", "--retry", "--to", target.url, "--json"], { cwd, env });
  while (target.received.length === 0) await new Promise(setImmediate);
  // A write is given up after five seconds, and that is told.
  setTimeout(() => unlock(), 5600);
  const ran = await running;
  expect(ran.stderr).toMatch(/^note {2}the history .* another process keeps it locked; what was answered waits/m);
  expect(jsonLines(ran.stdout)[0]).toMatchObject({ outcome: "delivered" });
  expect(ran.exitCode).toBe(0);
  expect(target.received).toHaveLength(1);
  expect([...history.find({})]).toMatchObject([{ outcome: "delivered", attempts: [{ number: 1 }] }]);
  expect(history.retryHolders()).toEqual([]);
}, 30_000);

it("send --resume exits 2 when the history stays locked, and what waits goes on waiting", async () => {
  const target = await app(status(503));
  const cwd = freshFolder();
  const stop = new AbortController();
  const argv = ["send", "call.ended", "--retry", "--to", target.url];
  await run(argv, { cwd, env, interrupted: stop.signal, onStdout: () => stop.abort() });
  const unlock = await locked(cwd);
  const ran = await run(["send", "--resume", "--json"], { cwd });
  expect(ran.exitCode).toBe(2);
  expect(jsonLines(ran.stdout)).toMatchObject([{ type: "error", code: "HISTORY_UNWRITABLE" }]);
  unlock();
  expect((await historyIn(cwd)).retryHolders()).toMatchObject([{ holder: "", deliveries: 1 }]);
}, 30_000);
