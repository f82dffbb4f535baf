/** The programs that are measured, each in a process of its own on a free port of 127.0.0.1. */
import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { secret } from "./data.js";

const path = (name) => new URL(name, import.meta.url).pathname;

/** @param status what it answers, such as `503 Service Unavailable`; 200 when left out */
export async function startApp(...status) {
  return await printsItsPort(process.execPath, [path("app.js"), ...status]);
}

export async function startHttpProxy(app) {
  return await printsItsPort(process.execPath, [path("http-proxy.js"), `http://127.0.0.1:${app.port}`]);
}

export function hasMitmdump() {
  return spawnSync("mitmdump", ["--version"], { stdio: "ignore" }).status === 0;
}

export async function startMitmdump(app, folder) {
  const port = await freePort();
  const mode = `reverse:http://127.0.0.1:${app.port}`;
  const child = spawn("mitmdump", ["-q", "--mode", mode, "-p", String(port), "-w", join(folder, "flows")], {
    stdio: "ignore",
  });
  await until(() => answersOn(port), "mitmdump");
  return subject(child, port);
}

/** The tool itself, history on and signatures checked, its lines written to a file. */
export async function startGateway(app, folder, { bin, nodeOptions = [] }) {
  const log = openSync(join(folder, "listen.log"), "w");
  const argv = [bin, "listen", "--tunnel", "none", "--to", `http://127.0.0.1:${app.port}`, "--data-dir", folder];
  const child = spawn(process.execPath, ["--import", path("loop-delay.js"), ...nodeOptions, ...argv], {
    env: { ...process.env, TELEPATH_WEBHOOK_SECRET: secret, LOOP_DELAY_FILE: join(folder, "loop-delay") },
    stdio: ["ignore", log, log],
  });
  const note = join(folder, `listening-${child.pid}.json`);
  const url = await until(() => JSON.parse(readFileSync(note, "utf8")).localUrl, "listen");
  return {
    ...subject(child, Number(new URL(url).port)),
    loopDelay: () => Number(readFileSync(join(folder, "loop-delay"))),
  };
}

/** The load generator; `run` takes one job at a time. */
export function startLoad() {
  const child = fork(path("load.js"));
  return {
    run: async (job) => {
      child.send(job);
      const [result] = await once(child, "message");
      return result;
    },
    stop: () => child.kill(),
  };
}

async function printsItsPort(program, argv) {
  const child = spawn(program, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return subject(child, Number(line));
}

function subject(child, port) {
  const exited = once(child, "exit");
  return {
    pid: child.pid,
    port,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    memoryMb: () => memoryOf(child.pid, "VmRSS"),
    peakMb: () => memoryOf(child.pid, "VmHWM"),
    stop: async () => {
      child.kill("SIGINT");
      const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
      await exited;
      clearTimeout(hard);
    },
  };
}

/** proc_pid_stat(5), fields 14 and 15, in ticks of 10 ms; NaN where there is no `/proc`. */
function cpuSecondsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

function memoryOf(pid, name) {
  try {
    return (
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
    );
  } catch {
    return Number.NaN;
  }
}

async function until(found, what) {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await pause(20)) {
    try {
      const value = await found();
      if (value) return value;
    } catch {
      // Not yet.
    }
  }
  throw new Error(`${what} did not start`);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function answersOn(port) {
  const { createConnection } = await import("node:net");
  const socket = createConnection({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}
