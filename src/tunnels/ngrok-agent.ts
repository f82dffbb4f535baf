/**
 * The process that holds ngrok's SDK, and the only file that knows it.
 *
 * The SDK prints, aborts its process on some values and callbacks, keeps connections it was told to close and retries
 * when it should not. Here it may: whoever started this process ends it, and it ends by itself with its parent.
 */
import type { HttpListenerBuilder, Listener, Session } from "@ngrok/ngrok";
import type {
  AgentCalls,
  AgentFailure,
  AgentMessage,
  AgentRequest,
  AgentSignal,
  Endpoint,
  SignIn,
} from "./agent-messages.ts";

type Sdk = typeof import("@ngrok/ngrok");

/** An id no listener has. */
const noListener = "telepath-hooks-probe";

let sdk: Sdk | undefined;
let session: Session | undefined;
let listener: Listener | undefined;

const calls: { [Call in keyof AgentCalls]: (argument: AgentCalls[Call]["argument"]) => Promise<unknown> } = {
  load: async () => {
    sdk = await import("@ngrok/ngrok");
    return null;
  },
  signIn: async (given) => {
    session = await sessionBuilder(sdk!, given).connect();
    return null;
  },
  bind: async (endpoint) => {
    listener = await describe(session!.httpEndpoint(), endpoint).listenAndForward(endpoint.upstream);
    watch(listener);
    return listener.url();
  },
  answers,
  // The listener first: closing a session says nothing to the edge, which would keep the name.
  close: async () => {
    await listener?.close().catch(() => {});
    await session?.close().catch(() => {});
    return null;
  },
};

function sessionBuilder({ SessionBuilder }: Sdk, given: SignIn) {
  const builder = new SessionBuilder()
    .authtoken(given.authtoken)
    .clientInfo("telepath-hooks", given.version)
    .heartbeatInterval(given.heartbeatSeconds)
    .heartbeatTolerance(given.heartbeatSeconds);
  if (given.serverAddress !== undefined) builder.serverAddr(given.serverAddress);
  if (given.rootCas === "host") builder.rootCas("host");
  else if (given.rootCas !== undefined) builder.caCert(Buffer.from(given.rootCas));
  // `false` makes the SDK give up, and print that it does.
  builder.handleDisconnection(() => {
    signal({ type: "lost" });
    return true;
  });
  builder.handleHeartbeat((latencyMs: number | null) => signal({ type: "beat", latencyMs }));
  builder.handleStopCommand(() => signal({ type: "stop" }));
  builder.handleRestartCommand(() => signal({ type: "restart" }));
  return builder;
}

function describe(builder: HttpListenerBuilder, endpoint: Endpoint): HttpListenerBuilder {
  if (endpoint.domain !== undefined) builder.domain(endpoint.domain);
  if (endpoint.credentials) builder.basicAuth(endpoint.credentials.user, endpoint.credentials.password);
  for (const cidr of endpoint.allowCidrs) builder.allowCidr(cidr);
  if (endpoint.trafficPolicy !== undefined) builder.trafficPolicy(endpoint.trafficPolicy);
  return builder;
}

/** `join` ends with the endpoint. */
function watch(bound: Listener): void {
  bound.join().then(
    () => signal({ type: "ended", failure: null }),
    (error: unknown) => signal({ type: "ended", failure: failureOf(error) }),
  );
}

/**
 * Asks the edge to close an endpoint that does not exist. After a reconnect the SDK lets a call through only when it
 * has signed in and bound everything again; before, it fails on the spot.
 */
async function answers(): Promise<boolean> {
  try {
    await session!.closeListener(noListener);
    return true;
  } catch (error) {
    const { message, errorCode } = failureOf(error);
    return errorCode !== undefined || message.includes("error_code: ERR_NGROK_");
  }
}

function failureOf(error: unknown): AgentFailure {
  const { message, errorCode, code } = (error instanceof Error ? error : new Error(String(error))) as AgentFailure;
  const failure: AgentFailure = { message };
  if (typeof errorCode === "string") failure.errorCode = errorCode;
  if (typeof code === "string") failure.code = code;
  return failure;
}

function signal(happened: AgentSignal): void {
  send({ signal: happened });
}

/** Never throws: a callback that does aborts the process, and a parent that is gone ends it anyway. */
function send(message: AgentMessage): void {
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}

process.on("message", ({ id, call, argument }: AgentRequest) => {
  const run = calls[call] as (given: typeof argument) => Promise<unknown>;
  run(argument).then(
    (result) => send({ id, result }),
    (error: unknown) => send({ id, failure: failureOf(error) }),
  );
});
process.on("disconnect", () => process.exit());
// A terminal's Ctrl-C goes to both processes. The parent ends this one, after it has given the name back.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});
