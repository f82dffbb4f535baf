import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../src/listen/process-mark.ts";

describe.runIf(process.platform === "linux")("a process", () => {
  it("that runs is alive", () => {
    expect(isAlive(process.pid)).toBe(true);
  });

  it("that was killed is not, though nobody asked how it ended", async () => {
    // The shell becomes a program that never asks for what the shell started.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
      const pid = Number(line);
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, "SIGKILL");
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))) await nextTurn();
      expect(isAlive(pid)).toBe(false);
    } finally {
      parent.kill();
    }
  });

  it("of an unknown number is none", () => {
    expect(isAlive(2 ** 30)).toBe(false);
  });
});
