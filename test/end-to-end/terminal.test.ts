import { describe, expect, it } from "vitest";
import { freshFolder } from "../cli/run.ts";
import { illegibleColours } from "./colours.ts";
import { startReceiver } from "./receiver.ts";
import { startOnTerminal } from "./terminal.ts";

const secret = "terminal-secret-0123456789";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const ctrlC = "\u0003";
const enter = "\r";

describe("the built tool on a terminal that takes nothing", () => {
  it.each([
    ["as JSON", { flags: ["--json"], term: "xterm-256color" }],
    ["in lines", { flags: [], term: "dumb" }],
  ])("answers on while it listens, %s", async (_how, { flags, term }) => {
    const argv = ["listen", "--tunnel", "none", "--respond", "200", ...flags];
    const listen = startOnTerminal(argv, { cwd: freshFolder(), env: { ...env, TERM: term }, columns: 200 });
    await listen.shows(/http:\/\/127\.0\.0\.1:\d+/);
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(listen.written())!;
    listen.takeNothing();
    for (let n = 0; n < 300; n += 1) expect((await fetch(url, { method: "POST", body: "x" })).status).toBe(200);
    listen.takeAgain();
    listen.type(ctrlC);
    expect(await listen.ended).toBe(0);
  });
});

describe("the built tool on a terminal", () => {
  it("asks which event to send when none is named, and sends the chosen one", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const send = startOnTerminal(["send", "--to", app.url], { cwd, env });
    await send.shows("call.started");
    send.type(enter);
    expect(await send.ended).toBe(0);
    expect(app.received).toMatchObject([{ method: "POST", signatureMatches: true }]);
    expect(send.screen()).toContain("✓");
    expect(illegibleColours(send.written())).toEqual([]);
  });

  it("ends with 130 and a restored cursor when the question is answered by Ctrl-C", async () => {
    const cwd = freshFolder();
    const send = startOnTerminal(["send", "--to", "http://127.0.0.1:1"], { cwd, env });
    await send.shows("call.started");
    send.type(ctrlC);
    expect(await send.ended).toBe(130);
    expect(lastCursorMode(send.written())).not.toBe("hidden");
  });

  it("offers to go on without a tunnel when there is no token, and ends with 0 on Ctrl-C", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const listen = startOnTerminal(["listen", "--to", app.url], { cwd, env });
    await listen.shows(/without a tunnel/i);
    listen.type("\u001b[B"); // down, to the second choice
    listen.type(enter);
    await listen.shows(/http:\/\/127\.0\.0\.1:\d+/);
    listen.type(ctrlC);
    expect(await listen.ended).toBe(0);
    expect(listen.written()).not.toContain(secret);
  });

  it("never lets a sender's control characters reach the terminal", async () => {
    const cwd = freshFolder();
    const app = await startReceiver(secret);
    const listen = startOnTerminal(["listen", "--to", app.url, "--tunnel", "none"], { cwd, env });
    const shown = /http:\/\/127\.0\.0\.1:(\d+)/;
    await listen.shows(new RegExp(shown.source + "[\\s\\S]*"));
    const ports = [...listen.screen().matchAll(new RegExp(shown, "g"))].map(([url]) => url);
    const localUrl = ports.find((url) => url !== app.url)!;

    const event = "evil\u001b]0;pwned\u0007\u009b31m\u202e\r";
    await fetch(localUrl, { method: "POST", body: JSON.stringify({ event, call_id: "c\u001b[2J" }) });
    await listen.shows("evil");
    expect(listen.written()).not.toContain("\u001b]0;pwned");
    expect(listen.written()).not.toContain("\u009b");
    expect(listen.written()).not.toContain("\u202e");
    listen.type(ctrlC);
    expect(await listen.ended).toBe(0);
  });
});

/** The last thing said about the cursor: DECTCEM, `CSI ? 25 h` shows it and `CSI ? 25 l` hides it. */
function lastCursorMode(written: string): "shown" | "hidden" | undefined {
  const last = written.match(/\u001b\[\?25[hl]/g)?.at(-1);
  if (last === undefined) return undefined;
  return last.endsWith("h") ? "shown" : "hidden";
}
