import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { attempt, historyIn, projectWith, record, type Recorded } from "./recorded.ts";
import { freshFolder, jsonLines, run, type Surroundings } from "./run.ts";

const call = (event: string, seconds: number, changes: Recorded = {}): Recorded => ({
  event,
  callId: `call_${seconds}`,
  body: Buffer.from(JSON.stringify({ event, call_id: `call_${seconds}`, duration_seconds: seconds })),
  ...changes,
});

/** The events of the deliveries `log --json` lists. */
async function eventsOf(argv: string[], around: Surroundings): Promise<unknown[]> {
  const { exitCode, stdout, stderr } = await run(["log", "--json", ...argv], around);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return jsonLines(stdout).map(({ event }) => event);
}

describe("telepath-hooks log", () => {
  it.each([
    [["--where", "duration_seconds"], '"duration_seconds" is no condition'],
    [["--outcome", "broken"], "delivered, failed, pending, captured"],
    [["--signature", "good"], "valid, invalid, missing, unchecked"],
    [["--source", "tape"], "listen, send, replay, import"],
    [["--since", "yesterday"], '"yesterday" is neither'],
    [["--limit", "0"], "1 or more"],
    [["--event", ""], "must not be empty"],
    [["--folow"], "unknown option '--folow'"],
    [["extra"], "too many arguments"],
  ])("refuses %j", async (argv, message) => {
    const { exitCode, stdout, stderr } = await run(["log", ...argv]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says where a broken history is, also with --json", async () => {
    const cwd = freshFolder({ ".telepath-hooks/history.db": "not a database at all".repeat(100) });
    const { exitCode, stdout, stderr } = await run(["log", "--json"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(join(cwd, ".telepath-hooks", "history.db"));
    expect(jsonLines(stdout)).toMatchObject([{ type: "error", code: "HISTORY_CORRUPT" }]);
  });

  it("cannot run without a place for the history", async () => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, "file"), "");
    const { exitCode, stderr } = await run(["log", "--data-dir", "file/data"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--data-dir");
  });

  it("says how to begin when there is nothing, and that nothing matches when there is something", async () => {
    const empty = await run(["log"]);
    expect(empty).toMatchObject({ exitCode: 0, stdout: "" });
    expect(empty.stderr).toMatch(/telepath-hooks listen/);
    const { cwd } = await projectWith({});
    const unmatched = await run(["log", "--event", "call.endd"], { cwd });
    expect(unmatched).toMatchObject({ exitCode: 0, stdout: "" });
    expect(unmatched.stderr).toBe("no delivery matches; did you mean call.ended?\n");
  });

  it("lists them newest last, with the next step below a failed one", async () => {
    const { cwd, ids } = await projectWith(
      call("call.started", 1),
      call("call.ended", 2, {
        outcome: "failed",
        attempts: [attempt({ response: null, failure: "refused", message: "nothing listens on port 3000" })],
      }),
    );
    const { exitCode, stdout, stderr } = await run(["log"], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [first = "", second = "", advice = "", ...rest] = stdout.split("\n");
    expect(first).toMatch(new RegExp(`←✓ call.started .*${ids[0]?.slice(-6)}$`));
    expect(second).toMatch(/←✗ call\.ended .*refused/);
    expect(advice).toContain("nothing listens on port 3000: start your app");
    expect(rest).toEqual([""]);
  });

  it("says which day it was where that is not today", async () => {
    const now = new Date(2026, 2, 2, 12).getTime();
    const { cwd } = await projectWith(
      { createdAt: now - 2 * 86_400_000 },
      { createdAt: now - 2 * 86_400_000 },
      { createdAt: now },
    );
    const { stdout } = await run(["log"], { cwd, now: () => now });
    expect(stdout.split("\n").map((line) => line.slice(0, 13))).toEqual([
      "── 2026-02-28",
      expect.stringMatching(/^12:00:00/),
      expect.stringMatching(/^12:00:00/),
      "── 2026-03-02",
      expect.stringMatching(/^12:00:00/),
      "",
    ]);
  });

  it.each<[string[], string[]]>([
    [
      ["--event", "call.*"],
      ["call.started", "call.ended"],
    ],
    [
      ["--event", "ai_agent.connected"],
      ["agent.connected", "agent_connected"],
    ],
    [
      ["--event", "agent.con*"],
      ["agent.connected", "agent_connected"],
    ],
    [["--call", "call_20"], ["call.ended"]],
    [["--outcome", "failed"], ["call.ended"]],
    [["--signature", "invalid"], ["agent.connected"]],
    [["--source", "send"], ["agent_connected"]],
    [
      ["--where", "duration_seconds>10", "--where", "duration_seconds<40"],
      ["call.ended", "agent.connected"],
    ],
    [["--since", "90s"], ["agent_connected"]],
    [
      ["--until", "2026-01-01T00:00:01Z"],
      ["call.started", "call.ended"],
    ],
    [
      ["--limit", "2"],
      ["agent.connected", "agent_connected"],
    ],
  ])("filters by %j", async (argv, events) => {
    const start = Date.parse("2026-01-01T00:00:00Z");
    const { cwd } = await projectWith(
      call("call.started", 10, { createdAt: start }),
      call("call.ended", 20, { createdAt: start + 1000, outcome: "failed" }),
      call("agent.connected", 30, {
        createdAt: start + 2000,
        signature: { verdict: "invalid", secret: null, diagnosis: null },
      }),
      call("agent_connected", 40, { createdAt: start + 100_000, source: "send" }),
    );
    expect(await eventsOf(argv, { cwd, now: () => start + 150_000 })).toEqual(events);
  });

  it("lists the newest 50 and says that there are more", async () => {
    const { cwd } = await projectWith(...Array.from({ length: 51 }, (_, index) => call("call.ended", index)));
    const usual = await run(["log", "--json"], { cwd });
    expect(jsonLines(usual.stdout).map(({ callId }) => callId)).toEqual(
      Array.from({ length: 50 }, (_, index) => `call_${index + 1}`),
    );
    expect(usual.stderr).toMatch(/newest 50.*--limit/);
    expect((await run(["log", "--limit", "50"], { cwd })).stderr).toBe("");
    expect(await eventsOf(["--limit", "99"], { cwd })).toHaveLength(51);
    expect((await run(["log", "--where", "duration_seconds>0"], { cwd })).stderr).toBe("");
  });

  it("shows control characters from outside instead of sending them to the terminal", async () => {
    const { cwd } = await projectWith({
      event: "call\u001b]0;owned\u0007.\u202eended",
      callId: "\u009b31m\r",
      outcome: "failed",
      attempts: [attempt({ response: { status: 500, headers: [], body: Buffer.from("\u001b[2Jgone") } })],
    });
    const { stdout } = await run(["log", "--no-color"], { cwd, tty: true });
    expect(stdout).toMatch(/call\\x1b\]0;/);
    expect(stdout.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  describe("--follow", () => {
    /** Follows; `onLine` is told each object as it comes. */
    async function follow(
      cwd: string,
      argv: string[],
      onLine: (line: Record<string, unknown>, end: () => void) => void,
    ) {
      const interruption = new AbortController();
      return await run(["log", "--follow", "--json", ...argv], {
        cwd,
        interrupted: interruption.signal,
        onStdout: (text) => jsonLines(text).forEach((line) => onLine(line, () => interruption.abort())),
      });
    }

    it("lists what is there, then what another process records, each once it is settled", async () => {
      const { cwd, history, ids } = await projectWith({ event: "before" });
      const seen: unknown[] = [];
      const { exitCode } = await follow(cwd, [], ({ id, event, outcome }, end) => {
        seen.push([event, outcome]);
        if (event === "before") {
          expect(id).toBe(ids[0]);
          // One is under way first and must not be shown as such; the last one ends the test.
          void record(history, { event: "slow", outcome: "pending" }).then(async (slow) => {
            await record(history, { event: "quick", outcome: "captured" });
            await history.update(slow, { outcome: "failed" });
            await record(history, { event: "last" });
          });
        }
        if (event === "last") end();
      });
      expect(seen).toEqual([
        ["before", "delivered"],
        ["quick", "captured"],
        ["slow", "failed"],
        ["last", "delivered"],
      ]);
      expect(exitCode).toBe(130);
    });

    it("tells again of one whose outcome changed, and not of one that only learned more", async () => {
      const { cwd, history, ids } = await projectWith({ event: "kept", outcome: "captured" });
      const seen: unknown[] = [];
      await follow(cwd, [], ({ event, outcome }, end) => {
        seen.push([event, outcome]);
        if (seen.length > 1) return end();
        const [id = ""] = ids;
        void history
          .update(id, { signature: { verdict: "missing", secret: null, diagnosis: null } })
          .then(() => history.update(id, { outcome: "delivered", attempt: attempt() }));
      });
      expect(seen).toEqual([
        ["kept", "captured"],
        ["kept", "delivered"],
      ]);
    });

    it("goes on when the data folder was deleted and made anew", async () => {
      const { cwd } = await projectWith({ event: "before" });
      const seen: unknown[] = [];
      await follow(cwd, [], ({ event }, end) => {
        seen.push(event);
        if (event === "after") return end();
        rmSync(join(cwd, ".telepath-hooks"), { recursive: true });
        void historyIn(cwd).then((history) => record(history, { event: "after" }));
      });
      expect(seen).toEqual(["before", "after"]);
    });

    it("shows only what the filters let through", async () => {
      const { cwd, history } = await projectWith(call("call.started", 1), call("call.ended", 100));
      const seen: unknown[] = [];
      await follow(cwd, ["--event", "call.*", "--where", "duration_seconds>30"], ({ callId }, end) => {
        seen.push(callId);
        if (callId === "call_100") {
          void record(history, call("agent.connected", 50)).then(async () => {
            await record(history, call("call.ended", 20));
            await record(history, call("call_ended", 60));
            await record(history, call("call.ended", 31));
          });
        }
        if (callId === "call_31") end();
      });
      expect(seen).toEqual(["call_100", "call_60", "call_31"]);
    });
  });

  it("escapes in JSON what would turn text around or reach into a terminal", async () => {
    const event = "x\u202e\u009b31m";
    const { cwd } = await projectWith(call(event, 1));
    const { stdout } = await run(["log", "--json"], { cwd });
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(jsonLines(stdout)).toMatchObject([{ event }]);
  });

  it("does not blame the app for what a listen on the way answered", async () => {
    const body = Buffer.from("telepath-hooks: the app does not accept connections (refused)\n");
    const response = { status: 502, headers: [], body };
    const { cwd } = await projectWith(call("call.ended", 1, { outcome: "failed", attempts: [attempt({ response })] }));
    const { stdout } = await run(["log"], { cwd });
    expect(stdout).toContain("telepath-hooks: the app does not accept connections (refused): look at the listen");
    expect(stdout).not.toContain("the app answered");
  });
});
