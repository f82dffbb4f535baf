/**
 * Everything that must hold before a change lands: format, types, lint with the import table, unused code, all tests
 * with coverage, the package as others will install it, on every Node it supports.
 *
 * Ends with `N passed, N failed, N skipped` alone on a line, the steps and the tests counted together.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { nodes } from "./nodes.js";

const counts = { passed: 0, failed: 0, skipped: 0 };

step("format", "npm", ["run", "--silent", "format:check"]);
step("types", "npm", ["run", "--silent", "typecheck"]);
step("lint", "npm", ["run", "--silent", "lint"]);
step("unused code", "npm", ["run", "--silent", "unused"]);
step("build", "npm", ["run", "--silent", "build"]);
step("other Nodes", process.execPath, ["scripts/nodes.js"]);
tests();
step("package checks", "npm", ["run", "--silent", "package-checks"]);
for (const node of nodes()) {
  if (existsSync(node.path))
    step(`package on Node ${node.version}`, process.execPath, ["scripts/try-package.js", node.path]);
  else skip(`package on Node ${node.version}`, node.reason);
}

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

function step(name, command, argv) {
  const started = Date.now();
  console.log(`\n── ${name}`);
  const { status, error } = spawnSync(command, argv, { stdio: ["ignore", "inherit", "inherit"] });
  const good = status === 0;
  counts[good ? "passed" : "failed"] += 1;
  console.log(
    `${good ? "✓" : "✗"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)${error ? `: ${error.message}` : ""}`,
  );
}

function skip(name, reason) {
  counts.skipped += 1;
  console.log(`\n── ${name}\nskipped: ${reason}`);
}

function tests() {
  mkdirSync("coverage", { recursive: true });
  const report = "coverage/tests.json";
  step("tests", "npx", [
    "vitest",
    "run",
    "--coverage",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  const results = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  if (!results || results.numTotalTests === 0) {
    console.log("✗ no test ran");
    counts.failed += 1;
    return;
  }
  counts.passed += results.numPassedTests;
  counts.failed += results.numFailedTests;
  counts.skipped += results.numPendingTests + results.numTodoTests;
}
