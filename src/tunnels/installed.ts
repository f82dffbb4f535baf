import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { systemCode } from "../model/errors.ts";
import { sdkError } from "./errors.ts";

/** The SDK as it is installed here. */
export interface InstalledSdk {
  version: string;
  /** The package that holds its native part for this platform; null when it loads from elsewhere. */
  binary: string | null;
}

/**
 * Loads ngrok's SDK with its native part, and opens nothing.
 *
 * @param from where it is looked for; this package by default
 * @throws TelepathError `TUNNEL_SDK_MISSING`, `TUNNEL_SDK_BROKEN`
 */
export function installedSdk(from: string | URL = import.meta.url): InstalledSdk {
  const require = createRequire(from);
  try {
    const { version } = require("@ngrok/ngrok/package.json") as { version: string };
    require("@ngrok/ngrok");
    const native = Object.keys(require.cache).find((path) => /[\\/]@ngrok[\\/].*\.node$/.test(path));
    return { version, binary: native === undefined ? null : `@ngrok/${basename(dirname(native))}` };
  } catch (error) {
    throw sdkError({ code: systemCode(error) });
  }
}
