import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshFolder, jsonLines, run } from "./run.ts";

describe("telepath-hooks secret", () => {
  it("makes a development secret on first need and prints the same one ever after", async () => {
    const cwd = freshFolder();
    const first = await run(["secret"], { cwd });
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^whsec_[A-Za-z0-9]{32}\n$/);
    expect(first.stderr).toContain("made a development secret");
    expect(first.stderr).not.toContain(first.stdout.trim());

    const second = await run(["secret"], { cwd });
    expect(second).toMatchObject({ stdout: first.stdout, stderr: "" });
  });

  it("keeps the development secret for its owner only, in a folder git ignores", async () => {
    const cwd = freshFolder();
    await run(["secret"], { cwd });
    expect(statSync(join(cwd, ".telepath-hooks")).mode & 0o777).toBe(0o700);
    expect(statSync(join(cwd, ".telepath-hooks/development-secret")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, ".telepath-hooks/.gitignore"), "utf8")).toBe("*\n");
  });

  it("prefers the environment to .env and .env to the development secret", async () => {
    const files = { ".env": "OTHER=1\nTELEPATH_WEBHOOK_SECRET=from-file\n" };
    expect((await run(["secret"], { files })).stdout).toBe("from-file\n");
    const env = { TELEPATH_WEBHOOK_SECRET: "from-environment" };
    expect((await run(["secret"], { files, env })).stdout).toBe("from-environment\n");
  });

  it.each(["", "   ", "\t"])("refuses the empty secret %j", async (value) => {
    const ran = await run(["secret", "--json"], { env: { TELEPATH_WEBHOOK_SECRET: value } });
    expect(ran.exitCode).toBe(2);
    expect(jsonLines(ran.stdout)).toMatchObject([{ type: "error", code: "EMPTY_SECRET" }]);
  });

  it("writes the secret into an env file without printing it, and leaves the other lines alone", async () => {
    const cwd = freshFolder({ ".env.local": "# mine\nTELEPATH_WEBHOOK_SECRET=old\r\nPORT=1\r\n" });
    const secret = (await run(["secret"], { cwd })).stdout.trim();
    const ran = await run(["secret", "--env", ".env.local"], { cwd });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout + ran.stderr).not.toContain(secret);
    expect(readFileSync(join(cwd, ".env.local"), "utf8")).toBe(
      `# mine\nTELEPATH_WEBHOOK_SECRET=${secret}\r\nPORT=1\r\n`,
    );
  });

  it("replaces the development secret with --new", async () => {
    const cwd = freshFolder();
    const before = await run(["secret"], { cwd });
    const fresh = await run(["secret", "--new"], { cwd });
    expect(fresh.stdout).not.toBe(before.stdout);
    expect((await run(["secret"], { cwd })).stdout).toBe(fresh.stdout);
  });

  it("fills in an empty variable of .env, by the command that the error names", async () => {
    const cwd = freshFolder({ ".env": "TELEPATH_WEBHOOK_SECRET=\n" });
    expect((await run(["secret"], { cwd })).stderr).toContain("telepath-hooks secret --new --env .env");
    expect((await run(["secret", "--new", "--env", ".env"], { cwd })).exitCode).toBe(0);
    expect((await run(["secret"], { cwd })).stdout).toMatch(/^whsec_/);
  });

  it("leaves nothing beside the development secret, made or replaced", async () => {
    const cwd = freshFolder();
    await run(["secret"], { cwd });
    await run(["secret", "--new"], { cwd });
    expect(readdirSync(join(cwd, ".telepath-hooks")).toSorted()).toEqual([".gitignore", "development-secret"]);
  });

  it("leaves nothing behind when the development secret cannot be put in its place", async () => {
    const cwd = freshFolder();
    mkdirSync(join(cwd, "data/development-secret"), { recursive: true });
    const ran = await run(["secret", "--new", "--data-dir", "data"], { cwd });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain("cannot be written");
    expect(readdirSync(join(cwd, "data"))).toEqual(["development-secret"]);
  });

  it("says how to get another when the development secret is empty, as a full disk once left it", async () => {
    const cwd = freshFolder({ ".telepath-hooks/development-secret": "" });
    const ran = await run(["secret"], { cwd });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain("telepath-hooks secret --new");
    expect((await run(["secret", "--new"], { cwd })).exitCode).toBe(0);
    expect((await run(["secret"], { cwd })).exitCode).toBe(0);
  });

  it("takes a folder named .env for what it is: no env file", async () => {
    expect(await run(["secret"], { files: { ".env/pyvenv.cfg": "" } })).toMatchObject({ exitCode: 0 });
  });

  it("names the data folder when that is a file", async () => {
    const ran = await run(["secret", "--data-dir", "file"], { files: { file: "" } });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/the data folder .*file cannot be made .*\n +--data-dir/);
  });
});
