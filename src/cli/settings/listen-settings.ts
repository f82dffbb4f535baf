import type { Command } from "commander";
import { forwardTarget } from "../../listen/forward-target.ts";
import type { ListenSettings } from "../../listen/session.ts";
import type { Header } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import type { Retention } from "../../history/store.ts";
import { localApp } from "./default-target.ts";
import type { CommonFlags, SecretFlags } from "../options.ts";
import type { Project } from "./project.ts";
import { usage } from "../requests/request-options.ts";

/** The flags of `listen`, as commander hands them over. */
export interface ListenFlags extends CommonFlags, SecretFlags {
  port?: number;
  to?: string;
  path?: string;
  tunnel?: "ngrok" | "none";
  publicUrl?: URL;
  domain?: string;
  authtoken?: string;
  ngrokConfig?: string;
  basicAuth?: string;
  allowCidr?: string[];
  listenPort?: number;
  requireSignature?: boolean;
  respond?: number;
  hold?: boolean;
  header?: Header[];
  timeout: number;
  maxBody: number;
  until?: number;
  keep?: Partial<Retention>;
}

/**
 * What the words mean for the session: the flag, else the project's configuration, else the default.
 *
 * @throws TelepathError `USAGE` for flags that contradict each other or would have no effect where that is dangerous;
 *   `INVALID_TARGET`
 */
export function listenSettings(
  flags: ListenFlags,
  project: Project,
  secrets: readonly Secret[],
  command: Command,
): ListenSettings {
  const given = (option: keyof ListenFlags): boolean => command.getOptionValueSource(option) === "cli";
  return {
    secrets,
    requireSignature: flags.requireSignature ?? false,
    events: [],
    routes: [],
    destination:
      flags.respond === undefined
        ? { app: appOf(flags, project) }
        : { respond: { status: flags.respond, headers: [], body: new Uint8Array() } },
    hold: flags.hold ?? false,
    delayMs: 0,
    addedHeaders: flags.header ?? [],
    timeoutMs: flags.timeout,
    listenPort: flags.listenPort ?? 0,
    maxBodyBytes: flags.maxBody,
    until: flags.until ?? null,
    publicUrl: flags.publicUrl ? flags.publicUrl.href.replace(/\/$/, "") : null,
    tunnel: tunnelOf(flags, project, given),
    retention: { ...project.retention, ...flags.keep },
    dataDir: project.dataDir,
  };
}

/** The flags that say something to an app, given although none is asked. They have no effect, and the user is told. */
export function idleFlags({ respond }: ListenFlags, command: Command): string[] {
  if (respond === undefined) return [];
  return ["port", "to", "path", "header", "timeout", "hold"]
    .filter((option) => command.getOptionValueSource(option) === "cli")
    .map((option) => `--${option}`);
}

function appOf(flags: ListenFlags, { config }: Project) {
  if (flags.port !== undefined && flags.to !== undefined) {
    throw usage("--port and --to both say where the app is", "give one of them");
  }
  const typed = flags.to ?? (flags.port === undefined ? undefined : localApp(flags.port));
  const configured = config.to ?? localApp(config.port);
  return forwardTarget(typed ?? configured, flags.path ?? config.path);
}

/** What only the tunnel can do. Most of these protect something, so none is dropped in silence. */
const tunnelOptions = {
  domain: "--domain",
  basicAuth: "--basic-auth",
  allowCidr: "--allow-cidr",
  authtoken: "--authtoken",
  ngrokConfig: "--ngrok-config",
} as const;

function tunnelOf(
  flags: ListenFlags,
  { config }: Project,
  given: (option: keyof ListenFlags) => boolean,
): ListenSettings["tunnel"] {
  if (flags.publicUrl !== undefined && flags.tunnel === "ngrok") {
    throw usage("--public-url means that you have a tunnel of your own", "leave out --tunnel ngrok or --public-url");
  }
  const kind = flags.publicUrl === undefined ? (flags.tunnel ?? config.tunnel ?? "ngrok") : "none";
  if (kind === "ngrok") {
    const domain = flags.domain ?? config.domain;
    return {
      allowCidrs: flags.allowCidr ?? [],
      ...(domain === undefined ? {} : { domain }),
      ...(flags.basicAuth === undefined ? {} : { basicAuth: flags.basicAuth }),
    };
  }
  for (const [option, name] of Object.entries(tunnelOptions)) {
    if (given(option as keyof ListenFlags)) {
      throw usage(`${name} needs the ngrok tunnel, and there is none`, `leave out ${name}, or give --tunnel ngrok`);
    }
  }
  return null;
}
