import { TelepathError } from "../model/errors.ts";
import type { AgentSignal, Endpoint } from "./agent-messages.ts";
import { AgentCallError, AgentGoneError, AgentProcess } from "./agent-process.ts";
import { findAuthtoken, readNgrokConfig, type NgrokConfig, type NgrokSettings } from "./config.ts";
import type { DeadlineError } from "./deadline.ts";
import { endpointEnded, quoted, sdkCrashed, sdkError, tokenMissing, tunnelError } from "./errors.ts";
import { edgeIsBack, isThere } from "./knock.ts";
import { tokenPage } from "./ngrok-codes.ts";
import type { TunnelProvider, TunnelRequest } from "./provider.ts";
import { planEndpoint } from "./request.ts";
import { systemClock } from "./supervisor/clock.ts";
import type { Link, LinkSignal } from "./supervisor/link.ts";
import { usualPatience, type Patience } from "./supervisor/patience.ts";
import { keepOpen } from "./supervisor/supervise.ts";
import { policySecrets } from "./traffic-policy.ts";

/** The settings of `ngrokTunnels`; times are in milliseconds and have defaults. */
export interface NgrokOptions extends NgrokSettings {
  /** Our own version, told to ngrok. */
  version: string;
  loadWithin?: number;
  connectWithin?: number;
  bindWithin?: number;
  /** For a question to a session that is up. */
  answerWithin?: number;
  probeWithin?: number;
  closeWithin?: number;
  /** In whole seconds: between heartbeats, and how late an answer may be. */
  heartbeatSeconds?: number;
  patience?: Partial<Patience>;
}

/** Everything that one session needs to know. */
interface Connection {
  config: NgrokConfig;
  authtoken: string;
  plan: Endpoint;
  secrets: readonly string[];
  /** As `host:port`. */
  address: string;
  times: typeof defaultTimes & { version: string };
  env: NgrokSettings["env"];
}

const ngrokAddress = "connect.ngrok-agent.com:443";

const defaultTimes = {
  loadWithin: 5_000,
  connectWithin: 6_000,
  bindWithin: 4_000,
  answerWithin: 1_500,
  probeWithin: 2_000,
  closeWithin: 1_700,
  heartbeatSeconds: 5,
};

/** Tunnels through ngrok, by its own SDK in a process of its own. `open` also reports `online` when it succeeds. */
export function ngrokTunnels(options: NgrokOptions): TunnelProvider {
  return {
    async open(request) {
      const connection = await prepare(options, request);
      const { plan, times, address } = connection;
      const { probes, onState, onLatency = () => {}, interrupted } = request;
      const patience = { ...usualPatience, ...options.patience };
      const probe = { credentials: plan.credentials, withinMs: times.probeWithin };
      return keepOpen({
        openLink: (domain, post, stop) => openLink({ ...connection, plan: { ...plan, domain } }, post, stop),
        probe: (url) => probes?.send(url, probe) ?? Promise.resolve({ kind: "unknown" }),
        edgeIsBack: (stop) => edgeIsBack(() => isThere(address, patience.knock), systemClock, patience.knock, stop),
        clock: systemClock,
        random: Math.random,
        domain: plan.domain,
        patience,
        onState,
        onLatency,
        ...(interrupted ? { interrupted } : {}),
      });
    },
  };
}

/** All that can fail before the network is touched. */
async function prepare(options: NgrokOptions, request: TunnelRequest): Promise<Connection> {
  const plan = planEndpoint(request);
  const config = await readNgrokConfig(options);
  const authtoken = await findAuthtoken(options);
  if (authtoken === undefined) throw tokenMissing();
  if (!/^[\u0021-\u007e]{1,1000}$/.test(authtoken)) {
    throw new TelepathError(
      "TUNNEL_TOKEN_REFUSED",
      "the ngrok authtoken holds white space or characters no authtoken has",
      `copy the token alone from ${tokenPage}`,
    );
  }
  const { user, password } = plan.credentials ?? {};
  const secrets = password === undefined ? [authtoken] : [authtoken, password, `${user}:${password}`];
  if (request.trafficPolicy !== undefined) secrets.push(...policySecrets(request.trafficPolicy));
  const times = { ...defaultTimes, ...options };
  return { config, authtoken, plan, secrets, address: config.serverAddress ?? ngrokAddress, times, env: options.env };
}

async function openLink(connection: Connection, post: (signal: LinkSignal) => void, stop: AbortSignal): Promise<Link> {
  const { times, secrets, env } = connection;
  const agent = new AgentProcess(env, {
    onSignal: (signal) => post(linkSignal(signal, secrets)),
    onGone: (reason) => post({ type: "gone", error: sdkCrashed(reason, secrets) }),
  });
  const kill = (): void => agent.kill();
  stop.addEventListener("abort", kill);
  try {
    const url = await opened(agent, connection);
    return {
      url,
      answers: () => agent.call("answers", null, times.answerWithin).catch(() => false),
      close: once((withinMs = Infinity) => agent.close(Math.min(withinMs, times.closeWithin))),
      kill,
    };
  } catch (error) {
    agent.kill();
    throw error;
  } finally {
    stop.removeEventListener("abort", kill);
  }
}

/** From a process that just started to a public URL. */
async function opened(agent: AgentProcess, { config, authtoken, plan, times, address, secrets }: Connection) {
  const signIn = {
    authtoken,
    version: times.version,
    heartbeatSeconds: times.heartbeatSeconds,
    serverAddress: config.serverAddress,
    rootCas: config.rootCas instanceof Uint8Array ? Buffer.from(config.rootCas).toString() : config.rootCas,
  };
  let doing = "sign in to ngrok";
  try {
    await agent.call("load", null, times.loadWithin).catch((error: unknown) => {
      if (error instanceof AgentGoneError) throw sdkCrashed(error.message, secrets);
      throw sdkError(error instanceof AgentCallError ? error.failure : (error as DeadlineError));
    });
    await agent.call("signIn", signIn, times.connectWithin);
    doing = plan.domain === undefined ? "open an endpoint" : `open the endpoint ${plan.domain}`;
    const url = publicUrl(await agent.call("bind", plan, times.bindWithin));
    // The one thing the answer tells about what was asked for; the rest the edge takes on or refuses as a whole.
    if (url !== undefined && (plan.domain === undefined || url.hostname === plan.domain)) return url.origin;
    await agent.close(times.closeWithin);
    const got = url?.hostname ?? "an endpoint without a URL";
    const message = `ngrok opened ${quoted(got, secrets)} instead of ${plan.domain ?? "one with a URL"}`;
    throw new TelepathError("TUNNEL_DOMAIN_REFUSED", message, "https://dashboard.ngrok.com/domains lists your domains");
  } catch (error) {
    throw tunnelError(error, { doing, address, secrets });
  }
}

function publicUrl(url: string | null): URL | undefined {
  const parsed = url !== null && URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === "https:" ? parsed : undefined;
}

function linkSignal(signal: AgentSignal, secrets: readonly string[]): LinkSignal {
  if (signal.type === "ended") return { type: "ended", error: endpointEnded(signal.failure, secrets) };
  return signal.type === "stop" ? { type: "ended", error: stoppedByUser() } : signal;
}

function stoppedByUser(): TelepathError {
  return new TelepathError("TUNNEL_ENDED", "the agent was stopped from ngrok's dashboard", "start listen again");
}

function once<Terms extends unknown[]>(action: (...terms: Terms) => Promise<void>): typeof action {
  let result: Promise<void> | undefined;
  return (...terms) => (result ??= action(...terms));
}
