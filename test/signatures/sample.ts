import { createHmac } from "node:crypto";
import type { DumpedRequest } from "../../src/model/dump.ts";
import { Secret } from "../../src/model/secret.ts";

export const secret = new Secret("tp_whsec_5f8c2a7e9b1d4c60", "given");

/** HMAC-SHA256 by node:crypto alone, so that the tests do not check the code with itself. */
export function digestOf(body: string | Uint8Array, key: string | Uint8Array = secret.reveal()): string {
  return createHmac("sha256", key).update(body).digest("hex");
}

/** A request whose dump holds `held` and whose sender signed `signed`. */
export function dumped(
  held: string | Uint8Array,
  signed: string | Uint8Array,
  more: Partial<DumpedRequest> & { key?: string | Uint8Array; header?: string } = {},
): DumpedRequest {
  const { key, header, ...members } = more;
  return {
    method: "POST",
    target: "/webhooks/telepath",
    headers: [["X-Telepath-Signature", header ?? `sha256=${digestOf(signed, key)}`]],
    body: Buffer.from(held as string),
    fidelity: "text",
    declaredBytes: null,
    otherReadings: [],
    notes: [],
    ...members,
  };
}
