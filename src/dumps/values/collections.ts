import type { DumpedRequest } from "../../model/dump.ts";
import { headerValue } from "../../model/http.ts";
import { asBuffer } from "../readings.ts";

/** Of a collection's requests those with a signature; all of them when none has one. */
export function signedFirst(requests: readonly DumpedRequest[]): DumpedRequest[] {
  const signed = requests.filter(({ headers }) => headerValue(headers, "x-telepath-signature") !== undefined);
  return signed.length > 0 ? signed : [...requests];
}

/** The request, and when its body has variables a program fills in before it sends it, a note that they are not. */
export function unfilled(request: DumpedRequest, variable: RegExp): DumpedRequest {
  if (!variable.test(asBuffer(request.body).toString("latin1"))) return request;
  const note = "The body holds variables or template tags, or what looks like them: what was sent had their values.";
  return {
    ...request,
    fidelity: request.fidelity === "exact" ? "exact" : "text",
    notes: [...request.notes, note],
  };
}
