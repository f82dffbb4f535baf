/**
 * Bundles the command line into a few chunks, one per command: reading hundreds of small modules is most of a command's
 * start-up time.
 */
import { build } from "esbuild";

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
