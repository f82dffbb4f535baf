import { readFileSync } from "node:fs";

const packageFile = new URL("../../package.json", import.meta.url);

const manifest = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string; engines: { node: string } };

/** The version of this package. */
export const version: string = manifest.version;

/** The versions of Node it runs on, as npm writes a range. */
export const nodeRange: string = manifest.engines.node;
