import { randomFillSync } from "node:crypto";
import { monotonicFactory } from "ulid";

/** Random bytes for many ids at once: asking the system for one at a time is a large part of making an id. */
const pool = new Uint8Array(4096);
let used = pool.length;

function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++]! / 256;
}

/** A ULID for a time in milliseconds. Ids rise within a process even when its clock does not. */
export const nextId: (time: number) => string = monotonicFactory(random);
