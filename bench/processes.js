/** Processes with their wall time, processor time and peak memory. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export function hasOpenssl() {
  return spawnSync("openssl", ["version"], { stdio: "ignore" }).status === 0;
}

/** `openssl dgst` over files, in as few processes as their names fit into. */
export async function opensslOver(paths, secret) {
  const total = { seconds: 0, cpuSeconds: 0 };
  for (let at = 0; at < paths.length; at += 5000) {
    const { seconds, cpuSeconds, status, stderr } = await timed(
      "openssl",
      ["dgst", "-sha256", "-hmac", secret, ...paths.slice(at, at + 5000)],
      ".",
    );
    if (status !== 0) throw new Error(`openssl ended with ${status}:\n${stderr}`);
    total.seconds += seconds;
    total.cpuSeconds += cpuSeconds;
  }
  return total;
}

/** Runs a program with its output thrown away. Peak memory is 0 where `/proc` does not tell it. */
export function timed(program, argv, cwd, variables = {}) {
  const before = childSeconds();
  const start = performance.now();
  // Reading further certificates is no part of the tool, and takes 35 ms of each start of Node.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...variables };
  const child = spawn(program, argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += text));
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 20);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      resolve({ seconds, cpuSeconds: childSeconds() - before, peakMb, status, stderr });
    });
  });
}

/** The most memory a process has had, in megabytes. */
export function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Processor time of a running process, in seconds (fields 14 and 15). */
export function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processor time of all children that have ended (proc_pid_stat(5), fields 16 and 17), in seconds. */
function childSeconds() {
  try {
    const fields = readFileSync("/proc/self/stat", "latin1")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return Number.NaN;
  }
}
