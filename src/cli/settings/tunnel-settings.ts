import { resolve } from "node:path";
import { Option, type Command } from "commander";
import type { PublicSettings } from "../../listen/open-tunnel.ts";
import type { Context } from "../context.ts";
import { usage } from "../requests/request-options.ts";
import * as parse from "../values.ts";
import type { NgrokFlags } from "./ngrok-settings.ts";
import type { Project } from "./project.ts";
import { setting } from "./setting.ts";
import { warnOfVisible } from "./visible.ts";

/** The flags about the way from the internet to the receiver, as commander hands them over. */
export interface TunnelFlags extends NgrokFlags {
  tunnel?: "ngrok" | "none";
  publicUrl?: URL;
  domain?: string;
  basicAuth?: string;
  allowCidr?: string[];
  trafficPolicy?: string;
}

const tokenVariable = "NGROK_AUTHTOKEN";
const basicAuthVariable = "TELEPATH_HOOKS_BASIC_AUTH";

/** What only the tunnel can do. Most of these protect something, so none is dropped in silence. */
const onlyByTunnel = {
  domain: "--domain",
  basicAuth: "--basic-auth",
  allowCidr: "--allow-cidr",
  trafficPolicy: "--traffic-policy",
  authtoken: "--authtoken",
  ngrokConfig: "--ngrok-config",
} as const;

export function tunnelOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--tunnel <kind>", setting("tunnel", "how it becomes public", "ngrok")).choices(["ngrok", "none"]),
    )
    .addOption(
      new Option("--public-url <url>", "your own tunnel or proxy points here; no other is opened").argParser(
        parse.httpUrl,
      ),
    )
    .addOption(new Option("--domain <name>", setting("domain", "a domain reserved at ngrok")))
    .addOption(
      new Option(
        "--authtoken <token>",
        `of ngrok; better not: others can see it. Else ngrok's configuration has it (env: ${tokenVariable})`,
      ),
    )
    .addOption(new Option("--ngrok-config <file>", "ngrok's configuration file, when it is not in its usual place"))
    .addOption(
      new Option(
        "--basic-auth <user:password>",
        `asked of every caller by ngrok's edge; better not: others can see it (env: ${basicAuthVariable})`,
      ),
    )
    .addOption(
      new Option("--allow-cidr <network>", "let in by ngrok's edge, all others are not (repeatable)").argParser(
        parse.collected,
      ),
    )
    .addOption(new Option("--traffic-policy <file>", "rules for ngrok's edge, YAML or JSON, passed on as they are"));
}

/**
 * How the receiver becomes public: the flag, else the environment, else the project's configuration, else ngrok.
 *
 * @throws TelepathError `USAGE` for flags that contradict each other or would have no effect, since that is dangerous
 *   here; `TRAFFIC_POLICY_MISSING`, `TRAFFIC_POLICY_INVALID`
 */
export async function publicSettings(
  flags: TunnelFlags,
  { config }: Project,
  command: Command,
  context: Context,
): Promise<PublicSettings> {
  if (flags.publicUrl !== undefined && flags.tunnel === "ngrok") {
    throw usage("--public-url means that you have a tunnel of your own", "leave out --tunnel ngrok or --public-url");
  }
  const publicUrl = flags.publicUrl ? flags.publicUrl.href.replace(/\/$/, "") : null;
  const kind = publicUrl === null ? (flags.tunnel ?? config.tunnel ?? "ngrok") : "none";
  if (kind === "none") {
    refuseIdle(command, context);
    return { publicUrl, tunnel: null };
  }

  if (flags.authtoken !== undefined) warnOfVisible(context, "--authtoken", tokenVariable);
  if (flags.basicAuth !== undefined) warnOfVisible(context, "--basic-auth", basicAuthVariable);
  const domain = flags.domain ?? config.domain;
  const basicAuth = flags.basicAuth ?? (context.env[basicAuthVariable] || undefined);
  const trafficPolicy = await policyText(flags.trafficPolicy, context);
  return {
    publicUrl,
    tunnel: {
      allowCidrs: flags.allowCidr ?? [],
      ...(domain === undefined ? {} : { domain }),
      ...(basicAuth === undefined ? {} : { basicAuth }),
      ...(trafficPolicy === undefined ? {} : { trafficPolicy }),
    },
  };
}

/** True unless going on without a tunnel would drop what protects the receiver, or the name it is known by. */
export function canDoWithout(tunnel: NonNullable<PublicSettings["tunnel"]>): boolean {
  const { domain, basicAuth, allowCidrs, trafficPolicy } = tunnel;
  return domain === undefined && basicAuth === undefined && allowCidrs.length === 0 && trafficPolicy === undefined;
}

function refuseIdle(command: Command, context: Context): void {
  for (const [option, name] of Object.entries(onlyByTunnel)) {
    if (command.getOptionValueSource(option) === "cli") {
      throw usage(`${name} needs the ngrok tunnel, and there is none`, `leave out ${name}, or give --tunnel ngrok`);
    }
  }
  if (context.env[basicAuthVariable]) {
    context.stderr.write(`note  ${basicAuthVariable} has no effect: only the ngrok tunnel asks for a password\n`);
  }
}

async function policyText(path: string | undefined, { cwd }: Context): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const { readTrafficPolicy } = await import("../../tunnels/traffic-policy.ts");
  return await readTrafficPolicy(resolve(cwd, path));
}
