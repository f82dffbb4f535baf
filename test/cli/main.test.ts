import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { jsonLines, run } from "./run.ts";

describe("telepath-hooks", () => {
  it("names the nearest command for a mistyped one", async () => {
    const ran = await run(["secert"]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toBe("error: unknown command 'secert'\n  did you mean secret?\n");
  });

  it("names the nearest option for a mistyped one", async () => {
    const ran = await run(["secret", "--jsno"]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ran.stderr).toBe("error: unknown option '--jsno'\n  did you mean --json?\n");
  });

  it("ends --json output with the error as an object", async () => {
    const ran = await run(["secret", "--json", "--nonsense"]);
    expect(ran.exitCode).toBe(2);
    expect(jsonLines(ran.stdout)).toEqual([
      {
        type: "error",
        code: "USAGE",
        message: "unknown option '--nonsense'",
        hint: "telepath-hooks help <command> shows what it takes",
      },
    ]);
  });

  it("prints its help on stdout when asked, and on stderr with exit code 2 when called with nothing", async () => {
    const asked = await run(["--help"]);
    expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asked.stdout).toContain("the signing secret of this project");

    const bare = await run([]);
    expect(bare).toMatchObject({ exitCode: 2, stdout: "" });
    expect(bare.stderr).toContain("the signing secret of this project");
  });

  it("prints a command's own help, by either spelling", async () => {
    const flag = await run(["secret", "--help"]);
    const word = await run(["help", "secret"]);
    expect(flag).toMatchObject({ exitCode: 0, stderr: "" });
    expect(flag.stdout).toContain("Examples:");
    expect(word.stdout).toBe(flag.stdout);
  });

  it("prints its version", async () => {
    expect(await run(["--version"])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it("names line and column of a broken configuration", async () => {
    const files = { "telepath-hooks.config.json": '{\n  "port": 3000,\n  "prot": 1\n}' };
    const ran = await run(["secret"], { files });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('line 3, column 3: unknown member "prot"');
  });

  it("reports what is no error of the user's as a bug, with its stack, and exits 70", async () => {
    const written: string[] = [];
    const broken = {
      write(text: string) {
        written.push(text);
      },
    };
    const exitCode = await main(["secret"], { stderr: broken } as never);
    expect(exitCode).toBe(70);
    expect(written.join("")).toContain("bug in telepath-hooks");
  });
});
