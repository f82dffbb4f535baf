import type { Outcome, SignatureVerdict, Source } from "../model/delivery.ts";

/** Which deliveries are meant. What is left out does not matter; all that is given must hold. */
export interface Filter {
  /** Event types as a glob: `call.*`. Aliases are resolved before. */
  event?: string;
  callId?: string;
  outcome?: Outcome;
  signature?: SignatureVerdict;
  source?: Source;
  /** Milliseconds since the epoch, inclusive. */
  since?: number;
  until?: number;
  where?: Condition[];
  limit?: number;
}

/** One `--where`: a path into the JSON payload compared with a value. */
export interface Condition {
  /** Members from the root: `metrics.ai_latency_ms` is `["metrics", "ai_latency_ms"]`. */
  path: string[];
  operator: "=" | "!=" | ">" | ">=" | "<" | "<=" | "~";
  /** As typed. Numbers compare as numbers when both sides are; `~` is "contains". */
  value: string;
}
