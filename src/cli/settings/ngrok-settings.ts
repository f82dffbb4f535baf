import { homedir } from "node:os";
import { resolve } from "node:path";
import type { NgrokSettings } from "../../tunnels/config.ts";
import type { Context } from "../context.ts";

/** The flags that say where ngrok's settings are. */
export interface NgrokFlags {
  authtoken?: string;
  ngrokConfig?: string;
}

/** Where ngrok's settings come from: the flags, else this user's environment and files. */
export function ngrokSettings(flags: NgrokFlags, { env, cwd }: Context): NgrokSettings {
  return {
    env,
    home: env["HOME"] ?? env["USERPROFILE"] ?? homedir(),
    platform: process.platform,
    ...(flags.authtoken === undefined ? {} : { authtoken: flags.authtoken }),
    ...(flags.ngrokConfig === undefined ? {} : { configPath: resolve(cwd, flags.ngrokConfig) }),
  };
}
