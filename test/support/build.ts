import { execFileSync } from "node:child_process";

/** Builds what the end-to-end tests run, once before all of them: a test of yesterday's build proves nothing. */
export function setup(): void {
  const options = { stdio: "inherit" } as const;
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], options);
  execFileSync(process.execPath, ["scripts/bundle.js"], options);
}
