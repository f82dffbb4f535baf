/**
 * How verify compares with `openssl dgst -sha256 -hmac` on the same data, in one run: the ratios say more than seconds.
 *
 *   npm run bench -- [--body-mb 1024] [--files 10000] [--ndjson-mb 1024] [--rounds 3]
 *
 * Needs the built tool (`npm run build`). Data is made in a temporary folder and removed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeBody, makeFiles, makeLines, secret } from "./data.js";
import { diagnosisMedians } from "./diagnosis.js";
import { hasOpenssl, opensslOver, timed } from "./processes.js";
import { table } from "./table.js";

const { values } = parseArgs({
  options: {
    "body-mb": { type: "string", default: "1024" },
    files: { type: "string", default: "10000" },
    "ndjson-mb": { type: "string", default: "1024" },
    rounds: { type: "string", default: "3" },
    bin: { type: "string", default: new URL("../bin/telepath-hooks.js", import.meta.url).pathname },
  },
});
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-bench-"));
const rows = [];
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

if (hasOpenssl()) {
  const body = makeBody(folder, Number(values["body-mb"]));
  await compare(`body of ${values["body-mb"]} MB`, [body.path], ["body.bin", "--signature", body.signature], 1.15, 120);
  const files = makeFiles(folder, Number(values.files));
  await compare(`${values.files} files of 2 KB`, files, ["files"], 4);
  const lines = makeLines(folder, Number(values["ndjson-mb"]));
  await compare(`NDJSON of ${values["ndjson-mb"]} MB`, [lines], ["lines.ndjson"], 6, 200);
  // Each payload is compared with the contract, too: there is no target, but it must stay within reason.
  await compare("the same with --json", [lines], ["lines.ndjson", "--json"]);
} else {
  console.log("openssl is not installed: what is compared with it is skipped");
}
rows.push(...(await diagnosisMedians()));
console.log(table(rows));

/** Pairs of runs, one after the other, so that both see the same load; the median pair counts. */
async function compare(name, paths, argv, target, memoryTarget) {
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const openssl = await opensslOver(paths, secret);
    const own = await timed(process.execPath, [values.bin, "verify", ...argv], folder, {
      TELEPATH_WEBHOOK_SECRET: secret,
    });
    if (own.status !== 0) throw new Error(`verify of ${name} ended with ${own.status}:\n${own.stderr}`);
    pairs.push({ openssl, own, ratio: own.seconds / openssl.seconds, cpu: own.cpuSeconds / openssl.cpuSeconds });
  }
  const { openssl, own, ratio, cpu } = pairs.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(rounds / 2)];
  rows.push({
    name,
    figure: `${own.seconds.toFixed(2)} s (openssl ${openssl.seconds.toFixed(2)} s)`,
    ratio: `${ratio.toFixed(2)} × (processor ${cpu.toFixed(2)} ×)`,
    target: target === undefined ? "" : `≤ ${target} ×`,
    met: ratio <= (target ?? Number.POSITIVE_INFINITY),
    memory: `${Math.round(own.peakMb)} MB`,
    memoryTarget: memoryTarget === undefined ? "" : `≤ ${memoryTarget} MB`,
  });
}
