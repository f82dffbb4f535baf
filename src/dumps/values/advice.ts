import type { DumpedRequest, Fidelity } from "../../model/dump.ts";
import { headerValues } from "../../model/http.ts";

/** What a reader should know of a form when it holds a body no better than so: the cause, and what to ask for. */
export type Advice = Partial<Record<Fidelity, string>>;

const REDACTED = /^[\s[<(*]*(?:redacted|filtered|hidden|masked|removed|\*{3,})[\s\])>*]*$/i;

/** The request with what its form's reader should know added to its notes. */
export function advised(request: DumpedRequest, advice: Advice): DumpedRequest {
  const notes: string[] = [];
  const note = advice[request.fidelity];
  if (note !== undefined) notes.push(note);
  if (headerValues(request.headers, "x-telepath-signature").some((value) => REDACTED.test(value))) {
    notes.push("Its producer put another text in place of the signature: tell it not to redact X-Telepath-Signature.");
  }
  return notes.length === 0 ? request : { ...request, notes: [...request.notes, ...notes] };
}
