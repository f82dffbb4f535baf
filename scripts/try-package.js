/**
 * Packs the package, installs the tarball in an empty folder, and does the main job with it on a given Node:
 *
 *   node scripts/try-package.js /path/to/node
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cachedModules, installInCache } from "./cache.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = process.argv[2] ?? process.execPath;
const folder = mkdtempSync(join(tmpdir(), "telepath-hooks-package-"));
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env["PATH"]}` };

try {
  const packed = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", packed.toString().trim().split("\n").at(-1)], {
    cwd: folder,
  });

  libraryWorks();
  testLibraryWorks();
  await mainJobWorks();
  console.log(`the tarball does the main job on Node ${execFileSync(node, ["--version"]).toString().trim()}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function libraryWorks() {
  const script =
    "const s = sign('{}', 'key'); if (!verify('{}', s, 'key') || verify('{ }', s, 'key')) process.exit(1);";
  writeFileSync(join(folder, "library.mjs"), `import { sign, verify } from "telepath-hooks"; ${script}`);
  writeFileSync(join(folder, "library.cjs"), `const { sign, verify } = require("telepath-hooks"); ${script}`);
  for (const file of ["library.mjs", "library.cjs"]) execFileSync(node, [file], { cwd: folder, stdio: "inherit" });
}

/** The example tests, as a project would have them that installed the package and a test runner. */
function testLibraryWorks() {
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
  symlinkSync(join(root, "node_modules/vitest"), join(folder, "node_modules/vitest"));
  expect(installInCache("jest-29", "jest@29.7.0"), "jest is there or can be installed"); // 30 has an install script
  const jest = join(cachedModules("jest-29"), "jest/bin/jest.js");
  const jestConfig = JSON.stringify({
    rootDir: join(folder, "examples"),
    testMatch: ["**/jest.test.js"],
    transform: {},
  });
  const runners = {
    "node:test": ["--test", "tests/node-test.test.js"],
    vitest: [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", "tests/vitest.config.js"],
    jest: ["--experimental-vm-modules", jest, "--config", jestConfig, "--no-watchman", "--runInBand"],
  };
  for (const [name, argv] of Object.entries(runners)) {
    const options = { cwd: join(folder, "examples"), env: { ...env, TELEPATH_WEBHOOK_SECRET: "whsec_test" } };
    const { status, stdout, stderr } = spawnSync(node, argv, { ...options, encoding: "utf8", timeout: 120_000 });
    const said = stdout + stderr;
    expect(status === 0 && /3 passed|pass 3/.test(said), `three example tests pass under ${name}`, said);
  }
}

async function mainJobWorks() {
  const received = [];
  const app = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push(Buffer.concat(chunks).toString());
      response.end("ok");
    });
  });
  await new Promise((resolve) => app.listen(0, "127.0.0.1", resolve));

  const listen = tool("listen", "--to", `http://127.0.0.1:${app.address().port}`, "--tunnel", "none", "--json");
  const ready = await firstLine(listen);
  const sent = JSON.parse((await output("send", "call.ended", "--to", ready.localUrl, "--json")).split("\n")[0]);
  expect(sent.outcome === "delivered" && received.length === 1, "send is received and forwarded", sent);

  writeFileSync(join(folder, "request.json"), await output("show", "last", "--json"));
  const verified = JSON.parse((await output("verify", "request.json", "--json")).split("\n")[0]);
  expect(verified.verdict === "valid", "verify says valid", verified);

  listen.kill("SIGINT");
  const code = await new Promise((resolve) => listen.on("close", resolve));
  expect(code === 0, "listen ends with 0 on Ctrl-C", code);
  app.close();
}

function tool(...argv) {
  const bin = join(folder, "node_modules/telepath-hooks/bin/telepath-hooks.js");
  return spawn(node, [bin, ...argv], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]));
    });
    child.on("close", () => reject(new Error("the tool ended before it printed a line")));
  });
}

async function output(...argv) {
  const child = tool(...argv);
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code === 0, `telepath-hooks ${argv[0]} ends with 0`, code);
  return text;
}

function expect(good, what, got) {
  if (!good) throw new Error(`expected: ${what}; got ${typeof got === "string" ? got : JSON.stringify(got)}`);
}
