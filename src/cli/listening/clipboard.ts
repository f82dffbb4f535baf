import { spawn } from "node:child_process";
import type { Context } from "../context.ts";

/** Asks the terminal to put text on the clipboard, over ssh too (xterm's OSC 52); many do, none says so. */
export function clipboardSequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString("base64")}\u0007`;
}

interface Program {
  name: string;
  argv: string[];
}

/** What can put text on the clipboard here, the likeliest first. */
export function clipboardPrograms(env: Context["env"], platform: NodeJS.Platform): Program[] {
  if (platform === "darwin") return [{ name: "pbcopy", argv: [] }];
  if (platform === "win32") return [{ name: "clip", argv: [] }];
  const programs: Program[] = [];
  if (env["WAYLAND_DISPLAY"]) programs.push({ name: "wl-copy", argv: [] });
  if (env["DISPLAY"]) {
    programs.push({ name: "xclip", argv: ["-selection", "clipboard"] }, { name: "xsel", argv: ["-i", "-b"] });
  }
  if (env["WSL_DISTRO_NAME"]) programs.push({ name: "clip.exe", argv: [] });
  return programs;
}

const longestMs = 2000;

/** Hands text to the first of the programs that takes it; resolves to its name, or to null. */
export async function copiedBy(
  programs: readonly Program[],
  text: string,
  env: Context["env"],
): Promise<string | null> {
  for (const { name, argv } of programs) if (await takes(name, argv, text, env)) return name;
  return null;
}

function takes(name: string, argv: string[], text: string, env: Context["env"]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(name, argv, { env, stdio: ["pipe", "ignore", "ignore"], timeout: longestMs });
    child.on("error", () => resolve(false)).on("exit", (code) => resolve(code === 0));
    child.stdin.on("error", () => {}); // it ended without reading
    child.stdin.end(text);
  });
}
