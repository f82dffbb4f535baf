import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { defaultRetention, type Retention } from "../../history/store.ts";
import { configFileName, configFromEnvironment, merged, readConfig, type Config } from "./config.ts";
import type { Context } from "../context.ts";

/** The project a command works for. */
export interface Project {
  /** The nearest folder upward that looks like one, else the current folder. */
  root: string;
  /** Holds the history and the development secret. Made on first need. */
  dataDir: string;
  config: Config;
  retention: Retention;
  /** The folder of the project's own sample events; it need not exist. */
  fixturesDir: string;
}

const marks = ["package.json", ".git", configFileName];

/** Names the data folder when no flag does. */
export const dataVariable = "TELEPATH_HOOKS_DATA";

/** @throws TelepathError `BROKEN_CONFIG`, `BROKEN_VARIABLE` */
export function findProject(context: Context, flags: { dataDir?: string }): Project {
  const root = rootAbove(context.cwd) ?? context.cwd;
  const config = merged(readConfig(join(root, configFileName)), configFromEnvironment(context.env));
  const dataDir = flags.dataDir ?? (context.env[dataVariable] || undefined);
  return {
    root,
    dataDir: dataDir === undefined ? join(root, ".telepath-hooks") : resolve(context.cwd, dataDir),
    config,
    retention: { ...defaultRetention, ...config.keep },
    fixturesDir: resolve(root, config.fixtures ?? "telepath-fixtures"),
  };
}

function rootAbove(folder: string): string | undefined {
  if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent);
}
