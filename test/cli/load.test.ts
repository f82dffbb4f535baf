import { describe, expect, it } from "vitest";
import { randomFrom, shuffled } from "../../src/cli/requests/shuffle.ts";
import { latencyChart } from "../../src/cli/views/latency-chart.ts";
import { styleFor } from "../../src/cli/views/style.ts";
import { app, status, type Received } from "./app.ts";
import { jsonLines, run } from "./run.ts";

const env = { TELEPATH_WEBHOOK_SECRET: "whsec_only_for_tests" };
const callOf = ({ body }: Received) => (JSON.parse(body.toString()) as { call_id: string }).call_id;
const eventOf = ({ body }: Received) => (JSON.parse(body.toString()) as { event: string }).event;

describe("--shuffle", () => {
  it("delivers all of it, in another order, the same for the same seed", async () => {
    const orders: string[][] = [];
    for (const more of [["--shuffle"], ["--shuffle"], []]) {
      const target = await app();
      const argv = ["send", "call.started", "call.ended", "--count", "10", "--duplicate", "2", "--seed", "7"];
      expect(await run([...argv, ...more, "--to", target.url], { env })).toMatchObject({ exitCode: 0 });
      orders.push(target.received.map((request) => `${eventOf(request)} ${callOf(request)}`));
    }
    const [one, same, inOrder] = orders as [string[], string[], string[]];
    expect(one).toEqual(same);
    expect(one).not.toEqual(inOrder);
    expect(one.toSorted()).toEqual(inOrder.toSorted());
    expect(new Set(one).size).toBe(20);
  });

  it("mixes what a scenario delivers within each call", async () => {
    const target = await app();
    const argv = ["send", "--scenario", "completed-call", "--calls", "5", "--speed", "max", "--seed", "3", "--shuffle"];
    expect(await run([...argv, "--to", target.url], { env })).toMatchObject({ exitCode: 0 });
    const calls = target.received.map(callOf);
    const perCall = calls.length / 5;
    const groups = Array.from({ length: 5 }, (_, call) => calls.slice(call * perCall, (call + 1) * perCall));
    for (const group of groups) expect(new Set(group).size).toBe(1);
    expect(groups.length).toBe(new Set(calls).size);
    const orders = groups.map((_, call) =>
      target.received
        .slice(call * perCall, (call + 1) * perCall)
        .map(eventOf)
        .join(" "),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it("makes every order of three as likely, and holds no more of many than it says", () => {
    const counts = new Map<string, number>();
    const random = randomFrom(1);
    for (let round = 0; round < 6000; round += 1) {
      const order = [...shuffled("abc", random)].join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);

    let asked = 0;
    let given = 0;
    const endless = (function* () {
      for (let number = 0; number < 10_000; number += 1) {
        asked += 1;
        expect(asked - given).toBeLessThanOrEqual(101);
        yield number;
      }
    })();
    for (const _ of shuffled(endless, random, 100)) given += 1;
    expect(given).toBe(10_000);
  });
});

describe("--rate", () => {
  it("spreads deliveries over time", async () => {
    const target = await app();
    const argv = ["send", "call.ended", "--count", "11", "--rate", "50/s", "--concurrency", "20", "--to", target.url];
    const ran = await run([...argv, "--json"], { env });
    const summary = jsonLines<{ durationMs: number }>(ran.stdout).at(-1)!;
    expect(summary).toMatchObject({ deliveries: 11, delivered: 11 });
    expect(summary.durationMs).toBeGreaterThan(190); // the last begins after 200 ms
  });

  it("says when the app answers no faster than that", async () => {
    const target = await app((_request, response) => void setTimeout(() => response.end(), 30));
    const ran = await run(["send", "call.ended", "--count", "20", "--rate", "1000/s", "--to", target.url], { env });
    expect(ran.stderr).toMatch(
      /--rate of 1,000 a second was not reached: [\d.]+ a second were begun\n {2}raise --concurrency/,
    );
    expect(ran.exitCode).toBe(0);
  });

  it.each([
    ["the calls of a scenario, and not their deliveries", ["--scenario", "completed-call", "--calls", "12"]],
    ["deliveries, and not the pauses of --retry", ["call.ended", "--count", "12", "--retry-schedule", "3s"]],
  ])("says how many were begun: %s", async (_what, argv) => {
    const isScenario = argv.includes("--scenario");
    const target = await app((_request, response, nth) => {
      response.statusCode = !isScenario && nth === 1 ? 503 : 200;
      setTimeout(() => response.end(), 40);
    });
    const more = isScenario ? ["--speed", "max"] : [];
    const argvOf = [...argv, ...more, "--rate", "1000/s", "--to", target.url, "--json"];
    const ran = await run(["send", ...argvOf], { env });
    const [, were] = /not reached: ([\d.]+) a second were begun/.exec(ran.stderr) ?? [];
    const { durationMs } = jsonLines<{ durationMs: number }>(ran.stdout).at(-1)!;
    const perCall = isScenario ? target.received.length / 12 : 1;
    expect(Number(were)).toBeLessThan(1000 / (40 * perCall) + 0.1);
    // In the time that the answers took, which the pause is not part of.
    expect(Number(were)).toBeGreaterThan((isScenario ? 0.9 : 1.1) * (11 / durationMs) * 1000);
    expect(ran.exitCode).toBe(0);
  });
});

describe("the chart of a load run", () => {
  it("stands under the summary of more than fifty, and counts every answer", async () => {
    const target = await app((_request, response, nth) => status(nth % 10 === 0 ? 500 : 200)(_request, response));
    const ran = await run(["send", "call.ended", "--count", "60", "--to", target.url, "--no-history"], { env });
    const rows = [...ran.stdout.matchAll(/^ *≤ [\d.]+ m?s {2}.* {2}([\d,]+) {2} *[\d.]+ %$/gm)];
    expect(rows.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(60);
    const few = await run(["send", "call.ended", "--count", "50", "--to", target.url, "--no-history"], { env });
    expect(few.stdout).not.toContain("≤");
    const json = await run(["send", "call.ended", "--count", "60", "--to", target.url, "--json"], { env });
    expect(jsonLines(json.stdout).at(-1)).not.toHaveProperty("histogram");
  });

  it.each([40, 80, 200])("fits %d columns", (columns) => {
    const style = styleFor({ write: () => true, isTTY: true, columns }, { env: {} }, { color: false });
    const bars = [
      { toMs: 0.5, count: 1 },
      { toMs: 1, count: 0 },
      { toMs: 2, count: 99_999 },
      { toMs: 20_000, count: 12 },
      { toMs: 120_000, count: 1_000_000 },
    ];
    const rows = latencyChart(bars, style);
    for (const row of rows) expect(row.length).toBeLessThan(columns);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows[0]).toMatch(/≤ 0\.5 ms {2}▏ +1 {2}<0\.1 %/);
    expect(rows[1]).toMatch(/≤ 1 ms {2} +0 {5}0 %$/);
    expect(rows[4]).toMatch(/≤ 2 m {2}█+ {2}1,000,000 {2}90\.9 %/);
  });
});
