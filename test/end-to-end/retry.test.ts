import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openHistory } from "../../src/history/sqlite.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { app, type App } from "../cli/app.ts";
import { freshFolder, jsonLines } from "../cli/run.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { env, normalised } from "./screen.ts";
import { startOnTerminal } from "./terminal.ts";
import { start } from "./tool.ts";

/** Answers each body 503 the first time and 200 from then on, and counts what it took. */
async function strictAtFirst(onTaken: (taken: number) => void = () => {}): Promise<App & { taken: string[] }> {
  const seen = new Set<string>();
  const taken: string[] = [];
  const target = await app(({ body }, response) => {
    const text = body.toString();
    response.statusCode = seen.has(text) ? 200 : 503;
    if (seen.has(text)) taken.push(text);
    seen.add(text);
    response.end();
    onTaken(taken.length);
  });
  return { ...target, taken };
}

async function onRecord(cwd: string): Promise<Delivery[]> {
  const history = await openHistory(join(cwd, ".telepath-hooks"));
  const deliveries = [...history.find({})];
  await history.close();
  return deliveries;
}

const bodyOf = ({ body }: Delivery): string => Buffer.from(body).toString();

it.each([1, 40])(
  "after kill -9 at the answer to the %i. delivery, send --resume forgets none and repeats none",
  async (at) => {
    let kill = (): void => {};
    const target = await strictAtFirst((taken) => taken === at && kill());
    const cwd = freshFolder();
    const argv = ["call.ended", "--count", "200", "--concurrency", "10", "--retry-schedule", "30ms,30ms,30ms"];
    const send = start(["send", ...argv, "--to", target.url, "--json"], { cwd, env });
    kill = () => send.child.kill("SIGKILL");
    expect(await send.ended).toBe("SIGKILL");

    const before = await onRecord(cwd);
    const acknowledged = before.filter(({ outcome }) => outcome === "delivered");
    expect(before.length).toBeGreaterThan(acknowledged.length);
    const resumed = start(["send", "--resume", "--json", "--concurrency", "10"], { cwd, env });
    expect(await resumed.ended).toBe(0);
    expect(resumed.stderr()).toContain("what it had under way may come a second time");
    expect(jsonLines(resumed.stdout()).at(-1)).toMatchObject({
      deliveries: before.length - acknowledged.length,
      delivered: before.length - acknowledged.length,
    });

    const after = await onRecord(cwd);
    expect(after.map(({ outcome }) => outcome)).toEqual(before.map(() => "delivered"));
    const times = (delivery: Delivery): number => target.taken.filter((text) => text === bodyOf(delivery)).length;
    for (const delivery of acknowledged) expect(times(delivery)).toBe(1);
    for (const delivery of after) expect(times(delivery)).toBeGreaterThanOrEqual(1);
    // Sent again was only what was under way when the process was killed: what is tried again, up to 100 at once.
    expect(target.taken.length - after.length).toBeLessThanOrEqual(100);
  },
  30_000,
);

it("send --resume leaves to a send what that still has, and says so", async () => {
  const cwd = freshFolder();
  const send = start(["send", "call.ended", "--retry", "--port", String(await closedPort())], { cwd, env });
  await send.line((line) => line.includes("attempt 2 of 6"));
  const resumed = start(["send", "--resume"], { cwd, env });
  expect(await resumed.ended).toBe(0);
  expect(resumed.stderr()).toBe(
    `nothing is left to be tried again\n  1 delivery belongs to a run that is still at work (process ${send.child.pid})\n`,
  );
  send.child.kill("SIGINT");
  expect(await send.ended).toBe(130);
  expect(send.stderr()).toContain("1 delivery is yet to be tried again");
  const again = start(["send", "--resume", "--speed", "max"], { cwd, env });
  expect(await again.ended).toBe(1);
  expect(again.stdout()).toContain("given up after 6 attempts");
});

it.each([
  [40, 14],
  [80, 24],
  [120, 40],
])("a terminal of %d columns and %d rows shows what waits, and when it is tried", async (columns, rows) => {
  const target = await app(({ body }, response) => {
    response.statusCode = body.includes("call.ended") ? 503 : 200;
    response.end(response.statusCode === 503 ? "database is locked" : "");
  });
  const cwd = freshFolder();
  const argv = ["send", "call.started", "call.ended", "--call-id", "call_3f9a8b7c6", "--count", "8", "--retry"];
  const terminal = startOnTerminal([...argv, "--to", target.url], { cwd, env, columns, rows });
  await terminal.views(/8 wait[\s\S]*Ctrl-C stops/);
  await terminal.views(/8 of 16 delivered/);
  const settled = (view: string): string => normalised(view).replaceAll(/in \d s/g, "in N s");
  // How many lines stand above the table depends on what was drawn together.
  const view = terminal.view();
  expect(settled(view.slice(view.indexOf("… call.ended")))).toMatchSnapshot();
  await terminal.views(/in 3 s/);
  terminal.type("\u0003");
  expect(await terminal.ended).toBe(130);
  expect(settled(terminal.view())).not.toContain("Ctrl-C stops");
  expect(terminal.screen().replaceAll("\n", " ")).toMatch(/8\s+deliveries are yet to be tried again/);
  expect(terminal.written()).toContain("\u001b[?25h");
});

it("a terminal shows the line of what was taken, and the next attempt as it is made", async () => {
  let answer = (): void => {};
  const target = await app((_request, response, nth) => {
    if (nth === 1) response.writeHead(500).end();
    else answer = () => response.end();
  });
  const cwd = freshFolder();
  const argv = ["send", "call.ended", "--retry", "--speed", "10x", "--to", target.url];
  const terminal = startOnTerminal(argv, { cwd, env });
  onTestFinished(() => terminal.close());
  await terminal.views(/500 +attempt 2 of 6 +in 1 s/);
  await terminal.views(/500 +attempt 2 of 6 +trying/);
  answer();
  expect(await terminal.ended).toBe(0);
  expect(terminal.view()).toMatch(/^\d\d:\d\d:\d\d ✓ call\.ended .* 200 .*attempt 2$/m);
  expect(terminal.view()).not.toContain("trying");
});

it("no table is drawn where none can be: on a dumb terminal, with --json, without --retry", async () => {
  const target = await app((_request, response, nth) => response.writeHead(nth === 1 ? 500 : 200).end());
  const options = { cwd: freshFolder(), env: { ...env, TERM: "dumb" } };
  const argv = ["send", "call.ended", "--retry", "--speed", "max", "--to", target.url];
  const dumb = startOnTerminal(argv, options);
  expect(await dumb.ended).toBe(0);
  expect(dumb.written()).not.toContain("\u001b");
  for (const more of [["--json"], []]) {
    const terminal = startOnTerminal(["send", "call.ended", "--to", target.url, ...more], { cwd: options.cwd, env });
    expect(await terminal.ended).toBe(0);
    expect(terminal.written()).not.toContain("\u001b[?25l");
  }
});
