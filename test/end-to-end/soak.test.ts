import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const script = fileURLToPath(new URL("../../bench/soak.js", import.meta.url));

interface Report {
  sent: number;
  ruined: number;
  acknowledged: number;
  problems: string[];
}

describe("random bytes at the built listen", () => {
  it("leave it alive, and its history holds all that was acknowledged, whole", { timeout: 120_000 }, async () => {
    const argv = [script, "--requests", "300", "--seed", "1", "--json"];
    const soak = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void soak.kill("SIGINT"));
    let output = "";
    soak.stdout.on("data", (text) => (output += text));
    soak.stderr.on("data", (text) => (output += text));
    const [code] = (await once(soak, "close")) as [number];
    expect(`${code}\n${output}`).toMatch(/^0\n\{/);
    const report = JSON.parse(output) as Report;
    expect(report.problems).toEqual([]);
    expect(report.sent).toBeGreaterThanOrEqual(300);
    expect(report.ruined).toBeGreaterThan(100);
    expect(report.acknowledged).toBeGreaterThan(50);
  });
});
