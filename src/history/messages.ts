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
  changes: Change[];
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

export function packedChanges(changes: readonly Change[], patienceMs: number): Group {
  const lengths = changes.map(({ body }) => body?.byteLength ?? null);
  const bytes = Buffer.allocUnsafeSlow(lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0));
  let at = 0;
  for (const { body } of changes) {
    if (body === null) continue;
    bytes.set(body, at);
    at += body.byteLength;
  }
  return { changes: changes.map((change) => ({ ...change, body: null })), lengths, bytes, patienceMs };
}

export function unpackedChanges({ changes, lengths, bytes }: Group): Change[] {
  let at = 0;
  return changes.map((change, index): Change => {
    const length = lengths[index]!;
    if (length === null) return change;
    at += length;
    return { ...change, body: bytes.subarray(at - length, at) } as Change;
  });
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
