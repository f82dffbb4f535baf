/**
 * The main job in one go, on this machine alone: a sample app, `listen` in front of it, a call's events sent and
 * received, verified, listed and replayed. Nothing is kept: the history lies in a temporary folder.
 *
 *   npm run demo
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../bin/telepath-hooks.js", import.meta.url));
const receiver = fileURLToPath(new URL("receiver.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-demo-"));
const running = [];

try {
  writeFileSync(join(folder, "package.json"), "{}\n");
  const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const env = { ...process.env, ...colour, TELEPATH_WEBHOOK_SECRET: (await words("secret")).trim() };

  const appUrl = await start("app", [receiver, "0"], env, /sample app on (\S+)/);
  show(`listen --to ${appUrl} --tunnel none`);
  const localUrl = await start(
    "listen",
    [bin, "listen", "--to", appUrl, "--tunnel", "none"],
    env,
    /local URL.*?(http:\S+)/,
  );

  await run("send", "call.started", "agent.connected", "call.ended", "--to", `${localUrl}/webhooks`);
  await run("log");
  writeFileSync(join(folder, "request.json"), await words("show", "last", "--json"));
  await run("verify", "request.json");
  await run("replay", "last");
} finally {
  for (const child of running) await stopped(child);
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a command of the tool with its output on this terminal. */
async function run(...argv) {
  show(argv.join(" "));
  const child = spawn(process.execPath, [bin, ...argv], { cwd: folder, stdio: "inherit" });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`telepath-hooks ${argv[0]} ended with ${code}`);
}

/** What a command of the tool prints on stdout. */
async function words(...argv) {
  const child = spawn(process.execPath, [bin, ...argv], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await new Promise((resolve) => child.on("close", resolve));
  return text;
}

/** Starts a program that goes on, its lines under its name; resolves to what `pattern` finds in them. */
function start(name, argv, env, pattern) {
  const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  running.unshift(child);
  let text = "";
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        const lines = chunk.toString().trimEnd().split("\n");
        for (const line of lines) console.log(`${name.padEnd(6)} │ ${line}`);
        text += chunk;
        const found = pattern.exec(text);
        if (found) resolve(found[1]);
      });
    }
    child.on("close", (code) => reject(new Error(`${argv.join(" ")} ended early with ${code}:\n${text}`)));
  });
}

function stopped(child) {
  if (child.exitCode !== null) return undefined;
  const closed = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGINT");
  return closed;
}

function show(command) {
  console.log(`\n$ telepath-hooks ${command}`);
}
