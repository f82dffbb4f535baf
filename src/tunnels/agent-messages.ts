/** How to sign in. Everything in it travels over the channel between the processes, never by argv or environment. */
export interface SignIn {
  authtoken: string;
  /** Our own version, told to ngrok. */
  version: string;
  /** `host:port`; undefined is the SDK's own. */
  serverAddress: string | undefined;
  /** `host` is the machine's roots, a text is PEM certificates, undefined the SDK's own roots. */
  rootCas: string | undefined;
  /** Between heartbeats, and how late an answer may be; whole seconds. */
  heartbeatSeconds: number;
}

/** An endpoint whose every value is fit for the SDK's native code, which aborts the process on some. */
export interface Endpoint {
  /** Scheme, host and port of the receiver on loopback. */
  upstream: string;
  domain: string | undefined;
  credentials: { user: string; password: string } | undefined;
  allowCidrs: string[];
  /** YAML or JSON, as the user wrote it. */
  trafficPolicy: string | undefined;
}

/** What the process with the SDK is asked, and what it answers. */
export interface AgentCalls {
  load: { argument: null; result: null };
  signIn: { argument: SignIn; result: null };
  /** Its public URL. */
  bind: { argument: Endpoint; result: string | null };
  /** Whether ngrok answers for this session right now. */
  answers: { argument: null; result: boolean };
  close: { argument: null; result: null };
}

/** One call, with the number under which it is answered. */
export type AgentRequest = {
  [Call in keyof AgentCalls]: { id: number; call: Call; argument: AgentCalls[Call]["argument"] };
}[keyof AgentCalls];

/** What an `Error` of the SDK has to say, fit to be sent. It may hold secrets. */
export interface AgentFailure {
  message: string;
  /** `ERR_NGROK_nnn`, when the SDK names it. */
  errorCode?: string;
  /** Of Node, when the SDK does not load. */
  code?: string;
}

/** What happens by itself. */
export type AgentSignal =
  /** A heartbeat: how long its answer took, or null when none came in time. */
  | { type: "beat"; latencyMs: number | null }
  /** The connection broke off, or could not be brought back once more. */
  | { type: "lost" }
  /** Somebody asked for it in ngrok's dashboard. */
  | { type: "restart" }
  | { type: "stop" }
  /** ngrok ended the endpoint. */
  | { type: "ended"; failure: AgentFailure | null };

export type AgentMessage =
  { id: number; result: unknown } | { id: number; failure: AgentFailure } | { signal: AgentSignal };
