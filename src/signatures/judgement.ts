import type { Diagnosis } from "../model/delivery.ts";
import type { Secret } from "../model/secret.ts";
import type { Proof } from "./diagnose/diagnose.ts";

/** What can be said of a request found in a dump. */
export interface Judgement {
  /**
   * `valid`: an HMAC with a known secret matches the bytes held or, where the form is lossy, bytes recovered from it.
   * `invalid`: it does not, and the dump holds the exact bytes. `unverifiable`: all else.
   */
  verdict: "valid" | "invalid" | "unverifiable";
  reason:
    | null
    | "missing-signature"
    | "signature-not-in-dump"
    | "malformed-signature"
    | "ambiguous-signature"
    | "mismatch"
    | "body-not-in-dump"
    | "body-truncated"
    | "body-lossy";
  /** The name of the secret that matched. */
  secret: string | null;
  diagnosis: Diagnosis | null;
  observations: string[];
  /** What proved a cause that the search found: the bytes that were signed, and whose fault it is. */
  proof?: Proof;
}

/** What is said of a request whose bytes match, with the name of the secret they match with. */
export function judgeValid(secret: string, secrets: readonly Secret[]): Judgement {
  return { verdict: "valid", reason: null, secret, diagnosis: otherSecret(secret, secrets), observations: [] };
}

/** The secret that matched is known, but it is not the one that signs here: worth a word during a rotation. */
function otherSecret(name: string, secrets: readonly Secret[]): Diagnosis | null {
  const signs = secrets[0]!.name;
  if (name === signs) return null;
  const previous = name.endsWith("_PREVIOUS");
  return {
    code: previous ? "secret-rotated" : "secret-other-environment",
    proven: true,
    steps: [`use the secret ${name} in place of ${signs}`],
    summary: previous
      ? `The request is signed with the previous secret (${name}).`
      : `The request is signed with another of the known secrets: ${name}, not ${signs}.`,
    advice: previous
      ? "Keep the previous secret until no sender uses it any more."
      : `A receiver that knows only ${signs} rejects it: check which environment sent it.`,
    firstDifference: null,
  };
}
