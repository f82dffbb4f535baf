import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { defaultRetention, type Retention } from "../../history/store.ts";
import type { TelepathError } from "../../model/errors.ts";
import { configFileName, examineConfig, examineEnvironment, merged, type Config } from "./config.ts";
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
  const { project, problems } = examineProject(context, flags);
  if (problems[0]) throw problems[0];
  return project;
}

/** The project as far as its settings can be read, the configuration file it may have, and what is wrong with them. */
export interface ExaminedProject {
  project: Project;
  configFile: { path: string; exists: boolean };
  problems: TelepathError[];
}

/** The same, whatever is wrong with some of its settings: those count as not given. */
export function examineProject(context: Context, flags: { dataDir?: string }): ExaminedProject {
  const root = rootAbove(context.cwd) ?? context.cwd;
  const path = join(root, configFileName);
  const file = examineConfig(path);
  const environment = examineEnvironment(context.env);
  const config = merged(file.config, environment.config);
  const dataDir = flags.dataDir ?? (context.env[dataVariable] || undefined);
  const project = {
    root,
    dataDir: dataDir === undefined ? join(root, ".telepath-hooks") : resolve(context.cwd, dataDir),
    config,
    retention: { ...defaultRetention, ...config.keep },
    fixturesDir: resolve(root, config.fixtures ?? "telepath-fixtures"),
  };
  return { project, configFile: { path, exists: file.exists }, problems: [...file.problems, ...environment.problems] };
}

function rootAbove(folder: string): string | undefined {
  if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent);
}
