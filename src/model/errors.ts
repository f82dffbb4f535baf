/**
 * Something the user can act on: what happened, where, and the next step. Everything else that is thrown is a bug.
 *
 * A negative answer (an invalid signature, a 500, a refused connection) is a value and never this.
 */
export class TelepathError extends Error {
  override readonly name = "TelepathError";
  /** Stable, in capitals: part of `--json`. */
  readonly code: string;
  /** The next step, as a sentence or a command. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The system's code of a failed call (`ENOENT`, `EADDRINUSE`, …), when it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}
