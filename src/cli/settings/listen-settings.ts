import type { Command } from "commander";
import { forwardTarget } from "../../listen/forward-target.ts";
import type { PublicSettings } from "../../listen/open-tunnel.ts";
import { appsOf } from "../../listen/routing.ts";
import type { ListenSettings } from "../../listen/session.ts";
import type { Header } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import type { Retention } from "../../history/store.ts";
import { eventGlobs } from "../filters.ts";
import { localApp } from "./default-target.ts";
import type { CommonFlags, SecretFlags } from "../options.ts";
import type { Project } from "./project.ts";
import { ownAnswer } from "./own-answer.ts";
import type { RouteSetting } from "./routes.ts";
import type { TunnelFlags } from "./tunnel-settings.ts";
import { usage } from "../requests/request-options.ts";

/** The flags of `listen`, as commander hands them over. */
export interface ListenFlags extends CommonFlags, SecretFlags, TunnelFlags {
  port?: number;
  to?: string;
  path?: string;
  listenPort?: number;
  requireSignature?: boolean;
  respond?: number;
  respondBody?: string;
  delay?: number;
  event?: string[];
  route?: RouteSetting[];
  hold?: boolean;
  preserveHost?: boolean;
  insecure?: boolean;
  header?: Header[];
  timeout: number;
  maxBody: number;
  until?: number;
  keep?: Partial<Retention>;
}

/**
 * What the words mean for the session: the flag, else the project's configuration, else the default.
 *
 * @throws TelepathError `USAGE` for flags that contradict each other; `INVALID_TARGET`
 */
export function listenSettings(
  flags: ListenFlags,
  project: Project,
  secrets: readonly Secret[],
  reached: PublicSettings,
  command: Command,
  cwd: string,
): ListenSettings {
  refuseReserved(command);
  const respond = ownAnswer(flags.respond, flags.respondBody, cwd);
  return {
    secrets,
    requireSignature: flags.requireSignature ?? false,
    events: (flags.event ?? []).flatMap((typed) => eventGlobs(typed)),
    routes: routesOf(flags, project),
    destination: respond ? { respond } : { app: appOf(flags, project) },
    hold: flags.hold ?? false,
    delayMs: flags.delay ?? 0,
    preserveHost: flags.preserveHost ?? false,
    addedHeaders: flags.header ?? [],
    timeoutMs: flags.timeout,
    listenPort: flags.listenPort ?? 0,
    maxBodyBytes: flags.maxBody,
    until: flags.until ?? null,
    ...reached,
    retention: { ...project.retention, ...flags.keep },
    dataDir: project.dataDir,
  };
}

/** A flag that was given and does nothing, and why. */
export interface IdleFlag {
  flag: string;
  because: string;
}

/** The flags that say something to an app that is not asked. They have no effect, and the user is told. */
export function idleFlags(settings: ListenSettings, command: Command): IdleFlag[] {
  const apps = appsOf(settings);
  const withoutDefault = "respond" in settings.destination;
  const insecureIsIdle = !apps.some(({ origin }) => origin.startsWith("https:"));
  const idle: [option: keyof ListenFlags, flag: string, isIdle: boolean, because: string][] = [
    ["port", "--port", withoutDefault, respondAnswers],
    ["to", "--to", withoutDefault, respondAnswers],
    ["path", "--path", withoutDefault, respondAnswers],
    ["header", "--header", apps.length === 0, respondAnswers],
    ["timeout", "--timeout", apps.length === 0, respondAnswers],
    ["hold", "--hold", apps.length === 0, respondAnswers],
    ["preserveHost", "--preserve-host", apps.length === 0, respondAnswers],
    ["insecure", "--insecure", insecureIsIdle, "no app speaks https"],
  ];
  return idle.flatMap(([option, flag, isIdle, because]) =>
    isIdle && command.getOptionValueSource(option) === "cli" ? [{ flag, because }] : [],
  );
}

const respondAnswers = "--respond answers in place of the app";

/** The names of what a later version will have: to take and ignore them would promise a page that is not there. */
function refuseReserved(command: Command): void {
  const name = ["open", "inspectPort", "inspect"].find((option) => command.getOptionValueSource(option) === "cli");
  if (name === undefined) return;
  const flag = { open: "--open", inspectPort: "--inspect-port", inspect: "--no-inspect" }[name];
  throw usage(`${flag} is about the inspector page, which is not part of this version`, `leave out ${flag}`);
}

function routesOf({ route }: ListenFlags, { config }: Project): ListenSettings["routes"] {
  return (route ?? config.routes ?? []).map(({ event, to }) => ({ events: eventGlobs(event), app: forwardTarget(to) }));
}

function appOf(flags: ListenFlags, { config }: Project) {
  if (flags.port !== undefined && flags.to !== undefined) {
    throw usage("--port and --to both say where the app is", "give one of them");
  }
  const typed = flags.to ?? (flags.port === undefined ? undefined : localApp(flags.port));
  const configured = config.to ?? localApp(config.port);
  return forwardTarget(typed ?? configured, flags.path ?? config.path);
}
