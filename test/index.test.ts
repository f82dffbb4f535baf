import { isBuiltin } from "node:module";
import { build } from "esbuild";
import { expect, it } from "vitest";
import * as library from "../src/index.ts";

it("the library exports what its documentation names", () => {
  expect(Object.keys(library).sort()).toEqual(["TelepathError", "createEvent", "parseEvent", "sign", "verify"]);
});

it("an event made, signed, verified and read again is the same", () => {
  const { payload, event } = library.createEvent("call.ended", { duration_seconds: 12 });
  const signature = library.sign(payload, "whsec_test");
  expect(library.verify(payload, signature, ["another", "whsec_test"])).toBe(true);
  expect(library.parseEvent(payload)).toEqual(event);
});

// Whoever imports the library in a server pays for none of what the command line needs.
it("the library loads nothing but Node's own modules, and no folder of the command line's", async () => {
  const { metafile } = await build({
    entryPoints: ["src/index.ts"],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.inputs).flatMap((file) => file.imports);
  const packages = imports.filter(({ external, path }) => external && !isBuiltin(path));
  expect(packages.map(({ path }) => path)).toEqual([]);

  const folders = new Set(Object.keys(metafile.inputs).map((path) => path.split("/")[1]));
  for (const folder of ["cli", "delivery", "history", "tunnels", "listen"]) expect(folders).not.toContain(folder);
});
