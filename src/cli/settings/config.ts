import { InvalidArgumentError } from "commander";
import { revisions, type Revision } from "../../contract/revisions.ts";
import { positionIn } from "../../model/position.ts";
import { parseJson } from "../../dumps/json.ts";
import type { JsonNode } from "../../dumps/format.ts";
import { systemCode, TelepathError } from "../../model/errors.ts";
import type { Retention } from "../../history/store.ts";
import { readRegularFile } from "../input.ts";
import { suggestion } from "../suggest.ts";
import { httpUrl, keep } from "../values.ts";
import { routes, type RouteSetting } from "./routes.ts";

/** The name of the file in the project root. */
export const configFileName = "telepath-hooks.config.json";

/** What a project can settle once for every command. A flag or a variable of the environment goes before it. */
export interface Config {
  /** The local port of the app. */
  port?: number;
  /** The app's URL, instead of a port. */
  to?: string;
  /** Put before the received path. */
  path?: string;
  tunnel?: "ngrok" | "none";
  domain?: string;
  revision?: Revision;
  /** Folder of the project's own sample events, relative to the project root. */
  fixtures?: string;
  keep?: Partial<Retention>;
  /** Apps for some event types, in the order in which they are tried. */
  routes?: RouteSetting[];
}

/** The variable of the environment that stands for each member. It goes before the file, and a flag before it. */
export const configVariables = {
  port: "TELEPATH_HOOKS_PORT",
  to: "TELEPATH_HOOKS_TO",
  path: "TELEPATH_HOOKS_PATH",
  tunnel: "TELEPATH_HOOKS_TUNNEL",
  domain: "TELEPATH_HOOKS_DOMAIN",
  revision: "TELEPATH_HOOKS_REVISION",
  fixtures: "TELEPATH_HOOKS_FIXTURES",
  keep: "TELEPATH_HOOKS_KEEP",
  routes: "TELEPATH_HOOKS_ROUTES",
} as const satisfies Record<keyof Config, string>;

const members: Record<keyof Config, (value: unknown) => unknown> = {
  port: (value) => {
    if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 65_535) expected("a port from 1 to 65535");
    return value;
  },
  to: (value) => (httpUrl(text(value)), value),
  path: (value) => (text(value).startsWith("/") ? value : expected("a path that starts with /")),
  tunnel: (value) => (value === "ngrok" || value === "none" ? value : expected('"ngrok" or "none"')),
  domain: text,
  revision: (value) => revisions.find((known) => known === value) ?? expected(revisions.join(" or ")),
  fixtures: text,
  keep: (value) => keep(text(value)),
  routes,
};

/** What was understood, and each thing that was not. */
export interface Examined {
  config: Config;
  /** `BROKEN_CONFIG` with line and column (not JSON, an unknown member, a wrong value), or `BROKEN_VARIABLE`. */
  problems: TelepathError[];
}

/** Reads a project's configuration to its end, whatever is wrong on the way; an absent file is an empty one. */
export function examineConfig(path: string): Examined & { exists: boolean } {
  const config: Record<string, unknown> = {};
  const problems: TelepathError[] = [];
  try {
    const source = sourceOf(path);
    if (source === undefined) return { config, problems, exists: false };
    const at = (offset: number): string => {
      const { line, column } = positionIn(source, offset);
      return `line ${line}, column ${column}: `;
    };
    const root = parsed(source, path);
    if (root.type !== "object") throw broken(path, `${at(root.start)}it must be one JSON object`);
    for (const { name, value } of root.members) {
      const problem = readMember(config, name, source.slice(value.start, value.end));
      if (problem) problems.push(broken(path, at(value.start) + problem.message, problem.hint));
    }
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    problems.push(error);
  }
  return { config, problems, exists: true };
}

function sourceOf(path: string): string | undefined {
  try {
    return readRegularFile(path, "the configuration", 1024 ** 2)
      .toString("utf8")
      .replace(/^\ufeff/, "");
  } catch (error) {
    if (error instanceof TelepathError && systemCode(error.cause) === "ENOENT") return undefined;
    throw error;
  }
}

function readMember(config: Record<string, unknown>, name: string, json: string): Problem | undefined {
  const read = Object.hasOwn(members, name) ? members[name as keyof Config] : undefined;
  if (!read) {
    const known = Object.keys(members);
    const message = `there is no setting ${JSON.stringify(name)}; known: ${known.join(", ")}`;
    return { message, hint: suggestion(name, known) };
  }
  return assigned(config, name, () => read(JSON.parse(json)), name);
}

interface Problem {
  message: string;
  hint?: string | undefined;
}

function assigned(
  config: Record<string, unknown>,
  name: string,
  read: () => unknown,
  shown: string,
): Problem | undefined {
  try {
    config[name] = read();
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return { message: `${shown}: ${error.message}` };
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says in place of the file. An empty variable says nothing. */
export function examineEnvironment(env: Environment): Examined {
  const config: Record<string, unknown> = {};
  const problems: TelepathError[] = [];
  for (const [name, variable] of Object.entries(configVariables)) {
    const value = env[variable];
    if (!value) continue;
    const read = members[name as keyof Config];
    const problem = assigned(config, name, () => read(name === "port" ? Number(value) : value), variable);
    if (problem) problems.push(new TelepathError("BROKEN_VARIABLE", problem.message, "correct it, or unset it"));
  }
  return { config, problems };
}

/** A port and a URL both say where the app is: the one that goes before leaves no room for the other. */
export function merged(file: Config, environment: Config): Config {
  const { port, to, ...rest } = file;
  const place = environment.port === undefined && environment.to === undefined ? { port, to } : {};
  return { ...rest, ...withoutUndefined(place), ...environment };
}

function withoutUndefined(values: Record<string, unknown>): Config {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function parsed(source: string, path: string): JsonNode {
  try {
    return parseJson(source);
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    throw broken(path, error.message);
  }
}

function text(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : expected("text");
}

function expected(what: string): never {
  throw new InvalidArgumentError(`expected ${what}.`);
}

function broken(path: string, message: string, hint = "correct the file, or move it away"): TelepathError {
  return new TelepathError("BROKEN_CONFIG", `${path}, ${message}`, hint);
}
