/**
 * Builds the package: declarations and modules of the library by tsc, and the command line as a few bundled chunks by
 * esbuild, because reading hundreds of small modules is most of a command's start-up time.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
process.chdir(root);

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});

await build({
  entryPoints: { cli: "src/cli/process.ts" },
  outdir: "dist/bundle",
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  legalComments: "linked",
  // Native packages cannot be bundled.
  external: ["@ngrok/ngrok", "libsql"],
  // CommonJS packages inside the bundle ask for Node's own modules by require().
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
