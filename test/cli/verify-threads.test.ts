import { createHmac } from "node:crypto";
import { appendFileSync, cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { secret as sampleSecret } from "../dumps/evidence.ts";
import { freshFolder, run, type Surroundings } from "./run.ts";

const secret = "whsec_only-for-this-test";
const env = { TELEPATH_WEBHOOK_SECRET: secret };
const entry = new URL("../../dist/bundle/verify-thread.js", import.meta.url);
const at = (count: number, script = entry, silentMs = 60_000) => ({
  threads: { entry: script, count, afterMs: 0, silentMs },
});
const samples = join(import.meta.dirname, "../data/dumps");
const silent = new URL("../support/silent-thread.js", import.meta.url);
const dying = new URL("../support/dying-thread.js", import.meta.url);

function capture(number: number, key = secret, more: object = {}): string {
  const event = { event: "call.ended", call_id: `call_${number}`, timestamp: "2024-03-01T10:00:00Z" };
  const body = JSON.stringify({ ...event, duration_seconds: number, note: "é\u2028\u0007" });
  const signature = `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
  return JSON.stringify({
    method: "POST",
    url: "/hooks",
    headers: { "x-telepath-signature": signature },
    body,
    ...more,
  });
}

const several = [at(1), at(2, dying), at(1, silent, 1), at(1, new URL("file:///nowhere.js"))];

/** Runs the same in one thread and with others beside it; what is printed must be the same to the byte. */
async function alike(argv: string[], around: Surroundings, others = [at(1)]): Promise<string> {
  const ran = async (more: Surroundings) => {
    const { exitCode, stdout, stderr } = await run(argv, { env, ...around, ...more });
    return { exitCode, stdout, stderr };
  };
  const alone = await ran({});
  for (const more of others) expect(await ran(more)).toEqual(alone);
  return alone.stdout;
}

function files(count: number): Record<string, string> {
  const one = (number: number): string => {
    if (number % 50 === 7) return capture(number, "another");
    if (number % 50 === 11) return "{broken";
    if (number % 50 === 13) return `${capture(number)}\n${capture(number, "another")}\n`;
    if (number % 50 === 17) return capture(number, secret, { filler: "x".repeat(300_000) });
    return capture(number);
  };
  const entries = Array.from({ length: count }, (_, number) => [`d/${String(number).padStart(5, "0")}`, one(number)]);
  return { ...Object.fromEntries(entries), "d/\u001b[31m": capture(1) } as Record<string, string>;
}

describe("threads beside the first one print what it prints alone", () => {
  it.each([[["--json"]], [["--color"]], [["--report", "junit"]], [["--format", "json"]]])(
    "of a folder of files, some invalid, broken, or large, with %j",
    async (flags) => {
      const cwd = freshFolder(files(1150));
      const stdout = await alike(["verify", "d", "--no-explain", ...flags], { cwd });
      expect(stdout).toContain("call_1149");
    },
  );

  it("of a folder, when a thread dies, never answers, or cannot be started", async () => {
    const cwd = freshFolder(files(120));
    await alike(["verify", "d", "--no-explain", "--json"], { cwd }, several);
  });

  it("of every sample", async () => {
    const cwd = freshFolder();
    cpSync(samples, join(cwd, "d"), { recursive: true });
    await alike(["verify", "d", "--json", "--no-explain"], { cwd, env: { TELEPATH_WEBHOOK_SECRET: sampleSecret } });
  });

  it("with the search for causes", async () => {
    const pretty = (number: number): string => {
      const { headers, body } = JSON.parse(capture(number)) as { headers: Record<string, string>; body: string };
      const printed = JSON.stringify(JSON.parse(body), null, 2);
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      return `POST / HTTP/1.1\r\n${lines.join("")}Content-Length: ${Buffer.byteLength(printed)}\r\n\r\n${printed}`;
    };
    const dumps = Array.from({ length: 20 }, (_, number) => [`d/${number}.http`, pretty(number)]);
    const cwd = freshFolder(Object.fromEntries(dumps) as Record<string, string>);
    const stdout = await alike(["verify", "d"], { cwd });
    expect(stdout.split("(json-reserialised-pretty").length).toBe(21);
  });

  it.each([[["--json"]], [[]]])("of one value a line in a large file, with %j", async (flags) => {
    const cwd = freshFolder();
    const path = join(cwd, "a.ndjson");
    writeFileSync(path, `${capture(0)}\n\n{broken\r\nplain\ndata: ${capture(1, "another")}\n`);
    const block = Array.from({ length: 200 }, (_, number) => capture(number)).join("\n");
    // Lines of a log without a request, so many that the file is large.
    const filler = `${"z".repeat(1_200_000)}\n`;
    const long = capture(2, secret, { filler: "y".repeat(600_000) });
    for (let count = 0; count < 60; count += 1)
      appendFileSync(path, `${block}\n${filler}${count === 9 ? `${long}\n` : ""}`);
    appendFileSync(path, capture(3));
    const stdout = await alike(["verify", "a.ndjson", "--no-explain", ...flags], { cwd }, several);
    expect(stdout.split("\n").length).toBeGreaterThan(12_000);
  });

  it("of requests signed with the previous secret", async () => {
    const cwd = freshFolder({ ...files(200), "d/old": capture(5, "previous") });
    const rotated = { ...env, TELEPATH_WEBHOOK_SECRET_PREVIOUS: "previous" };
    expect(await alike(["verify", "d", "--no-explain"], { cwd, env: rotated })).toContain("previous secret");
  });
});

it("Ctrl-C ends the threads, too", async () => {
  const cwd = freshFolder(files(600));
  const interruption = new AbortController();
  const onStdout = () => interruption.abort();
  const ran = await run(["verify", "d", "--json"], { env, cwd, ...at(2), interrupted: interruption.signal, onStdout });
  expect(ran.exitCode).toBe(130);
  expect(ran.stdout).not.toContain("summary");
});
