import type { FailureKind } from "../model/delivery.ts";
import { systemCode } from "../model/errors.ts";

export interface Failure {
  kind: FailureKind;
  /** For people: what happened, without a full stop. */
  message: string;
}

/** What is known of the try beside the error. */
export interface Circumstances {
  origin: string;
  /** The request was handed to a connection; before that, the connection itself is what failed. */
  connected: boolean;
  /** The status line of an answer had come. */
  answering: boolean;
}

const dnsCodes = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]);
const certificateCode =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;
const handshakeCode = /^(ERR_SSL_|EPROTO$)/;

/** Tells from the HTTP client's or the system's error why a try has no answer. */
export function failureOf(error: unknown, circumstances: Circumstances): Failure {
  const code = systemCode(error) ?? "";
  return circumstances.connected ? lost(code, error, circumstances) : unreachable(code, circumstances.origin);
}

function unreachable(code: string, origin: string): Failure {
  const { host, hostname, protocol } = new URL(origin);
  if (isShutDown(code)) return stopped;
  if (code === "ECONNREFUSED") return { kind: "refused", message: `nothing listens on ${host}` };
  if (dnsCodes.has(code)) return { kind: "dns", message: `no address is known for ${hostname} (${code})` };
  if (code === "ETIMEDOUT") return { kind: "timeout", message: `${host} did not accept the connection in time` };
  if (certificateCode.test(code))
    return { kind: "tls", message: `the certificate of ${host} is not trusted (${code})` };
  const handshake = protocol === "https:" && (code === "ECONNRESET" || code === "");
  if (handshake || handshakeCode.test(code)) {
    return { kind: "tls", message: `no TLS connection to ${host}${code ? ` (${code})` : ""}: does it speak https?` };
  }
  if (code === "ECONNRESET" || code === "") return { kind: "reset", message: `${host} closed the connection` };
  return { kind: "refused", message: `${host} cannot be reached (${code})` };
}

function lost(code: string, error: unknown, { origin, answering }: Circumstances): Failure {
  const { host } = new URL(origin);
  // A status below 100 trips an assertion of the client's.
  if (error instanceof Error && (error.name === "HTTPParserError" || code === "ERR_ASSERTION")) {
    return { kind: "reset", message: `${host} answered with something that is not HTTP${tlsHint(error)}` };
  }
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return { kind: "reset", message: `${host} answered with a Content-Length that is not its body's` };
  }
  if (code === "UND_ERR_HEADERS_OVERFLOW")
    return { kind: "aborted", message: `${host} answered with too many headers` };
  if (isShutDown(code)) return stopped;
  if (error instanceof Error && error.message === "bad upgrade") {
    return { kind: "reset", message: `${host} answered 101, though nothing asked to switch protocols` };
  }
  return {
    kind: "reset",
    message: answering
      ? `${host} closed the connection in the middle of its answer`
      : `${host} closed the connection without answering`,
  };
}

/** A TLS alert or handshake record starts with one of these bytes (RFC 8446 §5.1). */
function tlsHint(error: unknown): string {
  const { data } = error as { data?: unknown };
  const first: unknown = typeof data === "string" ? data.charCodeAt(0) : undefined;
  return first === 0x15 || first === 0x16 ? " but TLS: try https" : "";
}

/** The transport was closed. */
function isShutDown(code: string): boolean {
  return code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED";
}

export const stopped: Failure = { kind: "aborted", message: "stopped before it was answered" };

export function tooSlow(timeoutMs: number, origin: string): Failure {
  return { kind: "timeout", message: `${new URL(origin).host} did not answer within ${timeoutMs / 1000} s` };
}

export function tooLarge(limitBytes: number, origin: string): Failure {
  return { kind: "aborted", message: `${new URL(origin).host} answered with more than ${limitBytes / 1024 ** 2} MB` };
}
