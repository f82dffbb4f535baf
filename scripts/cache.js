/**
 * Packages that only the gate needs: other Nodes, other test runners. They are kept in `.cache`, each in a folder of its
 * own, so that the project's own dependencies stay few.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../.cache/", import.meta.url));

/** Where the packages installed under this name are, installed or not. */
export function cachedModules(name) {
  return `${cache}${name}/node_modules/`;
}

/** Installs a package under a name, unless it is there. False when that does not work. */
export function installInCache(name, spec) {
  if (existsSync(`${cachedModules(name)}.package-lock.json`)) return true; // which npm writes when all the rest is there
  const options = ["--silent", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
  const argv = ["install", ...options, "--prefix", `${cache}${name}`, spec];
  return spawnSync("npm", argv, { stdio: "inherit" }).status === 0;
}
