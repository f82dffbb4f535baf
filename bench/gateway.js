/**
 * How `listen` compares with other reverse proxies in front of the same app, in one run: the ratios say more than the
 * requests per second. History on, signatures checked.
 *
 *   npm run bench -- gateway [--seconds 3] [--rounds 5] [--deliveries 200000]
 *
 * Needs the built tool (`npm run build`). Everything is on 127.0.0.1, in a temporary folder that is removed.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hasMitmdump, startApp, startGateway, startHttpProxy, startLoad, startMitmdump } from "./subjects.js";
import { table } from "./table.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "5" },
    deliveries: { type: "string", default: "200000" },
    bin: { type: "string", default: new URL("../bin/telepath-hooks.js", import.meta.url).pathname },
  },
});
const milliseconds = Number(values.seconds) * 1000;
const rounds = Number(values.rounds);
const deliveries = Number(values.deliveries);
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-bench-"));
const rows = [];
const running = [];
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const small = 600;
const large = 256 * 1024;
const load = startLoad();
try {
  const app = await started(startApp());
  const proxy = await started(startHttpProxy(app));
  const own = await started(startGateway(app, made("small"), values));
  await throughput("600-byte bodies, 100 connections", small, 100, own, proxy, "http-proxy", 1.2);
  await latency(own, app);
  if (hasMitmdump()) {
    const mitmdump = await started(startMitmdump(app, made("mitmdump")));
    await throughput("the same", small, 100, own, mitmdump, "mitmdump", 10);
    await stopped(mitmdump);
  } else console.log("mitmdump (Debian: mitmproxy) is not installed: what is compared with it is skipped");
  await throughput("256 KB bodies, 100 connections", large, 100, own, proxy, "http-proxy", 0.4);
  await stopped(own);
  await endurance(app);
} finally {
  for (const subject of running.reverse()) await subject.stop();
  load.stop();
}
console.log(table(rows));

/** Pairs of runs, one after the other, so that both see the same load; the median pair counts. */
async function throughput(name, bytes, connections, own, peer, peerName, target) {
  await load.run({ ...jobFor(own, bytes), connections, milliseconds: 1000 }); // both warm
  await load.run({ ...jobFor(peer, bytes), connections, milliseconds: 1000 });
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await measured(peer, bytes, connections);
    const ours = await measured(own, bytes, connections);
    pairs.push({ ours, theirs, ratio: ours.perSecond / theirs.perSecond });
  }
  const { ours, theirs, ratio } = middle(pairs, (pair) => pair.ratio);
  rows.push({
    name,
    figure: `${ours.perSecond.toFixed(0)}/s, ${ours.cpuMicroseconds.toFixed(0)} µs (${peerName} ${theirs.perSecond.toFixed(0)}/s, ${theirs.cpuMicroseconds.toFixed(0)} µs)`,
    ratio: `${ratio.toFixed(2)} ×`,
    target: `≥ ${target} ×`,
    met: ratio >= target,
    memory: `p99 ${ours.p99.toFixed(1)} ms (${theirs.p99.toFixed(1)})`,
  });
}

/** With the processor time of the proxy for each request. */
async function measured(subject, bytes, connections) {
  const before = subject.cpuSeconds();
  const result = await load.run({ ...jobFor(subject, bytes), connections, milliseconds });
  if (result.failed > 0) throw new Error(`${result.failed} requests were not answered with 2xx`);
  return { ...result, cpuMicroseconds: ((subject.cpuSeconds() - before) * 1e6) / result.requests };
}

/** What the gateway adds to a call of the app, one request at a time. */
async function latency(own, app) {
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const direct = await load.run({ ...jobFor(app, small), connections: 1, milliseconds });
    const through = await load.run({ ...jobFor(own, small), connections: 1, milliseconds });
    pairs.push({ p50: through.p50 - direct.p50, p99: through.p99 - direct.p99, max: through.max });
  }
  const p50 = middle(pairs, (pair) => pair.p50).p50;
  const p99 = middle(pairs, (pair) => pair.p99).p99;
  rows.push({
    name: "added at one connection, p50",
    figure: `${p50.toFixed(2)} ms`,
    target: "≤ 0.4 ms",
    met: p50 <= 0.4,
  });
  rows.push({ name: "added at one connection, p99", figure: `${p99.toFixed(2)} ms`, target: "≤ 3 ms", met: p99 <= 3 });
}

/** Memory and the event loop over many deliveries. */
async function endurance(app) {
  const own = await started(startGateway(app, made("long"), values));
  const memory = [];
  for (let part = 0; part < 4; part += 1) {
    const { failed } = await load.run({ ...jobFor(own, small), connections: 100, count: deliveries / 4 });
    if (failed > 0) throw new Error(`${failed} requests were not answered with 2xx`);
    memory.push(own.memoryMb());
  }
  const peak = own.peakMb();
  await stopped(own);
  const loopDelay = own.loopDelay();
  rows.push({
    name: `memory over ${deliveries} deliveries`,
    figure: memory.map((megabytes) => `${megabytes.toFixed(0)}`).join(", ") + " MB",
    target: "≤ 150 MB, flat",
    met: peak <= 150 && memory.at(-1) <= memory.at(1) * 1.1,
    memory: `${peak.toFixed(0)} MB`,
  });
  rows.push({
    name: "longest stop of the event loop",
    figure: `${loopDelay.toFixed(1)} ms`,
    target: "≤ 20 ms",
    met: loopDelay <= 20,
  });
}

function jobFor({ port }, bodyBytes) {
  return { port, bodyBytes };
}

function middle(list, key) {
  return list.toSorted((a, b) => key(a) - key(b))[Math.floor(list.length / 2)];
}

function made(name) {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

async function started(starting) {
  const subject = await starting;
  running.push(subject);
  return subject;
}

async function stopped(subject) {
  running.splice(running.indexOf(subject), 1);
  await subject.stop();
}
