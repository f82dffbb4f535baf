import { describe, expect, it } from "vitest";
import { receiver, secret } from "../check/receiver.ts";
import { app } from "./app.ts";
import { freshFolder, jsonLines, run } from "./run.ts";

const env = { TELEPATH_WEBHOOK_SECRET: secret };

describe("send --scenario", () => {
  it.each([
    ["an unknown one", ["--scenario", "no-answr"], "did you mean no-answer?"],
    ["types beside it", ["call.ended", "--scenario", "no-answer"], "leave out one"],
    ["data beside it", ["--scenario", "no-answer", "--data", "x"], "leave out one of them"],
    ["a speed without one", ["call.ended", "--speed", "10x"], "--speed goes with --scenario"],
    ["calls without one", ["call.ended", "--calls", "2"], "--calls goes with --scenario"],
    ["a speed that is none", ["--scenario", "no-answer", "--speed", "fast"], "is not a speed such as 10x or max"],
    ["a file that is broken", ["--scenario", "./mine.json"], "mine.json:1:12"],
    ["a file that is absent", ["--scenario", "./none.json"], "none.json cannot be read"],
  ])("exits 2 for %s", async (_what, argv, words) => {
    const cwd = freshFolder({ "mine.json": '{"events": 5}' });
    const ran = await run(["send", ...argv], { env, cwd });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(words);
  });

  it("sends the events of a call in the order in which they are delivered", async () => {
    const { url, received } = await app();
    const argv = ["send", "--scenario", "ended-before-started", "--speed", "max", "--to", url, "--json"];
    const ran = await run(argv, { env });
    expect(ran.exitCode).toBe(0);
    const events = received.map(({ body }) => (JSON.parse(body.toString()) as { event: string }).event);
    expect(events).toEqual(["call.ended", "agent.connected", "call.started"]);
    expect(ran.stderr).toContain("playing ended-before-started: 3 deliveries\n");
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ deliveries: 3, delivered: 3 });
  });

  it("leaves a receiver with exactly the events of many calls at once", async () => {
    const { url, processed } = await receiver();
    const argv = ["send", "--scenario", "duplicate-end", "--calls", "100", "--concurrency", "20", "--speed", "max"];
    const ran = await run([...argv, "--to", url, "--json", "--no-history"], { env });
    expect(jsonLines(ran.stdout).at(-1)).toMatchObject({ deliveries: 500, delivered: 500 });
    const calls = new Set([...processed].map((key) => (JSON.parse(key) as string[])[0]));
    expect(calls.size).toBe(100);
    expect(processed.size).toBe(300);
  });

  it("stops waiting at Ctrl-C", async () => {
    const { url, received } = await app();
    const stop = new AbortController();
    const ran = await run(["send", "--scenario", "very-long-call", "--to", url], {
      env,
      interrupted: stop.signal,
      onStdout: () => stop.abort(),
    });
    expect(ran.exitCode).toBe(130);
    expect(received).toHaveLength(1);
  });

  it("prints the requests with --dry-run", async () => {
    const ran = await run(["send", "--scenario", "no-answer", "--dry-run"], { env });
    expect(ran.stdout.match(/^POST /gm)).toHaveLength(2);
  });
});

describe("fixtures", () => {
  it("lists, shows and copies scenarios", async () => {
    const cwd = freshFolder();
    const list = await run(["fixtures", "list", "--scenarios", "--json"], { cwd });
    expect(jsonLines(list.stdout)).toContainEqual(
      expect.objectContaining({ type: "scenario", name: "no-answer", origin: "built-in" }),
    );
    expect((await run(["fixtures", "show", "no-answer"], { cwd })).stdout).toContain('"reason": "no_answer"');

    const copied = await run(["fixtures", "copy", "no-answer", "--as", "mine"], { cwd });
    expect(copied.stderr).toContain("send --scenario mine plays it");
    const again = await run(["fixtures", "copy", "no-answer", "--as", "mine"], { cwd });
    expect(again).toMatchObject({ exitCode: 2 });
    expect((await run(["fixtures", "list", "--scenarios"], { cwd })).stdout).toContain("mine.json");
    expect((await run(["fixtures", "copy", "no-answer", "--as", "../x"], { cwd })).exitCode).toBe(2);
  });
});
