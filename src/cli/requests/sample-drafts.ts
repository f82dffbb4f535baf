import type { Draft } from "../../delivery/deliver.ts";
import { eventHeaders } from "../../delivery/event-headers.ts";
import { tampered, type Tampering } from "../../delivery/tamper.ts";
import type { Target } from "../../delivery/target.ts";
import type { MadeEvent, MakeCall } from "../../fixtures/call.ts";
import type { HeaderList } from "../../model/http.ts";
import type { Secret } from "../../model/secret.ts";
import { signatureRecord } from "../../signatures/record.ts";
import { signedHeader } from "../../signatures/sign.ts";
import { version } from "../version.ts";

/** How sample events become requests. */
export interface SampleTerms {
  target: Target;
  secret: Secret;
  /** Replace those of their name, or are added. */
  headers: HeaderList;
  tamper: Tampering | undefined;
}

/** One event as a signed request; from here on its bytes are never written anew. */
export function sampleDraft({ payload, event, callId }: Omit<MadeEvent, "type">, terms: SampleTerms): Draft {
  const { target, secret, tamper } = terms;
  const { body, signature } = tamper
    ? tampered(payload, secret, tamper)
    : { body: payload, signature: [signedHeader(payload, secret)] };
  const userAgent = `telepath-hooks/${version}`;
  const headers = eventHeaders({ target, userAgent, signature, added: terms.headers });
  const untouched = tamper === undefined && terms.headers.length === 0;
  return {
    origin: target.origin,
    host: target.host,
    target: target.target,
    source: "send",
    method: "POST",
    headers,
    body,
    event,
    callId,
    signature: untouched
      ? { verdict: "valid", secret: secret.name, diagnosis: null }
      : signatureRecord(body, headers, [secret]),
    replayOf: null,
  };
}

/** Calls made one after the other as they are needed, each of their events `duplicate` times. */
export function* sampleDrafts(
  makeCall: MakeCall,
  { count, duplicate, now }: { count: number; duplicate: number; now: () => number },
  terms: SampleTerms,
): Generator<Draft> {
  for (let call = 0; call < count; call++) {
    for (const made of makeCall(now())) {
      const draft = sampleDraft(made, terms);
      for (let copy = 0; copy < duplicate; copy++) yield draft;
    }
  }
}
