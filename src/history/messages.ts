import { TelepathError } from "../model/errors.ts";
import type { Change } from "./changes.ts";
import type { Gate } from "./gate.ts";

/** What the committing thread is started with. */
export interface ThreadData {
  folder: string;
  patienceMs: number;
  gate: Gate;
}

/** A group of changes on its way to the thread that commits: all their bodies in one piece, which is handed over. */
export interface Group {
  /** Without their bodies. */
  changes: readonly Change[];
  /** Of each change's body; null for none. */
  lengths: (number | null)[];
  bytes: Uint8Array<ArrayBuffer>;
  patienceMs: number;
}

/** What the thread says of a group: of each change, or of all when nothing was committed. */
export type Reply = { outcomes: PackedOutcome[]; reopened: boolean } | { fault: Fault };
export type PackedOutcome = { value: unknown } | { fault: Fault };

/** An error between threads, where it would lose its class and members. */
export interface Fault {
  message: string;
  stack: string | undefined;
  /** Of a TelepathError. */
  code: string | undefined;
  hint: string | undefined;
}

/** Takes the bodies out of the changes, which are not to be used again: they are the thread's from here on. */
export function packedChanges(changes: readonly Change[], patienceMs: number): Group {
  const bytes = Buffer.allocUnsafeSlow(changes.reduce((sum, { body }) => sum + (body?.byteLength ?? 0), 0));
  const lengths: (number | null)[] = [];
  let at = 0;
  for (const change of changes) {
    lengths.push(change.body?.byteLength ?? null);
    if (change.body === null) continue;
    bytes.set(change.body, at);
    at += change.body.byteLength;
    change.body = null;
  }
  return { changes, lengths, bytes, patienceMs };
}

export function unpackedChanges({ changes, lengths, bytes }: Group): readonly Change[] {
  let at = 0;
  for (const [index, change] of changes.entries()) {
    const length = lengths[index]!;
    if (length === null) continue;
    at += length;
    change.body = bytes.subarray(at - length, at);
  }
  return changes;
}

export function packedFault(error: unknown): Fault {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const [code, hint] = error instanceof TelepathError ? [error.code, error.hint] : [undefined, undefined];
  return { message, stack, code, hint };
}

export function unpackedFault({ message, stack, code, hint }: Fault): Error {
  if (code !== undefined) return new TelepathError(code, message, hint);
  return Object.assign(new Error(message), { stack });
}
