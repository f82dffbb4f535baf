#!/usr/bin/env node
const words = process.argv.slice(2);

if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
  // The answer needs nothing but the manifest: scripts ask for it often.
  const { readFileSync } = await import("node:fs");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${version}\n`);
} else {
  const { runProcess } = await import("../dist/bundle/cli.js");
  await runProcess();
}
