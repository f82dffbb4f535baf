import { isBuiltin } from "node:module";
import { build } from "esbuild";
import { expect, it } from "vitest";
import * as library from "../src/index.ts";

it("the library exports what its documentation names", () => {
  expect(Object.keys(library).sort()).toEqual([
    "TelepathError",
    "createEvent",
    "diagnose",
    "parseEvent",
    "readDump",
    "sign",
    "verify",
  ]);
});

it("an event made, signed, verified and read again is the same", () => {
  const { payload, event } = library.createEvent("call.ended", { duration_seconds: 12 });
  const signature = library.sign(payload, "whsec_test");
  expect(library.verify(payload, signature, ["another", "whsec_test"])).toBe(true);
  expect(library.parseEvent(payload)).toEqual(event);
});

it("a dump is read, and what is wrong with its signature proved", () => {
  const { payload } = library.createEvent("call.ended");
  const signature = library.sign(payload, "whsec_test");
  const printed = JSON.stringify(JSON.parse(String(payload)), null, 2);
  const dump = ["POST /hooks HTTP/1.1", `X-Telepath-Signature: ${signature}`, "", printed].join("\r\n");
  const { format, requests } = library.readDump(Buffer.from(dump));
  expect([format, requests.length]).toEqual(["raw-http", 1]);
  const found = library.diagnose(requests[0]!, "whsec_test");
  expect(found).toMatchObject({ diagnosis: { code: "json-reserialised-pretty", proven: true } });
  expect(() => library.readDump(Buffer.from("nothing"))).toThrow(library.TelepathError);
});

// Whoever imports the library in a server pays for none of what the command line needs.
it("the library loads nothing but Node's own modules, and holds no folder of the command line's", async () => {
  const { metafile } = await build({
    entryPoints: ["src/index.ts"],
    bundle: true,
    external: ["undici"],
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.inputs).flatMap((file) => file.imports);
  const packages = imports.filter(({ external, path }) => external && !isBuiltin(path));
  expect(packages.map(({ path }) => path)).toEqual([]);

  const places = Object.keys(metafile.inputs).map((path) => path.split("/"));
  const bundled = places.filter(([first]) => first === "node_modules").map(([, name]) => name);
  expect([...new Set(bundled)]).toEqual(["fastest-levenshtein"]); // 2 KB

  const folders = new Set(places.map(([, folder]) => folder));
  for (const folder of ["cli", "delivery", "history", "tunnels", "listen"]) expect(folders).not.toContain(folder);
});
