import { quoted } from "../../dumps/exports/shell.ts";
import type { TelepathError } from "../../model/errors.ts";

/** One thing that was looked at. Nothing in it is, or holds, a secret. */
export interface Finding {
  /** The check it comes from. */
  check: string;
  /** `skipped` was not checked, and the message says why. */
  status: "ok" | "warning" | "problem" | "skipped";
  message: string;
  /** What to do about it: a command where there is one. */
  fix: string | null;
}

/** A finding before it has the name of its check. */
export type Found = Omit<Finding, "check">;

export function ok(message: string): Found {
  return { status: "ok", message, fix: null };
}

export function warning(message: string, fix: string | null = null): Found {
  return { status: "warning", message, fix };
}

export function problem(message: string, fix: string | null = null): Found {
  return { status: "problem", message, fix };
}

export function skipped(reason: string): Found {
  return { status: "skipped", message: reason, fix: null };
}

/** What a command would have failed with. */
export function problemOf(error: TelepathError): Found {
  return problem(error.message, error.hint ?? null);
}

/** A path as a word of a command for any POSIX shell. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : quoted(path);
}
