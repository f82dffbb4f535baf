import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { closedPort } from "../delivery/raw-server.ts";
import { startEdge } from "../support/ngrok-edge/edge.ts";
import { tokenRevoked } from "../support/ngrok-edge/refusals.ts";
import { configFile } from "../support/ngrok-edge/user.ts";
import { projectWith } from "./recorded.ts";
import { freshFolder, jsonLines, run, type Surroundings } from "./run.ts";

interface Finding {
  check: string;
  status: string;
  message: string;
  fix: string | null;
}

const secret = "whsec_nobody-may-see-this-one";
const token = "2NobodyMaySeeThis_4nq9771bPxe8ctg7LKr";

/** Runs `doctor --json`: its exit code, the findings of one check, and all of them. */
async function examined(check: string, argv: string[] = [], around: Surroundings = {}) {
  const cwd = around.cwd ?? freshFolder();
  const ran = await run(["doctor", "--json", ...argv], { ...around, cwd, env: { HOME: cwd, ...around.env } });
  const lines = jsonLines<Finding & { type: string }>(ran.stdout);
  expect(lines.at(-1)).toMatchObject({ type: "summary" });
  const all = lines.filter(({ type }) => type === "finding");
  expect(ran.stdout + ran.stderr).not.toMatch(/nobody-?may-?see/i);
  return { ...ran, all, found: all.filter((finding) => finding.check === check) };
}

/** The folder's data folder with this mode. */
function dataFolderIn(cwd: string, mode = 0o700): string {
  const folder = join(cwd, ".telepath-hooks");
  mkdirSync(folder);
  chmodSync(folder, mode);
  writeFileSync(join(folder, ".gitignore"), "*\n");
  return folder;
}

function repositoryIn(cwd: string): (...argv: string[]) => void {
  const git = (...argv: string[]): void => void execFileSync("git", argv, { cwd, stdio: "ignore" });
  git("init", "--quiet");
  return git;
}

describe("telepath-hooks doctor", () => {
  it.each([
    [["--port", "0"], "0"],
    [["--port", "1", "--to", "http://localhost:1"], "--to"],
    [["now"], "too many arguments"],
    [["--tunel"], "--tunnel"],
  ])("refuses %j", async (argv, words) => {
    const { exitCode, stdout, stderr } = await run(["doctor", ...argv]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(words);
  });

  it("makes nothing: no data folder, no secret", async () => {
    const cwd = freshFolder();
    const { exitCode, all } = await examined("data-folder", [], { cwd });
    expect(exitCode).toBe(0);
    expect(readdirSync(cwd)).toEqual(["package.json"]);
    expect(all.find(({ check }) => check === "secret")).toMatchObject({ status: "skipped", fix: null });
    expect(all.find(({ check }) => check === "node")).toMatchObject({ status: "ok" });
  });

  it("draws each finding with its mark and what to do, and sums up", async () => {
    const cwd = freshFolder({ "telepath-hooks.config.json": '{"prot": 3000, "tunnel": "none"}' });
    const { exitCode, stdout, stderr } = await run(["doctor"], { cwd, env: { HOME: cwd } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(stdout).toMatch(/^✓ node {11}Node v/);
    expect(stdout).toMatch(/^✗ configuration {2}.*line 1, column 10: there is no setting "prot"/m);
    expect(stdout).toMatch(/^ {17}→ did you mean port\?$/m);
    expect(stdout).toMatch(/^– ngrok-token {4}the configuration wants no tunnel$/m);
    expect(stdout).toMatch(/\n1 problem and 1 warning; → is what to do\n$/);
  });

  it("escapes what comes from files and variables", async () => {
    const env = { "TELEPATH_HOOKS_\u001b[2J": "1" };
    const { stdout } = await run(["doctor"], { env: { HOME: "/nonexistent", ...env } });
    expect(stdout).toContain("TELEPATH_HOOKS_\\x1b[2J");
    expect(stdout).not.toContain("\u001b");
  });

  it("ends with 130 on Ctrl-C", async () => {
    const interrupted = AbortSignal.abort();
    expect(await run(["doctor"], { interrupted })).toMatchObject({ exitCode: 130, stdout: "" });
  });

  describe("configuration and environment", () => {
    it("names every setting that is wrong, not the first", async () => {
      const files = { "telepath-hooks.config.json": '{"prot": 1, "path": "hooks", "keep": "30d"}' };
      const { exitCode, found } = await examined("configuration", [], { cwd: freshFolder(files) });
      expect(exitCode).toBe(1);
      expect(found.map(({ status }) => status)).toEqual(["problem", "problem"]);
      expect(found[1]?.message).toContain("path: expected a path that starts with /");
    });

    it.each([
      ["{", "not JSON"],
      ["[]", "it must be one JSON object"],
    ])("says what is wrong with %j", async (config, words) => {
      const { found } = await examined("configuration", [], {
        cwd: freshFolder({ "telepath-hooks.config.json": config }),
      });
      expect(found).toMatchObject([{ status: "problem", message: expect.stringContaining(words) as string }]);
    });

    it.each([
      ['{"port": 1, "to": "http://localhost:2"}', '"to" (http://localhost:2) is used'],
      ['{"tunnel": "none", "domain": "a.example"}', '"domain" has no effect'],
      ['{"fixtures": "samples"}', "samples, is not there"],
    ])("says what contradicts itself in %s", async (config, words) => {
      const { found } = await examined("configuration", [], {
        cwd: freshFolder({ "telepath-hooks.config.json": config }),
      });
      expect(found).toMatchObject([{ status: "warning", message: expect.stringContaining(words) as string }]);
    });

    it.each([
      ["TELEPATH_HOOKS_PROT", "did you mean TELEPATH_HOOKS_PORT?"],
      ["TELEPATH_SECRET", "did you mean TELEPATH_WEBHOOK_SECRET?"],
      ["TELEPATH_WEBHOOKS_SECRET", "did you mean TELEPATH_WEBHOOK_SECRET?"],
    ])("knows what was meant by %s, in the shell and in .env", async (name, fix) => {
      const shell = await examined("environment", [], { env: { [name]: secret } });
      expect(shell.found).toMatchObject([{ status: "warning", fix }]);
      const file = await examined("environment", [], { cwd: freshFolder({ ".env": `${name}=${secret}` }) });
      expect(file.found).toMatchObject([{ status: "warning", fix }]);
    });

    it("leaves an app's own variables alone, and knows which of ours no .env can set", async () => {
      const env = { TELEPATH_API_KEY: "k", TELEPATH_WEBHOOK_SECRET: secret };
      expect((await examined("environment", [], { env })).found).toMatchObject([{ status: "ok" }]);
      const cwd = freshFolder({ ".env": "TELEPATH_HOOKS_PORT=3000" });
      expect((await examined("environment", [], { cwd })).found).toMatchObject([{ status: "warning" }]);
    });

    it.each([
      [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, "no certificate is checked"],
      [{ https_proxy: "http://user:nobody-may-see@proxy:3128" }, "https_proxy is set"],
    ])("warns of %j", async (env, words) => {
      const { found } = await examined("environment", [], { env });
      expect(found).toMatchObject([{ status: "warning", message: expect.stringContaining(words) as string }]);
    });
  });

  describe("data folder and history", () => {
    it("is a problem where there is a file in its place, or no place to make it", async () => {
      const cwd = freshFolder({ ".telepath-hooks": "mine" });
      expect((await examined("data-folder", [], { cwd })).found).toMatchObject([
        { status: "problem", message: expect.stringContaining("is not a folder") as string },
      ]);
      for (const nowhere of ["/proc/nowhere/data", "package.json/data"]) {
        const { found } = await examined("data-folder", ["--data-dir", nowhere]);
        expect(found.map(({ status }) => status)).toContain("problem");
      }
    });

    it("warns of one that others may look into, with the command that mends it", async () => {
      const cwd = freshFolder();
      const folder = dataFolderIn(cwd, 0o755);
      const { found } = await examined("data-folder", [], { cwd });
      expect(found).toMatchObject([{ status: "warning", fix: `chmod 700 ${folder}` }]);
      execFileSync("/bin/sh", ["-c", found[0]!.fix!]);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect((await examined("data-folder", [], { cwd })).found).toMatchObject([{ status: "ok" }]);
    });

    it("is a problem when git keeps it, and the fix takes it out", async () => {
      const cwd = freshFolder();
      const git = repositoryIn(cwd);
      const folder = dataFolderIn(cwd);
      writeFileSync(join(folder, "history.db"), "");
      git("add", "--force", ".telepath-hooks");
      const { exitCode, found } = await examined("data-folder", [], { cwd });
      expect(exitCode).toBe(1);
      expect(found).toMatchObject([{ status: "problem", message: expect.stringContaining("kept in git") as string }]);
      execFileSync("/bin/sh", ["-c", found[0]!.fix!], { cwd, stdio: "ignore" });
      expect((await examined("data-folder", [], { cwd })).found).toMatchObject([{ status: "ok" }]);
    });

    it("is a problem when the history is none", async () => {
      const cwd = freshFolder();
      writeFileSync(join(dataFolderIn(cwd), "history.db"), "not a database".repeat(1000));
      const { exitCode, found } = await examined("history", [], { cwd });
      expect(exitCode).toBe(1);
      expect(found).toMatchObject([{ status: "problem", fix: expect.stringContaining("move it away") as string }]);
    });

    it("counts what is in one that is in order", async () => {
      const { cwd } = await projectWith({}, {});
      const { found } = await examined("history", [], { cwd });
      expect(found).toMatchObject([{ status: "ok", message: expect.stringMatching(/^2 deliveries in /) as string }]);
    });

    it("warns of a clock that went back, and knows an impossible one", async () => {
      const { cwd } = await projectWith({ createdAt: Date.now() + 3_600_000 });
      expect((await examined("clock", [], { cwd })).found).toMatchObject([{ status: "warning" }]);
      const { exitCode, found } = await examined("clock", [], { now: () => Date.UTC(1970, 0, 2) });
      expect(exitCode).toBe(1);
      expect(found).toMatchObject([{ status: "problem" }]);
    });
  });

  describe("the secret", () => {
    const withSecret = (value: string) => examined("secret", [], { env: { TELEPATH_WEBHOOK_SECRET: value } });

    it.each(["", "  ", "undefined", "<your secret>", "changeme"])("is a problem: %j", async (value) => {
      const { exitCode, found } = await withSecret(value);
      expect(exitCode).toBe(1);
      expect(found[0]).toMatchObject({ status: "problem" });
    });

    it.each([
      [`${secret}\n`, "line end"],
      [` ${secret}`, "white space"],
      [`"${secret}"`, "quotes"],
      [`\ufeff${secret}`, "byte order mark"],
      [`\u200b${secret}`, "invisible"],
      [`TELEPATH_WEBHOOK_SECRET=${secret}`, "assignment"],
      ["short", "fewer than 16"],
    ])("may get in the way: case %#", async (value, words) => {
      const { exitCode, found } = await withSecret(value);
      expect(exitCode).toBe(0);
      expect(found[0]).toMatchObject({ status: "ok", message: "TELEPATH_WEBHOOK_SECRET signs" });
      expect(found[1]).toMatchObject({ status: "warning", message: expect.stringContaining(words) as string });
    });

    it("warns when the shell and .env disagree, and when nothing is being rotated", async () => {
      const cwd = freshFolder({ ".env": `TELEPATH_WEBHOOK_SECRET=another-${secret}` });
      chmodSync(join(cwd, ".env"), 0o600);
      const env = { TELEPATH_WEBHOOK_SECRET: secret, TELEPATH_WEBHOOK_SECRET_PREVIOUS: secret };
      const { found } = await examined("secret", [], { cwd, env });
      expect(found.map(({ status }) => status)).toEqual(["ok", "warning", "warning"]);
      expect(found[1]?.message).toContain("TELEPATH_WEBHOOK_SECRET in .env differ");
      expect(found[2]?.message).toContain("nothing is being rotated");
    });

    it("is not there although the previous one of a rotation is", async () => {
      const { found } = await examined("secret", [], { env: { TELEPATH_WEBHOOK_SECRET_PREVIOUS: secret } });
      expect(found[0]).toMatchObject({ status: "warning", fix: "set TELEPATH_WEBHOOK_SECRET, too" });
    });

    it("may be the development secret, which others must not read", async () => {
      const cwd = freshFolder();
      await run(["secret"], { cwd });
      expect((await examined("secret", [], { cwd })).found).toMatchObject([{ status: "ok" }]);
      chmodSync(join(cwd, ".telepath-hooks/development-secret"), 0o644);
      expect((await examined("secret", [], { cwd })).found[0]).toMatchObject({
        status: "warning",
        fix: expect.stringContaining("chmod 600") as string,
      });
    });

    it("says that a secret file cannot be read", async () => {
      const { exitCode, found } = await examined("secret", ["--secret-file", "absent"]);
      expect(exitCode).toBe(1);
      expect(found).toMatchObject([
        { status: "problem", message: expect.stringContaining("does not exist") as string },
      ]);
    });

    it("in .env is told from one that git keeps, does not ignore, or others can read", async () => {
      const cwd = freshFolder({ ".env": `TELEPATH_WEBHOOK_SECRET=${secret}` });
      const statuses = async () => (await examined("env-file", [], { cwd })).found.map(({ status }) => status);
      chmodSync(join(cwd, ".env"), 0o644);
      expect(await statuses()).toEqual(["warning"]);
      chmodSync(join(cwd, ".env"), 0o600);
      expect(await statuses()).toEqual(["ok"]);
      const git = repositoryIn(cwd);
      expect(await statuses()).toEqual(["warning"]);
      git("add", ".env");
      const { found, exitCode } = await examined("env-file", [], { cwd });
      expect([exitCode, found]).toMatchObject([1, [{ status: "problem" }]]);
      execFileSync("/bin/sh", ["-c", found[0]!.fix!.replace(/, then.*/, "")], { cwd, stdio: "ignore" });
      expect(await statuses()).toEqual(["ok"]);
    });
  });

  /** A program of its own on the first port that is free of those that frameworks use by default. */
  async function anotherApp(): Promise<number> {
    const script = `const server = require("node:http").createServer();
      const ports = [3000, 3001, 5173, 8000];
      server.on("listening", () => console.log(server.address().port));
      server.on("error", () => server.listen(ports.shift(), "127.0.0.1"));
      server.listen(ports.shift(), "127.0.0.1");`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill());
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return Number(line.toString());
  }

  describe("the app", () => {
    it("is a problem when it is not where it was said to be, and names what is", async () => {
      const port = String(await closedPort());
      const { exitCode, found } = await examined("app", ["--port", port]);
      expect(exitCode).toBe(1);
      expect(found).toMatchObject([
        { status: "problem", message: expect.stringContaining(`http://localhost:${port}/ (--port)`) as string },
      ]);
      const near = await anotherApp();
      const beside = await examined("app", ["--port", port]);
      expect(beside.found[0]?.message).toMatch(new RegExp(`something does on ports? .*\\b${near}\\b`));
      expect(beside.found[0]?.fix).toMatch(/doctor --port \d+$/);
    });

    it.each(["127.0.0.1", "::1"])("is found on %s by the name localhost, and gets no request", async (host) => {
      let requests = 0;
      const server = createServer(() => (requests += 1)).listen(0, host);
      await new Promise((resolve) => server.once("listening", resolve));
      onTestFinished(() => void server.close());
      const { port } = server.address() as { port: number };
      const { found } = await examined("app", ["--port", String(port)]);
      expect(found).toMatchObject([{ status: "ok", message: expect.stringContaining(`on ${host}`) as string }]);
      expect(requests).toBe(0);
    });
  });

  describe("ngrok", () => {
    it("needs a token: a warning, and a problem where a tunnel is asked for", async () => {
      expect((await examined("ngrok-token")).found).toMatchObject([{ status: "warning" }]);
      const cwd = freshFolder({ "telepath-hooks.config.json": '{"tunnel": "ngrok"}' });
      const { exitCode, found } = await examined("ngrok-token", [], { cwd });
      expect([exitCode, found]).toMatchObject([1, [{ status: "problem" }]]);
      expect(found[0]?.fix).toContain("ngrok config add-authtoken");
    });

    it.each([
      [`"${token}"`, "quotes", "problem"],
      [`${token} ${token}`, "white space", "problem"],
      ["cr_NobodyMaySeeThis", "is the id of something", "problem"],
      ["<token>", "placeholder", "problem"],
      ["ü", "no authtoken has", "problem"],
      ["NobodyMaySeeThis", "does not look like", "warning"],
    ])("says what is wrong with a token: case %#", async (value, words, status) => {
      const { found } = await examined("ngrok-token", ["--authtoken", value]);
      expect(found).toMatchObject([{ status, message: expect.stringContaining(words) as string }]);
    });

    it("looks into ngrok's own file: its version, its mode, whether it can be read at all", async () => {
      const yaml = (text: string) => freshFolder({ ".config/ngrok/ngrok.yml": text });
      const old = yaml(`version: "1"\nauthtoken: ${token}\n`);
      chmodSync(join(old, ".config/ngrok/ngrok.yml"), 0o644);
      const { found } = await examined("ngrok-token", [], { cwd: old });
      expect(found.map(({ status }) => status)).toEqual(["ok", "warning", "warning"]);
      expect(found[1]?.fix).toBe("ngrok config upgrade");
      expect(found[2]?.fix).toMatch(/^chmod 600 /);
      const broken = await examined("ngrok-token", [], { cwd: yaml("a: [") });
      expect([broken.exitCode, broken.found]).toMatchObject([1, [{ status: "problem" }]]);
      const absent = await examined("ngrok-token", ["--ngrok-config", "absent.yml"]);
      expect(absent.found).toMatchObject([{ status: "problem" }]);
    });

    it("has its package here", async () => {
      expect((await examined("ngrok-package")).found).toMatchObject([
        { status: "ok", message: expect.stringMatching(/^@ngrok\/ngrok \d+\.\d+\.\d+ with @ngrok\/ngrok-/) as string },
      ]);
    });

    it("is asked only with --tunnel, and its refusal is the finding", async () => {
      const edge = await startEdge();
      onTestFinished(() => edge.close());
      const cwd = freshFolder();
      const config = await configFile(edge, cwd, token);
      expect((await examined("tunnel", ["--ngrok-config", config], { cwd })).found).toMatchObject([
        { status: "skipped" },
      ]);
      expect(edge.sessionCount).toBe(0);
      edge.onAuth = () => tokenRevoked(token);
      const { exitCode, found } = await examined("tunnel", ["--tunnel", "--ngrok-config", config], { cwd });
      expect([exitCode, found]).toMatchObject([1, [{ status: "problem" }]]);
      expect(found[0]?.message).toContain("ERR_NGROK_107");
    });

    it("opens a tunnel and closes it, and says that the name cannot be resolved here", async () => {
      const edge = await startEdge();
      onTestFinished(() => edge.close());
      const cwd = freshFolder();
      const config = await configFile(edge, cwd, token);
      const { found } = await examined("tunnel", ["--tunnel", "--ngrok-config", config], { cwd });
      expect(found).toMatchObject([
        { status: "ok", message: expect.stringMatching(/^https:\/\/[0-9a-f]+\.ngrok\.test opened in /) as string },
        { status: "warning", message: expect.stringContaining("no address is known") as string },
      ]);
      expect(edge.tunnels.size).toBe(0);
      expect(existsSync(join(cwd, ".telepath-hooks"))).toBe(false);
    });
  });
});
