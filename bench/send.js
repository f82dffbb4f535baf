/**
 * How `send` compares with autocannon, which signs a unique body for each request too, in one run: the ratios of whole
 * processes, their start included.
 *
 *   npm run bench -- send [--count 100000] [--rounds 3]
 *
 * Needs the built tool (`npm run build`). Everything is on 127.0.0.1, in a temporary folder that is removed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { secret } from "./data.js";
import { timed } from "./processes.js";
import { startApp } from "./subjects.js";
import { table } from "./table.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    rounds: { type: "string", default: "3" },
    bin: { type: "string", default: new URL("../bin/telepath-hooks.js", import.meta.url).pathname },
  },
});
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-bench-"));
const rows = [];
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "package.json"), "{}");

const app = await startApp();
try {
  const url = `http://127.0.0.1:${app.port}/webhooks`;
  await compare("without history", url, ["--no-history"], 1.1);
  await compare("with history", url, [], 0.6);
} finally {
  await app.stop();
}
console.log(table(rows));

/** Pairs of runs, one after the other, so that both see the same load; the median pair counts. */
async function compare(name, url, more, target) {
  const peer = [new URL("autocannon.js", import.meta.url).pathname, url, values.count, "100"];
  const send = ["send", "call.ended", "--to", url, "--count", values.count, "--concurrency", "100", ...more];
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await timed(process.execPath, peer, folder);
    if (theirs.status !== 0) throw new Error(`autocannon ended with ${theirs.status}:\n${theirs.stderr}`);
    const own = await timed(process.execPath, [values.bin, ...send], folder, { TELEPATH_WEBHOOK_SECRET: secret });
    if (own.status !== 0) throw new Error(`send ended with ${own.status}:\n${own.stderr}`);
    pairs.push({ own, theirs, ratio: theirs.seconds / own.seconds, cpu: theirs.cpuSeconds / own.cpuSeconds });
  }
  const { own, theirs, ratio, cpu } = pairs.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(rounds / 2)];
  const perSecond = ({ seconds }) => (Number(values.count) / seconds).toFixed(0);
  rows.push({
    name: `send of ${values.count}, ${name}`,
    figure: `${perSecond(own)}/s (autocannon ${perSecond(theirs)}/s)`,
    ratio: `${ratio.toFixed(2)} × (processor ${cpu.toFixed(2)} ×)`,
    target: `≥ ${target} ×`,
    met: ratio >= target && own.peakMb <= 200,
    memory: `${Math.round(own.peakMb)} MB`,
    memoryTarget: "≤ 200 MB",
  });
}
