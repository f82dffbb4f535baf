import stringWidth from "fast-string-width";
import { describe, expect, it } from "vitest";
import type { Terminal } from "../../src/cli/context.ts";
import { app, status } from "./app.ts";
import { freshFolder, jsonLines, run, type Ran, type Surroundings } from "./run.ts";

const env = { TELEPATH_WEBHOOK_SECRET: "whsec_only_for_tests" };

/** Runs until it has said that on one of its streams, then presses Ctrl-C. */
async function runUntil(
  words: RegExp,
  argv: readonly string[],
  around: Omit<Surroundings, "interrupted"> = {},
): Promise<Ran & { said: string }> {
  const stop = new AbortController();
  let said = "";
  const listen = (text: string): void => {
    said += text;
    if (words.test(said)) stop.abort();
  };
  const ran = await run(argv, { env, ...around, interrupted: stop.signal, onStdout: listen, onStderr: listen });
  return { ...ran, said };
}

/** A terminal in whose foreground another program is, or this one. */
const terminalOf = (isOurs: boolean): Terminal => ({
  attach: () => (isOurs ? () => {} : null),
  interrupt: () => {},
  suspend: () => {},
  onContinue: () => () => {},
});

describe("a run whose failures are tried again, without a table", () => {
  it.each([[[]], [["--json"]]])("says on stderr how many wait, and for how long %j", async (more) => {
    const target = await app(status(503));
    const argv = ["send", "call.ended", "--count", "60", "--concurrency", "60", "--retry-schedule", "1h", ...more];
    const around = { tty: true, columns: 80 };
    const waits = /\r\u001b\[K0 of 60 delivered {2}60 wait, the next in (59 m|1 h 0 m)/;
    const ran = await runUntil(waits, [...argv, "--to", target.url, "--no-color"], around);
    expect(ran.stderr).toMatch(waits);
    expect(ran.stderr).not.toContain(" left");
    expect(ran.stderr).toMatch(/\r\u001b\[K(60 deliveries are yet to be tried again[^\u001b]*)?$/);
  });

  it("says so of a single one as well", async () => {
    const target = await app(status(503));
    const argv = ["send", "call.ended", "--retry-schedule", "1h", "--to", target.url, "--no-color"];
    await runUntil(/\r\u001b\[K0 of 1 delivered {2}1 waits, the next in (59 m|1 h 0 m)/, argv, { tty: true });
  });

  it("draws nothing on a dumb terminal", async () => {
    const target = await app(status(503));
    const argv = ["send", "call.ended", "--count", "60", "--retry-schedule", "1s", "--to", target.url];
    const ran = await run(argv, { env: { ...env, TERM: "dumb" }, tty: true });
    expect(ran.stderr).not.toContain("\u001b");
    expect(ran.exitCode).toBe(1);
  });
});

describe("the table of a run whose failures are tried again", () => {
  it("says how many were begun and how fast, while some are not", async () => {
    const target = await app((request, response, nth) => void (nth <= 30 && status(503)(request, response)));
    const argv = ["send", "call.ended", "--count", "60", "--retry-schedule", "1h", "--to", target.url, "--no-color"];
    const words = /30 of 60 begun, [\d,.]+ a second {2}0 of 60 delivered\s+30 wait, the next in (59 m|1 h 0 m)\n/;
    await runUntil(words, argv, { tty: true, columns: 80, terminal: terminalOf(true) });
  });

  it("says when all are begun, while none waits", async () => {
    const target = await app((_request, response, nth) => void (nth <= 30 && response.end()));
    const argv = ["send", "call.ended", "--count", "60", "--retry-schedule", "1h", "--to", target.url, "--no-color"];
    const words = /30 of 60 begun, [\d,.]+ a second, [\d.]+ m?s left {2}30 of 60 delivered\n/;
    await runUntil(words, argv, { tty: true, columns: 80, terminal: terminalOf(true) });
  });

  it("has lines in its place in the background of a terminal, where nothing is drawn", async () => {
    const target = await app(status(503));
    const argv = ["send", "call.ended", "--retry-schedule", "1h", "--to", target.url, "--no-color"];
    const line =
      /… call\.ended .* 503 .* attempt 2 of 2 in (59 m|1 h 0 m)\n {11}the app answered 503: look at its log\n/;
    const ran = await runUntil(line, argv, { tty: true, columns: 100, terminal: terminalOf(false) });
    expect(ran.stdout).not.toContain("Ctrl-C stops");
  });
});

describe.each([40, 80])("on a terminal of %d columns", (columns) => {
  const schedule = ["--retry-schedule", "1h"];
  const argv = ["send", "call.ended", "--call-id", "call_3f9a8b7c6", "--no-color", "--no-history", ...schedule];

  /** What was said, with no control sequences, and one space between words. */
  function read(said: string): { lines: string[]; text: string } {
    const plain = said.replaceAll(/\r?\u001b\[[?\d]*[A-Za-z]|\r/g, "\n");
    return { lines: plain.split("\n"), text: plain.replaceAll(/\s+/g, " ") };
  }

  it.each([
    ["lines", null],
    ["a table", terminalOf(true)],
  ])("no word is broken in %s", async (_what, terminal) => {
    const target = await app((_request, response) => response.writeHead(503).end("the database is locked by another"));
    const waits = columns === 40 ? /60 wait/ : /60 wait, the next in (59 m|1 h 0 m)/;
    const around = { tty: true, columns, ...(terminal && { terminal }) };
    const ran = await runUntil(waits, [...argv, "--count", "60", "--concurrency", "60", "--to", target.url], around);
    const { lines, text } = read(ran.said);
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
    expect(text).toMatch(/60 deliveries are yet to be tried again, the first in (59 m|1 h 0 m) without a history/);
    expect(text).toContain("without a history nothing can go on with them");
    expect(text).toMatch(/60 deliveries in [\d.]+ m?s, 60 attempts: 0 delivered, 60 yet to be tried again answered/);
    expect(text).toMatch(/answered within p50 \S+ m?s p90 \S+ m?s p99 \S+ m?s max \S+ m?s /);
    if (terminal) expect(text).toContain("Ctrl-C stops for good");
    else expect(text).toMatch(/attempt 2 of 2 in (59 m|1 h 0 m)/);
    if (!terminal) expect(text).toContain("further attempts that fail are counted only");
  });
});

describe("with --expect", () => {
  it("the line of an attempt says what was expected, and so does the last, resumed or not", async () => {
    const target = await app(status(200));
    const cwd = freshFolder();
    const argv = ["send", "call.ended", "--expect", "401", "--to", target.url];
    const whole = await run([...argv, "--retry-schedule", "1ms"], { cwd, env });
    expect(whole.stdout).toMatch(/attempt 2 of 2 .*\n +the app answered 200, and --expect wants 401\n/);
    expect(whole.stdout).toMatch(/given up after 2 attempts; the app answered 200, and --expect wants 401\n/);

    await runUntil(/attempt 2 of 2/, [...argv, "--retry-schedule", "1h"], { cwd });
    const resumed = await run(["send", "--resume", "--speed", "max"], { cwd });
    expect(resumed.stdout).toMatch(/given up after 2 attempts; the app answered 200, and --expect wants 401\n/);
    for (const { stdout } of [whole, resumed]) expect(stdout).not.toContain("2xx");
    expect(jsonLines((await run(["log", "--json"], { cwd })).stdout)).toHaveLength(2);
  });
});
