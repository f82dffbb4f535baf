import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { freshFolder, jsonLines } from "../cli/run.ts";
import { startReceiver } from "./receiver.ts";
import { bin, ready, start } from "./tool.ts";

describe("the built tool", () => {
  it("explains itself and each of its commands", async () => {
    for (const argv of [["--help"], ["listen", "--help"], ["help", "send"]]) {
      const tool = start(argv, { cwd: freshFolder() });
      expect([await tool.ended, tool.stderr()]).toEqual([0, ""]);
      expect(tool.stdout()).toMatch(/^Usage: telepath-hooks/);
    }
  });
});

describe("the process of the built tool", () => {
  it.each([[["--help"]], [["help", "listen"]], [["listen", "--help"]]])("prints its help: %j", async (argv) => {
    const { stdout } = await promisify(execFile)(process.execPath, [bin, ...argv], { cwd: freshFolder() });
    expect(stdout).toMatch(/^Usage: telepath-hooks /);
  });

  it.skipIf(!existsSync("/dev/full"))("exits 2 with one sentence when its output cannot be written", async () => {
    const shell = promisify(execFile)("sh", ["-c", `exec "${process.execPath}" "${bin}" fixtures list > /dev/full`], {
      cwd: freshFolder(),
    });
    await expect(shell).rejects.toMatchObject({
      code: 2,
      stderr: "error: standard output cannot be written (ENOSPC)\n  make room there, or send it elsewhere\n",
    });
  });

  it.each([null, "earlier"])("leaves the file of a report as it was when its pipe is closed: %j", async (earlier) => {
    const cwd = freshFolder(earlier === null ? {} : { "check.html": earlier });
    const { url } = await startReceiver("whsec_test");
    const argv = ["check", url, "--no-history", "--report", "html", "--output", "check.html"];
    const check = start(argv, { cwd, env: { TELEPATH_WEBHOOK_SECRET: "whsec_test" } });
    check.child.stdout!.destroy();
    expect(await check.ended).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(earlier === null ? ["package.json"] : ["check.html", "package.json"]);
    if (earlier !== null) expect(readFileSync(join(cwd, "check.html"), "utf8")).toBe(earlier);
  });

  it("ends on Ctrl-C though nobody reads what it wrote", async () => {
    const listen = start(["listen", "--tunnel", "none", "--respond", "200", "--json"], { cwd: freshFolder() });
    const { localUrl } = await ready(listen);
    listen.child.stdout!.pause();
    const body = "x".repeat(2000); // its head is in the line
    for (let n = 0; n < 400; n += 1) {
      await fetch(localUrl, { method: "POST", body, headers: { "x-long": body } });
    }
    listen.child.kill("SIGINT");
    const [code] = (await once(listen.child, "exit")) as [number];
    expect(code).toBe(0);
  });

  it("never has Node explain a failed assertion: it would parse the whole bundle for that", () => {
    const folder = join(dirname(bin), "../dist/bundle");
    const program = readdirSync(folder).filter((name) => name !== "testing.js"); // which throws assertions of its own
    const asks = program.filter((name) => /["']node:assert["']/.test(readFileSync(join(folder, name), "utf8")));
    expect(asks).toEqual([]);
  });

  it("exits 70 with a stack and an object when something throws that no command catches", async () => {
    const cwd = freshFolder();
    const sabotage = "process.once('SIGUSR2', () => { throw new Error('sabotage'); })";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(sabotage)}` };
    const listen = start(["listen", "--tunnel", "none", "--respond", "200", "--json"], { cwd, env });
    await ready(listen);
    listen.child.kill("SIGUSR2");
    expect(await listen.ended).toBe(70);
    expect(listen.stderr()).toMatch(/bug in telepath-hooks, please report it:\nError: sabotage\n +at /);
    expect(jsonLines(listen.stdout()).at(-1)).toMatchObject({ type: "error", code: "BUG" });
  });
});
