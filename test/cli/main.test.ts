import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
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

  it.each([
    [["secret", "--evn=whsec_typed"], "unknown option '--evn'", "telepath-hooks help secret shows what it takes"],
    [["listen", "--prot=3"], "unknown option '--prot'", "did you mean --port?"],
    [
      ["listen", "--header", "Authorization Bearer whsec_typed"],
      '--header: expected a header such as "X-Name: value"',
      "telepath-hooks help listen shows what it takes",
    ],
    [
      ["listen", "--public-url", "ftp://me:whsec_typed@example.com"],
      '--public-url: "ftp://example.com" is not a URL such as http://localhost:3000/webhooks',
      "telepath-hooks help listen shows what it takes",
    ],
    [
      ["listen", "--public-url", "https://me:whsec_typed@example.com"],
      "--public-url: the URL of example.com must not carry a user name or password",
      "telepath-hooks help listen shows what it takes",
    ],
  ])("does not repeat what may be a secret: %j", async (argv, message, hint) => {
    expect(await run(argv)).toMatchObject({ exitCode: 2, stdout: "", stderr: `error: ${message}\n  ${hint}\n` });
  });

  it.each([
    [
      ["log", "--outcome", "faild"],
      '--outcome: "faild" is none of delivered, failed, pending, captured',
      "did you mean failed?",
    ],
    [["log", "--limit", "0"], "--limit: it must be 1 or more", "telepath-hooks help log shows what it takes"],
    [["nonsense", "--json"], "unknown command 'nonsense'", "telepath-hooks --help lists the commands"],
  ])("says what a value must be, and where to look: %j", async (argv, message, hint) => {
    const { exitCode, stderr } = await run(argv);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `error: ${message}\n  ${hint}\n` });
  });

  it("ends --json output with the error as an object", async () => {
    const ran = await run(["secret", "--json", "--nonsense"]);
    expect(ran.exitCode).toBe(2);
    expect(jsonLines(ran.stdout)).toEqual([
      {
        type: "error",
        code: "USAGE",
        message: "unknown option '--nonsense'",
        hint: "telepath-hooks help secret shows what it takes",
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

  it.each(commands.map(({ name }) => name))("keeps the help of %s within 80 columns", async (name) => {
    const { stdout } = await run([name, "--help"]);
    expect(stdout.split("\n").filter((line) => stringWidth(line) > 80)).toEqual([]);
  });

  it("prints its version", async () => {
    expect(await run(["--version"])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it("names line and column of a broken configuration", async () => {
    const files = { "telepath-hooks.config.json": '{\n  "port": 3000,\n  "prot": 1\n}' };
    const ran = await run(["secret"], { files });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('line 3, column 11: there is no setting "prot"');
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
