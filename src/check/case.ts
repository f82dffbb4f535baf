import type { Endpoint } from "./endpoint.ts";

/** What the cases are about, in the order in which they run. */
export const groups = ["url", "signature", "events", "payload", "delivery", "limits", "http"] as const;
export type Group = (typeof groups)[number];

/** One thing the contract says of an endpoint, and how to find out whether this one keeps it. */
export interface CheckCase {
  group: Group;
  /** Unique in its group. `group/name` is what `--case` takes. */
  name: string;
  /** What the endpoint is sent, as the end of "the endpoint gets …". */
  sends: string;
  /** What it has to do. */
  expected: string;
  /** How to mend it. */
  advice: string;
  /** What cannot be seen from outside, for a case that shows less than its name says. */
  blindSpot?: string;
  /** Cases without whose success nothing is learnt here: when one of them failed, this one is skipped. */
  requires?: readonly string[];
  /** Never rejects for anything that the endpoint does. */
  run: (endpoint: Endpoint) => Promise<Finding>;
}

/** `warn`: works, and yet something is to be mended. `skip`: cannot be told here. */
export type CaseVerdict = "pass" | "fail" | "warn" | "skip";

/** What a case found. */
export interface Finding {
  verdict: CaseVerdict;
  /** What the endpoint did, in words. Holds text from outside: escape it before it is shown. */
  got: string;
  /** The deliveries on record, when there is a record. */
  deliveryIds: string[];
  /** How to mend it, where the answer tells more than the case itself can. */
  advice?: string;
  /** Code that reads the raw body and checks its signature is the remedy. */
  needsRawBody?: boolean;
}

/** A case with what it found. */
export interface CaseResult extends Finding {
  case: CheckCase;
  advice: string;
  durationMs: number;
}

/** How a case is called where groups mix. */
export function caseId({ group, name }: Pick<CheckCase, "group" | "name">): string {
  return `${group}/${name}`;
}

/** The case on which all the others rest: what is rightly signed must be taken. */
export const acceptsValid = "signature/valid";
