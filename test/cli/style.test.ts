import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { midTones, styleFor } from "../../src/cli/views/style.ts";

/** Backgrounds of terminals and their usual themes, light ones first. */
const backgrounds = {
  "xterm, Terminal.app, GNOME and VS Code, light": "#ffffff",
  "Solarized Light": "#fdf6e3",
  "Gruvbox Light": "#fbf1c7",
  "xterm, dark": "#000000",
  "GNOME, dark": "#171421",
  "VS Code, dark": "#1e1e1e",
  "One Dark": "#282c34",
  Dracula: "#282a36",
  "Gruvbox Dark": "#282828",
  "Solarized Dark": "#002b36",
  "Tango, dark": "#2e3436",
};

/** WCAG 2.2, relative luminance. */
function luminance(color: readonly number[]): number {
  const [red, green, blue] = color.map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

const ofHex = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** As xterm has them from 16 on: a cube of six levels, then greys. */
function ofIndex(index: number): number[] {
  if (index >= 232) return Array<number>(3).fill(8 + 10 * (index - 232));
  const levels = [0, 95, 135, 175, 215, 255];
  return [36, 6, 1].map((step) => levels[Math.floor((index - 16) / step) % 6]!);
}

const colored = (env: Record<string, string>) => styleFor({ isTTY: true, write: () => true }, { env }, {});

describe("the colours", () => {
  it.each(Object.entries(midTones))("are legible on light and dark: %s", (_meaning, index) => {
    for (const [theme, background] of Object.entries(backgrounds)) {
      expect(contrast(ofIndex(index), ofHex(background)), theme).toBeGreaterThanOrEqual(2.9);
    }
  });

  it.each([{ TERM: "xterm-256color" }, { TERM: "xterm" }, { TERM: "tmux" }, { COLORTERM: "truecolor" }])(
    "are of the 256 for %j",
    (env) => {
      expect(colored(env).good("a")).toBe("\u001b[38;5;64ma\u001b[39m");
    },
  );

  it.each([{}, { TERM: "linux" }, { TERM: "vt220" }])("are of the sixteen for %j, without yellow and cyan", (env) => {
    const { good, bad, warn, accent, faint } = colored(env);
    const all = [good, bad, warn, accent, faint].map((paint) => paint("a")).join("");
    expect(all).not.toMatch(/\u001b\[(33|36|37|90|93|96|97|38)/);
  });

  it("come from one place", () => {
    const folder = new URL("../../src/", import.meta.url).pathname;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const own = files.filter((file) => /from "chalk"|\\u001b\[[\d;]+m/.test(readFileSync(join(folder, file), "utf8")));
    expect(own).toEqual(["cli/views/style.ts"]);
  });
});
