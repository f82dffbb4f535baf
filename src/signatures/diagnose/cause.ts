import type { BodyView } from "./body.ts";

/**
 * One thing that went wrong, as the diagnosis tells it.
 *
 * `side` says whose bytes it changed: the `dump` shows other bytes than those that were sent; the `sender` signed
 * something else than it sent; the `secret` given is not the one used; the `header` is not what a receiver expects.
 */
export interface Cause {
  /** A code of the diagnosis guide: stable, part of `--json`. */
  code: string;
  side: "dump" | "sender" | "secret" | "header";
  /** What leads from the bytes held (or the secret given) to those that match: "cut the final LF". */
  step: string;
  /** What happened, as a sentence. */
  summary: string;
  /** What to do about it, as a sentence. */
  advice: string;
}

/** A body that may be the one that was signed. */
export interface BodyCandidate {
  bytes: Buffer;
  /** Why it may be: one cause for each change. Called only for the candidate that matched. */
  causes: () => Cause[];
  /** The result of a decoding: what it holds is looked at as the dump itself was. */
  reveals: boolean;
}

/** A way in which a body is changed between its signature and the dump, with how to undo it. */
export interface BodyTransformation extends Cause {
  /** The bodies it may have been before, likeliest first; none when this cannot have happened to this body. */
  undo: (body: BodyView) => (Buffer | undefined)[];
  reveals?: boolean;
}

/** The candidates of a list of transformations, in the list's order. Bodies that stay the same are left out. */
export function* undone(transformations: readonly BodyTransformation[], body: BodyView): Generator<BodyCandidate> {
  for (const transformation of transformations) {
    const { undo, reveals = false, ...cause } = transformation;
    const known = [body.bytes];
    for (const bytes of undo(body)) {
      if (bytes === undefined || known.some((other) => other.equals(bytes))) continue;
      known.push(bytes);
      yield { bytes, causes: () => [cause], reveals };
    }
  }
}
