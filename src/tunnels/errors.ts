import { systemCode, TelepathError } from "../model/errors.ts";
import { DeadlineError } from "./deadline.ts";
import { ngrokCodes, noTunnel, tokenPage } from "./ngrok-codes.ts";
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

/** What the SDK threw, as an error a user can act on, without the secrets. */
export function tunnelError(error: unknown, { doing, address, secrets }: TunnelStep): TelepathError {
  if (error instanceof TelepathError) return error;
  if (error instanceof DeadlineError) {
    const message = `ngrok at ${address} did not answer within ${error.milliseconds / 1000} s when asked to ${doing}`;
    return new TelepathError("TUNNEL_UNREACHABLE", message, `check the network, VPN and firewall, ${noTunnel}`);
  }
  const text = error instanceof Error ? error.message : String(error);
  const ngrokCode = ngrokCodeOf(error);
  const known = ngrokCode === undefined ? undefined : ngrokCodes[ngrokCode];
  if (known) return new TelepathError(known[0], `could not ${doing}: ${known[1]} (${ngrokCode})`, known[2]);
  const transport = ngrokCode === undefined ? transportExplanations.find(([pattern]) => pattern.test(text)) : undefined;
  if (transport) {
    const [, code, what, hint] = transport;
    return new TelepathError(code, `could not ${doing}: ${what} ${address}`, `${hint}, ${noTunnel}`);
  }
  const page =
    ngrokCode === undefined
      ? "https://ngrok.com/docs/errors"
      : `https://ngrok.com/docs/errors/${ngrokCode.toLowerCase()}`;
  return new TelepathError(
    "TUNNEL_REFUSED",
    `could not ${doing}: ${quoted(text, secrets)}`,
    `see ${page}, ${noTunnel}`,
  );
}

/** `ERR_NGROK_nnn`: a property of some of the SDK's errors, the last line of others. */
export function ngrokCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errorCode } = error as { errorCode?: unknown };
  if (typeof errorCode === "string" && /^ERR_NGROK_\d+$/.test(errorCode)) return errorCode;
  return /error_code: (ERR_NGROK_\d+)\s*$/.exec(error.message)?.[1];
}

/** Somebody else's words: without secrets and control characters, on one line, not too long. */
export function quoted(text: string, secrets: readonly string[]): string {
  const line = redact(text, secrets)
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** The SDK is not there, or its native part does not load. */
export function sdkError(error: unknown): TelepathError {
  const code = systemCode(error);
  if (code === "ERR_DLOPEN_FAILED") {
    return new TelepathError(
      "TUNNEL_SDK_BROKEN",
      "the native part of @ngrok/ngrok does not load",
      `on Windows install the Visual C++ Redistributable (https://aka.ms/vs/17/release/vc_redist.x64.exe), ${noTunnel}`,
      { cause: error },
    );
  }
  return new TelepathError(
    "TUNNEL_SDK_MISSING",
    `the package @ngrok/ngrok does not load (${code ?? "unknown error"})`,
    `install telepath-hooks anew with its optional dependencies (no --omit=optional), ${noTunnel}`,
    { cause: error },
  );
}

/** Failures that may pass by themselves while a tunnel is being brought back; the others end it. */
const passing: ReadonlySet<string> = new Set([
  "TUNNEL_UNREACHABLE",
  "TUNNEL_TLS_FAILED",
  "TUNNEL_NAME_TAKEN",
  "TUNNEL_SESSION_LIMIT",
  "TUNNEL_ENDPOINT_LIMIT",
  "TUNNEL_RATE_LIMIT",
  "TUNNEL_REFUSED",
]);

/** True when it is worth trying again. */
export function mayPass(error: TelepathError): boolean {
  return passing.has(error.code);
}
