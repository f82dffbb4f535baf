import { describe, expect, it } from "vitest";
import { examineEnvironment, merged } from "../../src/cli/settings/config.ts";
import { run } from "./run.ts";

describe("the settings of a project", () => {
  it("takes a variable before the file, and drops what the file says of the same thing in other words", () => {
    expect(merged({ port: 1, path: "/a" }, { to: "http://localhost:2" })).toEqual({
      to: "http://localhost:2",
      path: "/a",
    });
    expect(merged({ to: "http://localhost:1" }, { port: 2 })).toEqual({ port: 2 });
    expect(merged({ port: 1 }, { path: "/b" })).toEqual({ port: 1, path: "/b" });
  });

  it("reads each variable as the file's member of that name, and an empty one not at all", () => {
    const env = { TELEPATH_HOOKS_PORT: "8080", TELEPATH_HOOKS_TUNNEL: "none", TELEPATH_HOOKS_DOMAIN: "" };
    expect(examineEnvironment(env)).toEqual({ config: { port: 8080, tunnel: "none" }, problems: [] });
  });

  it.each([
    ["TELEPATH_HOOKS_PORT", "80 80"],
    ["TELEPATH_HOOKS_TO", "localhost:3000"],
    ["TELEPATH_HOOKS_PATH", "hooks"],
    ["TELEPATH_HOOKS_TUNNEL", "cloud"],
    ["TELEPATH_HOOKS_REVISION", "2025-01"],
    ["TELEPATH_HOOKS_KEEP", "for ever"],
  ])("refuses a wrong %s by its name", async (variable, value) => {
    const ran = await run(["fixtures", "list"], { env: { [variable]: value } });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain(`${variable}: `);
  });

  it("sends where the environment says, unless a flag says otherwise", async () => {
    const env = { TELEPATH_HOOKS_TO: "http://127.0.0.1:1/environment", TELEPATH_WEBHOOK_SECRET: "s3cret" };
    const files = { "telepath-hooks.config.json": '{"port": 2}' };
    const byVariable = await run(["send", "call.ended", "--dry-run"], { env, files });
    expect(byVariable.stdout).toMatch(/^POST \/environment HTTP\/1\.1\r\nHost: 127\.0\.0\.1:1\r\n/);
    const byFlag = await run(["send", "call.ended", "--dry-run", "--port", "3"], { env, files });
    expect(byFlag.stdout).toMatch(/^POST \/ HTTP\/1\.1\r\nHost: localhost:3\r\n/);
  });

  it("names the variables in the help of the options they stand for", async () => {
    const { stdout } = await run(["listen", "--help"], { columns: 200 });
    for (const name of ["PORT", "TO", "PATH", "TUNNEL", "DOMAIN", "KEEP", "DATA"]) {
      expect(stdout).toContain(`env: TELEPATH_HOOKS_${name}`);
    }
  });
});
