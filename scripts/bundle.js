/**
 * Bundles the command line into a few chunks, one per command, and the library into one file: reading hundreds of small
 * modules is most of the time that starting takes.
 */
import { build } from "esbuild";

const common = {
  outdir: "dist/bundle",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
};

const program = {
  ...common,
  splitting: true,
  // Names stay as they are, for stack traces: keepNames would cost a call for every closure that is made.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "linked",
  // An import of node:process reads all its members, and one of them takes 8 ms to make.
  alias: { "node:process": "./scripts/process.cjs", "node:assert": "./scripts/assert.cjs" },
  // Native packages cannot be bundled.
  external: ["@ngrok/ngrok", "libsql"],
  // CommonJS packages inside the bundle ask for Node's own modules by require().
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

await build({ ...program, entryPoints: { cli: "src/cli/process.ts" } });

// Threads share nothing with the program: of files of their own they load two or three, where it would be dozens.
await build({ ...program, entryPoints: { "history-thread": "src/history/thread.ts" } });
await build({ ...program, entryPoints: { "verify-thread": "src/cli/verify/verify-thread.ts" } });

// The process that holds ngrok's SDK: a file of its own, with nothing of the command line in it.
await build({ ...common, entryPoints: ["src/tunnels/ngrok-agent.ts"], packages: "external", minifyWhitespace: true });

// What both have in common is one chunk: an error's class must be the same in both.
await build({
  ...common,
  entryPoints: ["src/index.ts", "src/testing.ts"],
  splitting: true,
  legalComments: "linked",
  external: ["undici"],
});
