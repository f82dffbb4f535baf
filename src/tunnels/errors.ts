import { TelepathError } from "../model/errors.ts";
import type { AgentFailure } from "./agent-messages.ts";
import { AgentCallError, AgentGoneError } from "./agent-process.ts";
import { DeadlineError } from "./deadline.ts";
import { ngrokCodes, noTunnel, pageOf, tokenPage } from "./ngrok-codes.ts";
import { redact } from "./redact.ts";

/** What was being done, and what must not be in the text about it. */
export interface TunnelStep {
  /** As the user would say it: `sign in to ngrok`. */
  doing: string;
  /** Where to, as `host:port`. */
  address: string;
  secrets: readonly string[];
}

/** The SDK's own words for what went wrong below ngrok's protocol. It never says more. */
const transportExplanations: readonly (readonly [RegExp, string, string, string])[] = [
  [
    /failed to establish tcp connection/,
    "TUNNEL_UNREACHABLE",
    "no connection to ngrok at",
    "check the network, VPN and firewall (the SDK uses no HTTP proxy)",
  ],
  [
    /tls handshake error/,
    "TUNNEL_TLS_FAILED",
    "no trusted TLS connection to ngrok at",
    "if a firewall or virus scanner opens TLS, set connect_cas: host (root_cas: host in a version 2 file) in ngrok's configuration file",
  ],
  [
    /failed to deserialize rpc response|failed to open muxado stream/,
    "TUNNEL_UNREACHABLE",
    "the connection broke off at",
    "try again; check VPN and firewall",
  ],
];

/** Nobody gave a token. */
export function tokenMissing(): TelepathError {
  return new TelepathError(
    "TUNNEL_TOKEN_MISSING",
    "ngrok needs an authtoken, and there is none in --authtoken, NGROK_AUTHTOKEN or ngrok's configuration file",
    `copy yours from ${tokenPage}, then: ngrok config add-authtoken <token>, or set NGROK_AUTHTOKEN, or pass --authtoken; ${noTunnel}`,
  );
}

/** What a call of the SDK came to, as an error a user can act on, without the secrets. */
export function tunnelError(error: unknown, { doing, address, secrets }: TunnelStep): TelepathError {
  if (error instanceof TelepathError) return error;
  if (error instanceof DeadlineError) {
    const message = `ngrok at ${address} did not answer within ${error.milliseconds / 1000} s when asked to ${doing}`;
    return new TelepathError("TUNNEL_UNREACHABLE", message, `check the network, VPN and firewall, ${noTunnel}`);
  }
  if (error instanceof AgentGoneError) return sdkCrashed(error.message, secrets);
  if (!(error instanceof AgentCallError)) throw error;
  const { message: text } = error;
  const ngrokCode = ngrokCodeOf(error.failure);
  const known = ngrokCode === undefined ? undefined : ngrokCodes[ngrokCode];
  if (known) return new TelepathError(known[0], `could not ${doing}: ${known[1]} (${ngrokCode})`, known[2]);
  const transport = ngrokCode === undefined ? transportExplanations.find(([pattern]) => pattern.test(text)) : undefined;
  if (transport) {
    const [, code, what, hint] = transport;
    return new TelepathError(code, `could not ${doing}: ${what} ${address}`, `${hint}, ${noTunnel}`);
  }
  return new TelepathError(
    "TUNNEL_REFUSED",
    `could not ${doing}: ${quoted(text, secrets)}`,
    `see ${pageOf(ngrokCode)}, ${noTunnel}`,
  );
}

/** ngrok ended an endpoint that was open, and perhaps said why. */
export function endpointEnded(failure: AgentFailure | null, secrets: readonly string[]): TelepathError {
  const ngrokCode = failure ? ngrokCodeOf(failure) : undefined;
  const known = ngrokCode === undefined ? undefined : ngrokCodes[ngrokCode];
  if (known) return new TelepathError(known[0], `ngrok ended the endpoint: ${known[1]} (${ngrokCode})`, known[2]);
  const words = failure ? `: ${quoted(wordsIn(failure.message), secrets)}` : "";
  const why = ngrokCode === undefined ? words : `${words} (${ngrokCode})`;
  return new TelepathError("TUNNEL_ENDED", `ngrok ended the endpoint${why}`, `see ${pageOf(ngrokCode)}`);
}

/** Native code aborted, or something ended the process that holds it. */
export function sdkCrashed(how: string, secrets: readonly string[]): TelepathError {
  return new TelepathError(
    "TUNNEL_SDK_CRASHED",
    `the process with ngrok's SDK ended unexpectedly (${quoted(how, secrets)})`,
    `if it happens again please report it, ${noTunnel}`,
  );
}

/**
 * `ERR_NGROK_nnn`: a property of some of the SDK's errors, the last line of others. Of an endpoint that was ended it
 * stands in what Rust prints for people who mend programs: `ListenerClosed { message: "…", error_code: Some("…") } }`.
 */
export function ngrokCodeOf({ errorCode, message }: AgentFailure): string | undefined {
  if (errorCode !== undefined && /^ERR_NGROK_\d+$/.test(errorCode)) return errorCode;
  const [, plain, printed] = /error_code: (?:(ERR_NGROK_\d+)|Some\("(ERR_NGROK_\d+)"\)[\s}]*)\s*$/.exec(message) ?? [];
  return plain ?? printed;
}

/** ngrok's own words in that. */
function wordsIn(message: string): string {
  const words = /\bListenerClosed \{ message: "((?:[^"\\]|\\.)*)", error_code: /.exec(message)?.[1];
  return words?.replaceAll(/\\(["'\\])/g, "$1") ?? message;
}

/** Somebody else's words: without secrets and control characters, on one line, not too long. */
export function quoted(text: string, secrets: readonly string[]): string {
  const line = redact(text, secrets)
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** The SDK is not there, or its native part does not load, or not in time. */
export function sdkError(error: DeadlineError | { code?: string | undefined }): TelepathError {
  if (error instanceof DeadlineError) {
    const message = `ngrok's SDK did not load within ${error.milliseconds / 1000} s`;
    return new TelepathError("TUNNEL_SDK_BROKEN", message, `try again when the machine is less busy, ${noTunnel}`);
  }
  const { code } = error;
  if (code === "ERR_DLOPEN_FAILED") {
    return new TelepathError(
      "TUNNEL_SDK_BROKEN",
      "the native part of @ngrok/ngrok does not load",
      `on Windows install the Visual C++ Redistributable (https://aka.ms/vs/17/release/vc_redist.x64.exe), ${noTunnel}`,
    );
  }
  return new TelepathError(
    "TUNNEL_SDK_MISSING",
    `the package @ngrok/ngrok does not load (${code ?? "unknown error"})`,
    `install telepath-hooks anew with its optional dependencies (no --omit=optional), ${noTunnel}`,
  );
}

/** A name or a place that another session holds. It is let go when that one ends, or ngrok finds out that it has. */
const heldByAnother: ReadonlySet<string> = new Set([
  "TUNNEL_NAME_TAKEN",
  "TUNNEL_SESSION_LIMIT",
  "TUNNEL_ENDPOINT_LIMIT",
]);

const edgeAway: ReadonlySet<string> = new Set(["TUNNEL_UNREACHABLE", "TUNNEL_TLS_FAILED"]);

const passing: ReadonlySet<string> = new Set([
  ...heldByAnother,
  ...edgeAway,
  "TUNNEL_RATE_LIMIT",
  "TUNNEL_REFUSED",
  "TUNNEL_SDK_CRASHED",
]);

/** Failures that may pass by themselves while a tunnel is being brought back; the others end it. */
export function mayPass({ code }: TelepathError): boolean {
  return passing.has(code);
}

/** Those that pass soon, or not at all. */
export function mayPassSoon({ code }: TelepathError): boolean {
  return heldByAnother.has(code);
}

/** No answer came from ngrok at all. */
export function isEdgeAway({ code }: TelepathError): boolean {
  return edgeAway.has(code);
}
