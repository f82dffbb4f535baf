import { createHmac } from "node:crypto";
import type { DumpedRequest } from "../../src/model/dump.ts";
import { headerValue } from "../../src/model/http.ts";
import { readDump } from "../../src/dumps/read.ts";

export const secret = "tp_whsec_5f8c2a7e9b1d4c60";

/** The signature header of a body. */
export function signatureOf(body: string | Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Whether the body, or another reading of it, is the one that was signed. */
export function isProven(request: DumpedRequest): boolean {
  const signature = headerValue(request.headers, "x-telepath-signature");
  return [request.body, ...request.otherReadings].some((body) => signatureOf(body) === signature);
}

/** The requests of a dump given as text (UTF-8) or bytes. */
export function requestsOf(dump: string | Uint8Array, format?: string): DumpedRequest[] {
  return readDump(Buffer.from(dump), { format }).requests;
}

/** The only request of a dump. */
export function requestOf(dump: string | Uint8Array, format?: string): DumpedRequest {
  const requests = requestsOf(dump, format);
  const [request] = requests;
  if (request === undefined || requests.length > 1) throw new Error(`${requests.length} requests`);
  return request;
}

/** The bytes of a body as text, one character for each byte. */
export function bodyOf(request: DumpedRequest): string {
  return Buffer.from(request.body).toString("latin1");
}
