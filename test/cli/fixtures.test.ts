import { existsSync, lstatSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshFolder, jsonLines, run } from "./run.ts";

const builtIn = (revision: string, type: string) =>
  readFileSync(new URL(`../../fixtures/${revision}/${type}.json`, import.meta.url), "utf8");
const own = { "telepath-fixtures/my.event.json": '{"event":"my.event","id":12345678901234567890}' };

describe("telepath-hooks fixtures", () => {
  it.each([
    [["show", "call.endet"], "did you mean call.ended?"],
    [["show", "my.evnt"], "did you mean my.event?"],
    [["shwo", "call.ended"], "did you mean show?"],
    [["list", "--revison", "2024-03"], "did you mean --revision?"],
    [["list", "--revision", "2025-01"], "2024-03, 2026-03"],
    [["show"], "missing required argument 'event'"],
    [["show", "../../package"], "cannot be an event type"],
    [["show", "__proto__"], "cannot be an event type"],
    [["show", ""], "cannot be an event type"],
    [["copy", "call.ended", "--as", "a/b"], "cannot be an event type"],
  ])("exits 2 for %j and says %j", async (words, text) => {
    const ran = await run(["fixtures", ...words], { files: own });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toContain(text);
  });

  it("names file, line and column of a broken sample, with --json as the last line", async () => {
    const files = { "telepath-fixtures/my.event.json": '{\n  "event": "my.event",,\n}' };
    const ran = await run(["fixtures", "show", "my.event", "--json"], { files });
    expect(ran.exitCode).toBe(2);
    expect(jsonLines(ran.stdout)).toMatchObject([{ type: "error", code: "BROKEN_JSON" }]);
    expect(ran.stderr).toMatch(/telepath-fixtures\/my\.event\.json is not JSON: line 2, column 23/);
  });

  it("refuses a revision in the configuration that there is none of", async () => {
    const files = { "telepath-hooks.config.json": '{"revision":"2025-01"}' };
    const ran = await run(["fixtures", "list"], { files });
    expect(ran).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("column 13: revision: expected 2024-03 or 2026-03"),
    });
  });

  it("lists the built-in samples and the project's own, by type", async () => {
    const ran = await run(["fixtures", "list"], { files: { ...own, "telepath-fixtures/call.ended.json": "{}" } });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout.split("\n")).toEqual([
      "agent.connected     built-in",
      "agent.disconnected  built-in",
      "call.ended          telepath-fixtures/call.ended.json (instead of the built-in one)",
      "call.started        built-in",
      "error.occurred      built-in",
      "my.event            telepath-fixtures/my.event.json",
      "",
    ]);
    expect((await run(["fixtures"], { files: own })).stdout).toContain("my.event");
  });

  it("lists one object for each with --json, given before or after the subcommand's name", async () => {
    const cwd = freshFolder(own);
    const ran = await run(["fixtures", "list", "--json", "--revision", "2026-03"], { cwd });
    const lines = jsonLines(ran.stdout);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatchObject({
      type: "fixture",
      event: "agent.connected",
      origin: "built-in",
      revision: "2026-03",
    });
    expect(lines[5]).toEqual({
      type: "fixture",
      event: "my.event",
      origin: "project",
      overrides: false,
      revision: null,
      path: join(cwd, "telepath-fixtures/my.event.json"),
    });
    expect(jsonLines((await run(["fixtures", "--json"], { cwd })).stdout)).toHaveLength(6);
  });

  it("shows a sample's own bytes, of the revision asked for or configured", async () => {
    expect((await run(["fixtures", "show", "call_ended"])).stdout).toBe(builtIn("2024-03", "call.ended"));
    const newer = await run(["fixtures", "show", "call.ended", "--revision", "2026-03"]);
    expect(newer.stdout).toBe(builtIn("2026-03", "call.ended"));
    const files = { "telepath-hooks.config.json": '{"revision":"2026-03","fixtures":"samples"}' };
    expect((await run(["fixtures", "show", "call.ended"], { files })).stdout).toBe(builtIn("2026-03", "call.ended"));
  });

  it("shows the payload with --json, without rounding its numbers", async () => {
    const ran = await run(["fixtures", "show", "my.event", "--json"], { files: own });
    expect(jsonLines(ran.stdout)).toHaveLength(1);
    expect(ran.stdout).toContain('"payload":{"event":"my.event","id":12345678901234567890}}\n');
  });

  it("lets no control character of a sample reach a terminal", async () => {
    const files = { "telepath-fixtures/my.event.json": '{"event":"my.event","x":"\u009b31m\u202e"}' };
    const ran = await run(["fixtures", "show", "my.event"], { files, tty: true });
    expect(ran.stdout).toBe('{"event":"my.event","x":"\\x9b31m<U+202E>"}\n');
  });
});

it.each(["show", "copy"])("fixtures %s finds the scenario that a mistyped name means", async (word) => {
  const { stderr, exitCode } = await run(["fixtures", word, "completed-cal"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("did you mean completed-call?");
});

it("the help of fixtures names its subcommands and what they take", async () => {
  const { stdout } = await run(["fixtures", "--help"]);
  expect(stdout).toMatch(/^ +list \[options\] {2,}the event types/m);
  expect(stdout).toMatch(/^ +copy \[options\] <event> {2,}put a sample event/m);
});

describe("telepath-hooks fixtures copy", () => {
  it("writes the sample into the project's folder, from where it is sent", async () => {
    const cwd = freshFolder();
    const ran = await run(["fixtures", "copy", "call_ended"], { cwd });
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "wrote telepath-fixtures/call.ended.json: send call.ended sends it\n",
    });
    expect(readFileSync(join(cwd, "telepath-fixtures/call.ended.json"), "utf8")).toBe(builtIn("2024-03", "call.ended"));
  });

  it("adds a type with --as, in the folder the configuration names", async () => {
    const cwd = freshFolder({ "telepath-hooks.config.json": '{"fixtures":"test/samples"}' });
    const ran = await run(["fixtures", "copy", "call.ended", "--as", "my.event", "--json"], { cwd });
    const path = join(cwd, "test/samples/my.event.json");
    expect(jsonLines(ran.stdout)).toMatchObject([{ type: "fixture", event: "my.event", origin: "project", path }]);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ event: "my.event", duration_seconds: 47 });
    expect((await run(["fixtures", "show", "my.event"], { cwd })).stdout).toBe(readFileSync(path, "utf8"));
  });

  it.each([
    ["call.ended", true],
    ["my.event", false],
  ])("says whether the copy %s goes before a built-in one: %s", async (name, overrides) => {
    const { stdout } = await run(["fixtures", "copy", "call.ended", "--as", name, "--json"]);
    expect(jsonLines(stdout)).toMatchObject([{ event: name, origin: "project", overrides }]);
  });

  it("replaces a file only when told to, and never writes through a link", async () => {
    const cwd = freshFolder({ "telepath-fixtures/a.json": '{"event":"a"}', "precious.txt": "mine" });
    const target = join(cwd, "telepath-fixtures/a.json");
    const refused = await run(["fixtures", "copy", "call.ended", "--as", "a"], { cwd });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--force replaces it") });
    expect(readFileSync(target, "utf8")).toBe('{"event":"a"}');

    expect((await run(["fixtures", "copy", "call.ended", "--as", "a", "--force"], { cwd })).exitCode).toBe(0);
    expect(readFileSync(target, "utf8")).toContain("duration_seconds");

    const link = join(cwd, "telepath-fixtures/b.json");
    symlinkSync("../precious.txt", link);
    expect((await run(["fixtures", "copy", "call.ended", "--as", "b"], { cwd })).exitCode).toBe(2);
    expect((await run(["fixtures", "copy", "call.ended", "--as", "b", "--force"], { cwd })).exitCode).toBe(0);
    expect(lstatSync(link).isFile()).toBe(true);
    expect(readFileSync(join(cwd, "precious.txt"), "utf8")).toBe("mine");
  });

  it("exits 2 when the folder cannot be made, and leaves nothing behind", async () => {
    const cwd = freshFolder({ "telepath-hooks.config.json": '{"fixtures":"package.json/inside"}' });
    const ran = await run(["fixtures", "copy", "call.ended"], { cwd });
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(existsSync(join(cwd, "telepath-fixtures"))).toBe(false);
  });
});
