import type { HttpResponse } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { hmacSha256 } from "../signatures/hmac.ts";

/** A shorter secret can stand in a text by chance. */
const fewestCharacters = 8;

/**
 * What a response gives away, in words; null when nothing. Whoever sees the right signature of a forged body can send
 * it, so a response that holds it must not be quoted.
 */
export function leakIn({ headers, body }: HttpResponse, sent: Uint8Array, secret: Secret): string | null {
  const text = [...headers.flat(), Buffer.from(body).toString("latin1")].join("\n").toLowerCase();
  const holds = (wanted: string): boolean => text.includes(wanted.toLowerCase());
  const right = hmacSha256(sent, secret);
  const spellings = [right.toString("hex"), right.toString("base64").replace(/=+$/, ""), right.toString("base64url")];
  if (spellings.some(holds)) return "the right signature";
  const key = secret.key().toString("latin1");
  return key.length >= fewestCharacters && holds(key) ? "the signing secret" : null;
}
