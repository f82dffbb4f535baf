/**
 * What a queue of deliveries costs that wait for their next attempt (`send --retry`): the peak memory of the run that
 * made it, and the processor time of a quiet minute, with the history and without; then of the run that resumes it.
 *
 *   npm run bench -- retry [--count 100000] [--seconds 20]
 *
 * Needs the built tool (`npm run build`). Everything is on 127.0.0.1, in a temporary folder that is removed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { secret } from "./data.js";
import { peakOf, processorSeconds } from "./processes.js";
import { startApp } from "./subjects.js";
import { table } from "./table.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seconds: { type: "string", default: "20" },
    bin: { type: "string", default: new URL("../bin/telepath-hooks.js", import.meta.url).pathname },
  },
});
const target = { mb: 400, idleShare: 0.01 };
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-bench-"));
const rows = [];
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "package.json"), "{}");

const app = await startApp("503 Service Unavailable");
try {
  const url = `http://127.0.0.1:${app.port}/webhooks`;
  const send = ["send", "call.ended", "--to", url, "--count", values.count, "--concurrency", "100"];
  await measure("without history", [...send, "--retry-schedule", "1h", "--no-history"]);
  await measure("with history", [...send, "--retry-schedule", "1h"]);
  await measure("resumed", ["send", "--resume"]);
} finally {
  await app.stop();
}
console.log(table(rows));

async function measure(name, argv) {
  const child = spawn(process.execPath, [values.bin, ...argv, "--json"], {
    cwd: folder,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, TELEPATH_WEBHOOK_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let last = "";
  child.stdout.on("data", (text) => (last = (last + text).slice(-10_000)));
  await quiet(child.pid);
  const before = processorSeconds(child.pid);
  await pause(Number(values.seconds) * 1000);
  const idle = (processorSeconds(child.pid) - before) / Number(values.seconds);
  const peakMb = peakOf(child.pid);
  child.kill("SIGINT");
  await once(child, "close");
  const { pending } = JSON.parse(last.trimEnd().split("\n").at(-1));
  rows.push({
    name: `${pending} pending, ${name}`,
    figure: `${(idle * 100).toFixed(2)} % of a processor, idle`,
    target: `≤ ${target.idleShare * 100} %`,
    met: pending === Number(values.count) && idle <= target.idleShare && peakMb <= target.mb,
    memory: `${Math.round(peakMb)} MB`,
    memoryTarget: `≤ ${target.mb} MB`,
  });
}

/** Resolves when a process has hardly worked for two seconds. */
async function quiet(pid) {
  for (let before = 0; ;) {
    await pause(2000);
    const now = processorSeconds(pid);
    if (now - before < 0.05) return;
    before = now;
  }
}
