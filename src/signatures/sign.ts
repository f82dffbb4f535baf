import type { Header } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { hmacSha256 } from "./hmac.ts";

/** The header that carries the signature. Names compare without case. */
export const signatureHeader = "X-Telepath-Signature";

/** What a signature starts with: the algorithm, as in GitHub's `X-Hub-Signature-256`. */
export const signaturePrefix = "sha256=";

/**
 * The value of `X-Telepath-Signature` for a body: `sha256=` and the lower-case hex HMAC-SHA256 of the raw bytes
 * (RFC 2104, FIPS 180-4), keyed with the secret's UTF-8 bytes.
 */
export function signature(body: Uint8Array, secret: Secret): string {
  return signaturePrefix + hmacSha256(body, secret).toString("hex");
}

/** The signature as a header. */
export function signedHeader(body: Uint8Array, secret: Secret): Header {
  return [signatureHeader, signature(body, secret)];
}
