/**
 * Random bytes at a real `listen` for minutes: it must live, its memory stay flat, and its history hold every request
 * that was acknowledged, whole.
 *
 *   npm run soak -- [--minutes 5 | --requests 500] [--seed 1] [--senders 24] [--json]
 *
 * Needs the built tool (`npm run build`). Ends with 1 when something is not as it must be.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startApp } from "./soak/app.js";
import { problemsOf } from "./soak/history.js";
import { goodRequest, randomFrom } from "./soak/mutations.js";
import { sender, whole } from "./soak/senders.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    requests: { type: "string" },
    seed: { type: "string", default: "1" },
    senders: { type: "string", default: "24" },
    json: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-soak-"));
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const app = await startApp();
const listen = await startListen();
process.on("exit", () => listen.child.kill("SIGKILL"));
const tally = { sent: 0, ruined: 0, statuses: {}, acknowledged: new Map() };
const memory = [];
const watch = setInterval(() => memory.push(megabytesOf(listen.child.pid)), 1000);
const start = performance.now();
const most = values.requests === undefined ? Infinity : Number(values.requests);
const until = values.requests === undefined ? start + Number(values.minutes) * 60_000 : Infinity;
const goesOn = () => tally.sent < most && performance.now() < until && listen.child.exitCode === null;

await Promise.all(
  Array.from({ length: Number(values.senders) }, (_, number) => sender(listen.port, { seed, number, goesOn, tally })),
);
const seconds = (performance.now() - start) / 1000;
const { head, payload } = goodRequest(randomFrom(seed), "soak-last");
const isAlive = (await whole(listen.port, [Buffer.from(head), payload])).startsWith("HTTP/1.1 ");
clearInterval(watch);
memory.push(megabytesOf(listen.child.pid));

listen.child.kill("SIGINT");
const exitCode = await listen.ended;
const { problems, onRecord } = problemsOf(folder, tally.acknowledged, listen.stopped().deliveries ?? 0);
if (!isAlive) problems.push("the last request had no answer");
if (exitCode !== 0) problems.push(`listen ended with ${exitCode}`);
if (/please report this/.test(listen.stderr())) problems.push(listen.stderr());
const [early, late] = [quarter(1), quarter(3)];
if (seconds > 120 && late > 1.2 * early + 16) problems.push(`memory grew from ${early} to ${late} MB`);

report({
  seed,
  seconds: Math.round(seconds),
  sent: tally.sent,
  ruined: tally.ruined,
  statuses: tally.statuses,
  acknowledged: tally.acknowledged.size,
  onRecord,
  forwarded: app.requests,
  memoryMb: { early, late, peak: Math.max(...memory) },
  problems,
});
app.close();
process.exitCode = problems.length === 0 ? 0 : 1;

/** `listen` as users run it, and what it has said. */
async function startListen() {
  const bin = new URL("../bin/telepath-hooks.js", import.meta.url).pathname;
  const options = ["--tunnel", "none", "--timeout", "1s", "--max-body", "1mb", "--keep", "30d,16gb", "--json"];
  const argv = [bin, "listen", "--to", `http://127.0.0.1:${app.port}`, "--data-dir", folder, ...options];
  const env = { ...process.env, TELEPATH_WEBHOOK_SECRET: "whsec_soak" };
  const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let [stderr, last, rest] = ["", "", ""];
  child.stderr.on("data", (text) => (stderr = (stderr + text).slice(-100_000)));
  const ended = once(child, "close").then(([code]) => code);
  const ready = new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        last = line;
        if (line.includes('"type":"ready"')) resolve(JSON.parse(line));
      }
    });
    ended.then((code) => reject(new Error(`listen ended with ${code}:\n${stderr}`)), reject);
  });
  const { localUrl } = await ready;
  return {
    child,
    ended,
    port: Number(new URL(localUrl).port),
    stderr: () => stderr,
    stopped: () => (last.includes('"type":"stopped"') ? JSON.parse(last) : {}),
  };
}

/** Resident memory; 0 where `/proc` does not tell it. */
function megabytesOf(pid) {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** The median of one quarter of the samples, the first being 0. */
function quarter(number) {
  const size = Math.ceil(memory.length / 4);
  const some = memory.slice(number * size, (number + 1) * size).toSorted((a, b) => a - b);
  return some[Math.floor(some.length / 2)] ?? memory.at(-1);
}

function report(facts) {
  if (values.json) return console.log(JSON.stringify(facts));
  for (const [name, value] of Object.entries(facts)) {
    console.log(`${name.padEnd(14)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
}
