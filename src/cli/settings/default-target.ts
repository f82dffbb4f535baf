import { parseTarget, type Target } from "../../delivery/target.ts";
import { runningListeners } from "../../listen/announcement.ts";
import { forwardTarget } from "../../listen/forward-target.ts";
import type { Project } from "./project.ts";

/** The flags that say where requests go. */
export interface TargetFlags {
  to?: string;
  port?: number;
}

/** The app of a project when nobody says where it is. */
const defaultPort = 3000;

/**
 * Where `--to` or `--port` points; undefined when neither is given. A port gets the path of the project's configuration.
 *
 * @throws TelepathError `INVALID_TARGET`
 */
export function givenTarget(flags: TargetFlags, { config }: Project): Target | undefined {
  if (flags.to !== undefined) return parseTarget(flags.to);
  return flags.port === undefined ? undefined : appAt(localApp(flags.port), config.path);
}

/** Where requests go by themselves, and why there. */
export interface DefaultTarget extends Target {
  /** For people: "the running listen forwards there". */
  because: string;
}

/** What a running `listen` of this project forwards to, else what the configuration says, else port 3000. */
export function defaultTarget({ config, dataDir }: Project): DefaultTarget {
  const listener = runningListeners(dataDir).find(({ forwardTo }) => forwardTo !== null);
  if (listener?.forwardTo) return { ...parseTarget(listener.forwardTo), because: "the running listen forwards there" };
  const configured = config.to ?? (config.port === undefined ? undefined : localApp(config.port));
  const target = appAt(configured ?? localApp(), config.path);
  return { ...target, because: configured === undefined ? "the default" : "the configuration says so" };
}

/** The URL of an app on this machine. */
export function localApp(port = defaultPort): string {
  return `http://localhost:${port}`;
}

/** The same address `listen` would forward a request for `/` to. */
function appAt(url: string, path: string | undefined): Target {
  return parseTarget(forwardTarget(url, path).url);
}
