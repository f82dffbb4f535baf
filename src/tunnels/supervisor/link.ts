import type { TelepathError } from "../../model/errors.ts";

/** One session at the provider with one endpoint. */
export interface Link {
  url: string;
  /** Whether the provider answers for this session right now. Soon, and without throwing. */
  answers(): Promise<boolean>;
  /** Gives the name back, if that takes no longer than `withinMs`, and ends the session. Idempotent, never rejects. */
  close(withinMs?: number): Promise<void>;
  /** Ends the session at once. */
  kill(): void;
}

/** What a link tells while it is open. */
export type LinkSignal =
  /** A heartbeat: how long its answer took, or null when none came in time. */
  | { type: "beat"; latencyMs: number | null }
  /** The connection broke off, or did not come back at one more try. It may still come back by itself. */
  | { type: "lost" }
  /** It is over, unforeseen. */
  | { type: "gone"; error: TelepathError }
  /** The provider wants a new session. */
  | { type: "restart" }
  /** The provider ended the endpoint on purpose. */
  | { type: "ended"; error: TelepathError };

/**
 * @param domain the name it must have; any when undefined
 * @throws TelepathError when it cannot be opened
 */
export type OpenLink = (
  domain: string | undefined,
  post: (signal: LinkSignal) => void,
  stop: AbortSignal,
) => Promise<Link>;
