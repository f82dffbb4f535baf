import { timingSafeEqual } from "node:crypto";
import { headerValues, type HeaderList } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { hmacSha256 } from "./hmac.ts";
import { signatureHeader } from "./sign.ts";

/** What a strict receiver says of a request. */
export type Verdict =
  | { verdict: "valid"; secret: string }
  | { verdict: "missing" }
  | { verdict: "invalid"; reason: "malformed-signature" | "ambiguous-signature" | "mismatch" };

const wellFormed = /^sha256=([0-9a-f]{64})$/;

/**
 * Checks the signature of a request against each secret in turn, in constant time for each.
 *
 * Never throws on what a sender can send: a header that is not `sha256=` and 64 lower-case hex digits is
 * `malformed-signature`, and more than one signature header is `ambiguous-signature` even when one would match,
 * since the receiver behind may look at the other.
 *
 * @param secrets at least one; the first match wins and is named in the verdict.
 */
export function verifySignature(body: Uint8Array, headers: HeaderList, secrets: readonly Secret[]): Verdict {
  return verifyDigest((secret) => hmacSha256(body, secret), headers, secrets);
}

/** The same for a body that was hashed as it came by: `digestOf` gives its HMAC-SHA256 with a secret. */
export function verifyDigest(
  digestOf: (secret: Secret) => Buffer,
  headers: HeaderList,
  secrets: readonly Secret[],
): Verdict {
  const values = headerValues(headers, signatureHeader);
  if (values.length === 0) return { verdict: "missing" };
  if (values.length > 1) return { verdict: "invalid", reason: "ambiguous-signature" };

  const digits = wellFormed.exec(values[0]!)?.[1];
  if (digits === undefined) return { verdict: "invalid", reason: "malformed-signature" };

  const given = Buffer.from(digits, "hex");
  const match = secrets.find((secret) => timingSafeEqual(digestOf(secret), given));
  return match ? { verdict: "valid", secret: match.name } : { verdict: "invalid", reason: "mismatch" };
}
