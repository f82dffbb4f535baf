import type { Diagnosis } from "../model/delivery.ts";

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
}
