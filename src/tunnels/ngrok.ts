import type { HttpListenerBuilder, Listener, Session } from "@ngrok/ngrok";
import { findAuthtoken, readNgrokConfig, type NgrokConfig, type NgrokSettings } from "./config.ts";
import { within } from "./deadline.ts";
import { ngrokCodeOf, quoted, sdkError, tokenMissing, tunnelError } from "./errors.ts";
import { TelepathError } from "../model/errors.ts";
import type { TunnelProvider, TunnelRequest } from "./provider.ts";
import { planEndpoint, type EndpointPlan } from "./request.ts";
import { keepOpen, type Link, type LinkSignals, type Patience } from "./supervise.ts";

/** The settings of `ngrokTunnels`; times are in milliseconds and have defaults. */
export interface NgrokOptions extends NgrokSettings {
  /** Our own version, told to ngrok. */
  version: string;
  connectWithin?: number;
  bindWithin?: number;
  closeWithin?: number;
  /** In whole seconds: between heartbeats, and how late an answer may be. */
  heartbeatSeconds?: number;
  patience?: Patience;
}

type Sdk = typeof import("@ngrok/ngrok");

/** Everything that one connection needs to know. */
interface Connection {
  sdk: Sdk;
  config: NgrokConfig;
  authtoken: string;
  plan: EndpointPlan;
  secrets: readonly string[];
  /** As `host:port`, for texts. */
  address: string;
  times: Required<Omit<NgrokOptions, keyof NgrokSettings>>;
}

const NGROK_ADDRESS = "connect.ngrok-agent.com:443";

/** Together with the time to close, less than the 15 s an `open` may take. */
const defaultTimes = {
  connectWithin: 7_000,
  bindWithin: 5_000,
  closeWithin: 1_800,
  heartbeatSeconds: 5,
  patience: { look: 250, comeBack: 6_000, retries: [1_000, 2_000, 5_000, 10_000, 30_000] },
};

/** An id no listener has. */
const NO_LISTENER = "telepath-hooks-probe";

/**
 * Tunnels through ngrok, by its own SDK. `open` also reports `online` when it succeeds.
 *
 * The SDK has no time-outs, prints, aborts the process on some values and callbacks, and repeats the authtoken in
 * errors; all of that ends in this file.
 */
export function ngrokTunnels(options: NgrokOptions): TunnelProvider {
  return {
    async open(request) {
      const connection = await prepare(options, request);
      const { plan, times } = connection;
      const openLink = (domain: string | undefined, signals: LinkSignals): Promise<Link> =>
        open({ ...connection, plan: { ...plan, domain } }, signals);
      return keepOpen(openLink, plan.domain, request.onState, times.patience);
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
      "copy the token alone from https://dashboard.ngrok.com/get-started/your-authtoken",
    );
  }
  const { user, password } = plan.credentials ?? {};
  const secrets = password === undefined ? [authtoken] : [authtoken, password, `${user}:${password}`];
  const times = { ...defaultTimes, ...options };
  const address = config.serverAddress ?? NGROK_ADDRESS;
  return { sdk: await loadSdk(), config, authtoken, plan, secrets, address, times };
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@ngrok/ngrok");
  } catch (error) {
    throw sdkError(error);
  }
}

async function open(connection: Connection, signals: LinkSignals): Promise<Link> {
  const { times, plan } = connection;
  const session = await connect(connection, signals);
  let listener: Listener;
  try {
    listener = await bind(session, connection);
  } catch (error) {
    await settled(session.close(), times.closeWithin / 2);
    throw error;
  }
  const close = once(() => closeInOrder(listener, session, times.closeWithin));
  const url = publicUrl(listener.url());
  // The one thing the answer tells about what was asked for; the rest the edge takes on or refuses as a whole.
  if (url === undefined || (plan.domain !== undefined && url.hostname !== plan.domain)) {
    await close();
    const message = `ngrok opened ${url?.hostname ?? "an endpoint without a URL"} instead of ${plan.domain ?? "one with a URL"}`;
    throw new TelepathError("TUNNEL_DOMAIN_REFUSED", message, "https://dashboard.ngrok.com/domains lists your domains");
  }
  watch(listener, connection, signals);
  return { url: url.origin, answers: () => answers(session), close };
}

async function connect(connection: Connection, signals: LinkSignals): Promise<Session> {
  const { sdk, config, authtoken, times, address, secrets } = connection;
  const builder = new sdk.SessionBuilder()
    .authtoken(authtoken)
    .clientInfo("telepath-hooks", times.version)
    .heartbeatInterval(times.heartbeatSeconds)
    .heartbeatTolerance(times.heartbeatSeconds);
  if (config.serverAddress !== undefined) builder.serverAddr(config.serverAddress);
  if (config.rootCas === "host") builder.rootCas("host");
  else if (config.rootCas !== undefined) builder.caCert(config.rootCas);
  // A callback that throws or returns a promise aborts the process; `false` makes native code print to stdout.
  builder.handleDisconnection(() => guarded(() => signals.lost(), true));
  builder.handleHeartbeat((latency: number | null) => guarded(() => signals.beat(latency !== null), undefined));
  builder.handleStopCommand(() => guarded(() => signals.ended("stopped from ngrok's dashboard"), undefined));

  const connecting = builder.connect();
  try {
    return await within(connecting, times.connectWithin);
  } catch (error) {
    // It may still come up, unasked for.
    connecting.then(async (late) => late.close()).catch(() => {});
    throw tunnelError(error, { doing: "sign in to ngrok", address, secrets });
  }
}

async function bind(session: Session, { plan, times, address, secrets }: Connection): Promise<Listener> {
  const binding = describe(session.httpEndpoint(), plan).listenAndForward(plan.upstream);
  try {
    return await within(binding, times.bindWithin);
  } catch (error) {
    binding.then(async (late) => late.close()).catch(() => {});
    const doing = plan.domain === undefined ? "open an endpoint" : `open the endpoint ${plan.domain}`;
    throw tunnelError(error, { doing, address, secrets });
  }
}

function describe(endpoint: HttpListenerBuilder, plan: EndpointPlan): HttpListenerBuilder {
  if (plan.domain !== undefined) endpoint.domain(plan.domain);
  if (plan.credentials) endpoint.basicAuth(plan.credentials.user, plan.credentials.password);
  for (const cidr of plan.allowCidrs) endpoint.allowCidr(cidr);
  return endpoint;
}

function publicUrl(url: string | null): URL | undefined {
  const parsed = url !== null && URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === "https:" ? parsed : undefined;
}

/** `join` ends with the endpoint. While it is pending it also keeps Node running. */
function watch(listener: Listener, { secrets }: Connection, signals: LinkSignals): void {
  listener.join().then(
    () => signals.ended("ngrok ended the endpoint"),
    (error: unknown) => signals.ended(`ngrok ended the endpoint: ${quoted(String(error), secrets)}`),
  );
}

/**
 * Asks the edge to close an endpoint that does not exist. After a reconnect the SDK lets a call through only when it
 * has signed in and bound everything again; before, it fails on the spot.
 */
async function answers(session: Session): Promise<boolean> {
  try {
    await within(session.closeListener(NO_LISTENER), 1_000);
    return true;
  } catch (error) {
    return ngrokCodeOf(error) !== undefined;
  }
}

/** Listener first: closing a session says nothing to the edge, which would keep the name. */
async function closeInOrder(listener: Listener, session: Session, milliseconds: number): Promise<void> {
  await settled(listener.close(), milliseconds * 0.6);
  await settled(session.close(), milliseconds * 0.4);
}

/** Waits until it is over, one way or the other: what cannot be closed (ERR_NGROK_333, offline) is gone already. */
async function settled(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  await within(promise, milliseconds).catch(() => {});
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= action());
}

/** Keeps what a callback throws away from native code. It is a bug, and comes up as one a moment later. */
function guarded<Result>(action: () => void, result: Result): Result {
  try {
    action();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
  return result;
}
