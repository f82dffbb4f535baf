import type { SignatureRecord } from "../model/delivery.ts";
import type { HeaderList } from "../model/http.ts";
import type { Secret } from "../model/secret.ts";
import { verifySignature } from "./verify.ts";

/**
 * What goes on record for a request that was received or sent: one HMAC a secret, no diagnosis. `unchecked` without
 * secrets; a malformed or repeated signature header is `invalid`.
 */
export function signatureRecord(body: Uint8Array, headers: HeaderList, secrets: readonly Secret[]): SignatureRecord {
  if (secrets.length === 0) return { verdict: "unchecked", secret: null, diagnosis: null };
  const checked = verifySignature(body, headers, secrets);
  return { verdict: checked.verdict, secret: checked.verdict === "valid" ? checked.secret : null, diagnosis: null };
}
