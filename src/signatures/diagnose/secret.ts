import { createSecretKey, type KeyObject } from "node:crypto";
import type { Secret } from "../../model/secret.ts";
import type { Cause } from "./cause.ts";
import { secretTransformations } from "./secret-causes.ts";

/** A longer value is a file given by mistake, and is only tried as it stands. */
const longestExamined = 4096;

/** A key that may be the one that signed. */
export interface KeyCandidate {
  key: KeyObject;
  bytes: Buffer;
  /** The name of the secret it is made from. */
  name: string;
  /** What was done to the secret as it was given. */
  causes: Cause[];
}

/** The secrets as given, one candidate each. */
export function givenKeys(secrets: readonly Secret[]): KeyCandidate[] {
  return secrets.map((secret) => candidate(secret.key(), secret.name, []));
}

/** The secrets after one change each, likeliest first. Every key comes once. */
export function changedKeys(secrets: readonly Secret[]): KeyCandidate[] {
  const known = new Set(secrets.map((secret) => secret.reveal()));
  return secrets.flatMap((secret) =>
    changes(secret.reveal(), known).map(({ value, cause }) => candidate(value, secret.name, [cause])),
  );
}

/** The secrets after two changes each (an assignment whose value is in quotes), at most so many. */
export function twiceChangedKeys(secrets: readonly Secret[], most: number): KeyCandidate[] {
  const known = new Set(secrets.map((secret) => secret.reveal()));
  const keys: KeyCandidate[] = [];
  for (const secret of secrets) {
    for (const first of changes(secret.reveal(), known)) {
      if (typeof first.value !== "string" || first.value.trim() === "" || isFixed(first.cause.code)) continue;
      for (const second of changes(first.value, known)) {
        if (isFixed(second.cause.code)) continue;
        keys.push(candidate(second.value, secret.name, [first.cause, second.cause]));
        if (keys.length >= most) return keys;
      }
    }
  }
  return keys;
}

function isFixed(code: string): boolean {
  return code === "empty-secret" || code === "literal-undefined-secret";
}

function changes(value: string, known: Set<string>): { value: string | Buffer; cause: Cause }[] {
  if (value.length > longestExamined) return [];
  return secretTransformations.flatMap(({ undo, at, ...cause }) =>
    undo(value).flatMap((changed) => {
      // That cutting leaves nothing is no reason to believe that the sender's key is empty.
      if (changed === undefined || (changed === "" && cause.code !== "empty-secret")) return [];
      const identity = typeof changed === "string" ? changed : `bytes ${changed.toString("hex")}`;
      if (known.has(identity)) return [];
      known.add(identity);
      return [{ value: changed, cause: { ...cause, side: at === "given" ? "secret" : "sender" } satisfies Cause }];
    }),
  );
}

function candidate(value: string | Buffer, name: string, causes: Cause[]): KeyCandidate {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return { key: createSecretKey(bytes), bytes, name, causes };
}
