import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { runningListeners } from "../../src/listen/announcement.ts";
import { closedPort } from "../delivery/raw-server.ts";
import { historyIn } from "../cli/recorded.ts";
import { freshFolder } from "../cli/run.ts";
import { startEdge } from "../support/ngrok-edge/edge.ts";
import { configFile } from "../support/ngrok-edge/user.ts";
import { illegibleColours } from "./colours.ts";
import { env, listenOnTerminal, normalised, receiverUrl, sendTo } from "./screen.ts";
import { programOnTerminal, startOnTerminal } from "./terminal.ts";
import { bin } from "./tool.ts";

const ctrl = { c: "\u0003", z: "\u001a" };
const escape = "\u001b";

describe("the screen of listen", () => {
  it.each([
    [40, 20],
    [80, 24],
    [120, 40],
    [200, 50],
  ])("fits %d columns and %d rows", async (columns, rows) => {
    const { terminal, send } = await listenOnTerminal({ columns, rows });
    await send("call.started", "call_3f9a8b7c6d5e");
    await send("call.ended", "call_3f9a8b7c6d5e", "/404");
    await send("call.ended", "call_0a1b2c3d4e5f", "/404");
    await send("agent.connected", "call_東京", "/500");
    await terminal.views(/1 delivered +3 failed/);
    expect(normalised(terminal.view())).toMatchSnapshot();
    expect(illegibleColours(terminal.written())).toEqual([]);
    terminal.type("q");
    expect(await terminal.ended).toBe(0);
    expect(terminal.view()).toMatch(/stopped after 4 deliveries, 3 failed$/);
    expect(terminal.view()).not.toContain("q quit");
  });

  it("says the same without colour, and nothing a dumb terminal cannot show", async () => {
    const { terminal, send } = await listenOnTerminal({ env: { NO_COLOR: "1" } });
    await send("call.ended", "call_1", "/500");
    await terminal.views("1 failed");
    expect(terminal.written()).not.toMatch(/\u001b\[[\d;]*m/);
    terminal.type("q");
    await terminal.ended;

    const dumb = startOnTerminal(["listen", "--respond", "200", "--tunnel", "none", "--until", "1"], {
      cwd: freshFolder(),
      env: { ...env, TERM: "dumb" },
    });
    await dumb.shows(/stop +Ctrl-C/);
    await sendTo(/local URL +(\S+)/.exec(dumb.screen())![1]!, "call.ended", "call_1");
    expect(await dumb.ended).toBe(0);
    expect(dumb.screen()).toMatch(/✗|•/);
    expect(dumb.written()).not.toContain(escape);
  });

  it("shows every delivery of a burst of a hundred once, and its footer once", async () => {
    const { terminal, send } = await listenOnTerminal();
    await Promise.all(Array.from({ length: 100 }, (_, n) => send("call.ended", `call_n${n}.`)));
    await terminal.views("100 delivered");
    const shown = terminal.screen().match(/call_n\d+\./g)!;
    expect([shown.length, new Set(shown).size]).toEqual([100, 100]);
    expect(terminal.screen().match(/q quit/g)).toHaveLength(1);
  });

  it("stays in order when the window changes its size", async () => {
    const { terminal, send } = await listenOnTerminal({ columns: 120, rows: 30 });
    await send("call.ended", "call_first");
    await terminal.views("1 delivered");
    for (const [columns, rows] of [
      [60, 14],
      [41, 10],
      [150, 30],
    ] as const) {
      terminal.resize(columns, rows);
      const width = rows < 12 ? / q quit$/ : new RegExp(`^─{${columns - 1}}$`, "m");
      await terminal.views((view) => width.test(view) && view.endsWith("q quit"));
      expect(terminal.screen().match(/q quit/g)).toHaveLength(1);
      expect(terminal.screen().match(/call\.ended/g)).toHaveLength(1);
    }
    await send("call.ended", "call_second");
    await terminal.views(/call_second[^]*2 delivered/);
  });

  it("shows what waits for its answer, and the settled line in its place", async () => {
    const held: ServerResponse[] = [];
    const { terminal, send } = await listenOnTerminal({}, (_, response) => held.push(response));
    const answered = send("call.ended", "call_slow");
    await terminal.views(/… call\.ended +call_s\S+ +valid +pending +\w{6} +\d+ s\n─/);
    held[0]!.end();
    await answered;
    await terminal.views(/✓ call\.ended +call_slow +valid +200/);
    expect(terminal.screen()).not.toContain("pending");
  });

  it("answers on while the terminal takes nothing, and shows the latest when it does again", async () => {
    const { terminal, send } = await listenOnTerminal({ columns: 200 });
    terminal.takeNothing();
    for (let n = 0; n < 14; n += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, m) => send("call.ended", `call_n${n * 50 + m}.`)));
    }
    terminal.takeAgain();
    await terminal.views("700 delivered");
    expect(terminal.screen()).toMatch(/ deliveries more; telepath-hooks log lists them/);
    expect(terminal.screen().match(/call_n\d+\./g)!.length).toBeLessThan(700);
    expect(terminal.screen()).toContain("call_n699.");
  });

  it("names what else listens when the app does not", async () => {
    const port = await usualPort();
    const argv = ["listen", "--port", String(await closedPort()), "--tunnel", "none"];
    const terminal = startOnTerminal(argv, { cwd: freshFolder(), env, columns: 200 });
    await sendTo(await receiverUrl(terminal), "call.ended", "call_1");
    await terminal.views(/nothing listens on localhost:\d+/);
    await terminal.views(
      new RegExp(`, but .*node on ${port}.* do(es)?: start your app, or give its port: --port \\d+`),
    );
  });
});

describe("the keys of listen", () => {
  it("replay the last, and the last failed, to the same app, and say how that compares", async () => {
    let code = 500;
    const { terminal, send, app } = await listenOnTerminal({}, (_, response) => {
      response.statusCode = code;
      response.end();
    });
    terminal.type("f");
    await terminal.views("nothing has failed");
    await send("call.ended", "call_1", "/hooks?x=1");
    await terminal.views("1 failed");
    terminal.type("r");
    await terminal.views(/↻✗ call\.ended .* {2}still failing/);
    code = 204;
    terminal.type("f");
    await terminal.views(/↻✓ call\.ended .* 204 .* {2}fixed/);
    terminal.type("r");
    await terminal.views(/↻✓ .* {2}same/);
    expect(app.received.map(({ url }) => url)).toEqual(Array(4).fill("/hooks?x=1"));
    expect(terminal.view()).toMatch(/0 delivered +1 failed/);
  });

  it("open pages that scroll, and what came meanwhile is there on return", async () => {
    const { terminal, send } = await listenOnTerminal({ rows: 14 });
    await send("call.started", "call_a");
    await send("call.ended", "call_b");
    await terminal.views("2 delivered");
    terminal.type("d");
    await terminal.views(/^call\.ended {2}\d\d:\d\d:\d\d[^]*1–12 of \d+ +↑ ↓ scroll +← → other deliveries +q back$/);
    terminal.type("G");
    await terminal.views(/attempt 1[^]*–(\d+) of \1 /);
    terminal.type("\u001b[5~g");
    await terminal.views(/1–12 of/);
    terminal.type("\u001b[D");
    await terminal.views(/^call\.started/);
    await send("call.failed", "call_c");
    terminal.resize(70, 18);
    await terminal.views(/1–16 of/);
    terminal.type(escape);
    await terminal.views(/call\.failed +call_c[^]*3 delivered/);
    expect(terminal.screen().match(/call\.started/g)).toHaveLength(1);

    terminal.type("?");
    await terminal.views(/^telepath-hooks listen[^]*replay the last delivery/);
    terminal.type("q");
    await terminal.views("q quit");
    terminal.type("q");
    expect(await terminal.ended).toBe(0);
  });

  it("explain the last signature", async () => {
    const { terminal, url } = await listenOnTerminal();
    const headers = { "X-Telepath-Signature": `sha256=${"0".repeat(64)}` };
    await fetch(url, { method: "POST", headers, body: '{"event":"call.ended","call_id":"call_1"}' });
    await terminal.views("1 delivered");
    terminal.type("v");
    await terminal.views(/^the signature of call\.ended[^]*✗ invalid[^]*secrets tried {2}TELEPATH_WEBHOOK_SECRET/);
  });

  it("hold what comes and deliver it in order", async () => {
    const { terminal, send, app } = await listenOnTerminal();
    terminal.type("p");
    await terminal.views("‖ paused, 0 held");
    expect(await send("call.started", "call_a")).toBe(200);
    expect(await send("call.ended", "call_a")).toBe(200);
    await terminal.views(/held \(2\)[^]*‖ paused, 2 held/);
    expect(app.received).toHaveLength(0);
    terminal.type("p");
    await terminal.views(/2 delivered/);
    await terminal.views((view) => !view.includes("paused,"));
    expect(app.received.map(({ body }) => (JSON.parse(body.toString()) as { event: string }).event)).toEqual([
      "call.started",
      "call.ended",
    ]);
  });

  it("copy the URL, and say how", async () => {
    const { terminal, url } = await listenOnTerminal({ env: { DISPLAY: "", WAYLAND_DISPLAY: "" } });
    terminal.type("c");
    await terminal.views(`asked the terminal to copy ${url}`);
    expect(terminal.written()).toContain(`\u001b]52;c;${Buffer.from(url).toString("base64")}\u0007`);
  });

  it("are none of what is pasted", async () => {
    const { terminal } = await listenOnTerminal();
    terminal.type("\u001b[200~quit pdq\u001b[201~?");
    await terminal.views("Signs");
    terminal.type("q");
    await terminal.views("q quit");
    expect(terminal.screen()).not.toContain("paused");
  });
});

describe("the terminal after listen", () => {
  it.each<[string, (terminal: ReturnType<typeof inShell>) => void]>([
    ["Ctrl-C", ({ terminal }) => terminal.type(ctrl.c)],
    ["Ctrl-C in a page", ({ terminal }) => terminal.type(`?${ctrl.c}`)],
    ["SIGTERM", ({ kill }) => kill("TERM")],
    ["two at once", ({ kill }) => kill("TERM", "TERM")],
  ])("is as it was after %s", async (_, stop) => {
    const session = inShell(
      'node "$BIN" listen --respond 200 --tunnel none; echo "ended $?"; stty -a; echo done; read -r',
    );
    await session.terminal.shows("q quit");
    stop(session);
    await session.terminal.shows(/^done$/m);
    expect(session.terminal.screen()).toMatch(/ icanon .*\n?.* echo /);
    expect(session.terminal.screen()).not.toContain("q quit");
    expect(session.terminal.written().lastIndexOf("\u001b[?25h")).toBeGreaterThan(
      session.terminal.written().lastIndexOf("\u001b[?25l"),
    );
    expect(session.terminal.written().lastIndexOf("\u001b[?2004l")).toBeGreaterThan(0);
    session.terminal.type("\r");
    expect(await session.terminal.ended).toBe(0);
  });

  it("is the shell's while it is stopped by Ctrl-Z, and listen goes on after fg", async () => {
    const { terminal } = inShell("", ["--norc", "--noprofile", "-i"]);
    await terminal.shows("$");
    terminal.type('node "$BIN" listen --respond 200 --tunnel none\r');
    await terminal.shows("q quit");
    terminal.type(ctrl.z);
    await terminal.shows("Stopped");
    expect(terminal.view()).not.toContain("q quit");
    terminal.type("stty -a; fg\r");
    await terminal.shows(/ icanon [^]*q quit/);
    terminal.type(ctrl.c);
    await terminal.shows("stopped after 0 deliveries");
    terminal.type("exit\r");
    await terminal.ended;
  });

  it("is not taken from the background", async () => {
    const { terminal } = inShell("", ["--norc", "--noprofile", "-i"]);
    await terminal.shows("$");
    terminal.type('node "$BIN" listen --respond 200 --tunnel none &\r');
    await terminal.shows("local URL");
    terminal.type("echo still-$((40+2)); kill %1; wait\r");
    await terminal.shows("still-42");
    await terminal.shows("stopped after 0 deliveries");
    expect(terminal.screen()).not.toContain("q quit");
    terminal.type("exit\r");
    await terminal.ended;
  });
});

/** A port that something of this test listens on, and that is named before others that this machine happens to have. */
async function usualPort(): Promise<number> {
  for (const port of [5173, 8000, 8080, 4321, 8787, 8888]) {
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    onTestFinished(() => void server.close());
    return port;
  }
  throw new Error("every usual port of this machine is taken");
}

/** A shell on a terminal, and `listen` started in it. */
function inShell(script: string, interactive?: string[]) {
  const cwd = freshFolder();
  const argv = interactive ?? ["-c", script];
  const path = `${process.execPath.replace(/\/node$/, "")}:${process.env["PATH"]}`;
  const terminal = programOnTerminal("bash", argv, { cwd, env: { ...env, BIN: bin, PATH: path, PS1: "$ " } });
  const kill = (...signals: string[]): void => {
    const pid = listenerPid(cwd);
    for (const name of signals) process.kill(pid, `SIG${name}`);
  };
  return { terminal, kill };
}

function listenerPid(cwd: string): number {
  return runningListeners(`${cwd}/.telepath-hooks`)[0]!.pid;
}

describe("a terminal that is closed", () => {
  it("ends listen in good order: the sender has an answer, and what was under way is on record", async () => {
    const { terminal, send, cwd } = await listenOnTerminal({}, () => {});
    const answered = send("call.ended", "call_1");
    await terminal.views("pending");
    terminal.close();
    expect(await answered).toBe(502);
    const history = await historyIn(cwd);
    await expect.poll(() => history.get("last").attempts[0]?.failure).toBe("aborted");
    await expect.poll(() => runningListeners(`${cwd}/.telepath-hooks`)).toEqual([]);
  });
});

describe("the tunnel on the screen of listen", () => {
  it("is shown as it is: opening, online with its URL, lost, and back", async () => {
    const edge = await startEdge();
    onTestFinished(() => edge.close());
    const cwd = freshFolder();
    const argv = [
      "listen",
      "--respond",
      "200",
      "--ngrok-config",
      await configFile(edge, cwd, "2Token_of_a_test_screen"),
    ];
    const terminal = startOnTerminal(argv, { cwd, env, columns: 120 });
    await terminal.views(/public URL +(https:\S+)[^]*● online.* {2}\1\n/);
    expect(terminal.written()).toContain("○ opening the tunnel …");
    await edge.down();
    await terminal.views(/tunnel reconnecting[^]*○ reconnecting {2}https:/);
    await edge.up();
    await terminal.views(/tunnel online[^]*● online.* {2}https:/);
    terminal.type("q");
    expect(await terminal.ended).toBe(0);
  });
});
