import type { Header, HeaderList } from "../model/http.ts";
import { Secret } from "../model/secret.ts";
import { signature, signatureHeader, signaturePrefix } from "../signatures/sign.ts";

/** The ways in which a request can be made so that a receiver must refuse it, and what each does. */
export const tamperings = {
  body: "one byte of the body is another than was signed",
  signature: "one digit of the signature is another",
  "no-signature": "there is no signature",
  "wrong-secret": "signed with another secret",
  "wrong-prefix": "the signature starts with sha1= instead of sha256=",
  truncated: "the signature ends after 32 of its 64 digits",
} as const;
export type Tampering = keyof typeof tamperings;

/** A body and its signature header, the one not made for the other. */
export function tampered(
  body: Uint8Array,
  secret: Secret,
  how: Tampering,
): { body: Uint8Array; signature: HeaderList } {
  const right = signature(body, secret);
  const signed = (value: string): { body: Uint8Array; signature: [Header] } => ({
    body,
    signature: [[signatureHeader, value]],
  });
  switch (how) {
    case "body":
      return { ...signed(right), body: withOtherByte(body) };
    case "signature":
      return signed(right.slice(0, -1) + (right.endsWith("0") ? "1" : "0"));
    case "no-signature":
      return { body, signature: [] };
    case "wrong-secret":
      return signed(signature(body, new Secret(`${secret.reveal()}-not`, "another secret")));
    case "wrong-prefix":
      return signed(right.replace(signaturePrefix, "sha1="));
    case "truncated":
      return signed(right.slice(0, signaturePrefix.length + 32));
  }
}

/** Changes a digit, so that JSON stays JSON; without one the last byte; of nothing makes a space. */
function withOtherByte(body: Uint8Array): Uint8Array {
  if (body.byteLength === 0) return Buffer.from(" ");
  const changed = Buffer.from(body);
  const digit = changed.findIndex((byte) => byte >= 0x30 && byte <= 0x39);
  const at = digit === -1 ? changed.length - 1 : digit;
  // 9 goes down: 95 must not become 05, which is no JSON.
  changed[at] = changed[at]! + (digit !== -1 && changed[at] === 0x39 ? -1 : 1);
  return changed;
}
