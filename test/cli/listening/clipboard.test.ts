import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clipboardPrograms, clipboardSequence, copiedBy } from "../../../src/cli/listening/clipboard.ts";
import { freshFolder } from "../run.ts";

describe("the clipboard", () => {
  it("is reached by what the system and the session have", () => {
    const names = (env: Record<string, string>, platform: NodeJS.Platform) =>
      clipboardPrograms(env, platform).map(({ name }) => name);
    expect(names({}, "darwin")).toEqual(["pbcopy"]);
    expect(names({}, "win32")).toEqual(["clip"]);
    expect(names({}, "linux")).toEqual([]);
    expect(names({ WAYLAND_DISPLAY: "wayland-0", DISPLAY: ":0" }, "linux")).toEqual(["wl-copy", "xclip", "xsel"]);
    expect(names({ WSL_DISTRO_NAME: "Ubuntu" }, "linux")).toEqual(["clip.exe"]);
  });

  it("takes text through the first program that does, and null says that none did", async () => {
    const folder = freshFolder();
    const script = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    script("fails", "exit 1");
    script("works", `cat > ${join(folder, "copied")}`);
    const env = { PATH: `${folder}:${process.env["PATH"]}` };
    const programs = ["absent", "fails", "works"].map((name) => ({ name, argv: [] }));
    expect(await copiedBy(programs, "https://x.example", env)).toBe("works");
    expect(readFileSync(join(folder, "copied"), "utf8")).toBe("https://x.example");
    expect(await copiedBy(programs.slice(0, 2), "x", env)).toBeNull();
  });

  it("is asked of the terminal as base64, whatever the text", () => {
    expect(clipboardSequence("a\u0007é")).toBe("\u001b]52;c;YQfDqQ==\u0007");
  });
});
