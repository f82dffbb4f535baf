/**
 * Cells of the shared memory: whether the thread is inside SQLite, whether it must not go there any more, and whether it
 * no longer waits for other processes' locks.
 */
const inside = 0;
const shut = 1;
const impatient = 2;

/** Longer than a commit waits for a lock at a time; only a disk that stands still takes longer. */
const patienceMs = 500;

/** What both sides of a gate share. */
export type Gate = Int32Array<SharedArrayBuffer>;

export function createGate(): Gate {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Waits until the thread is outside of SQLite, and keeps it there for good. For the end of the process: libsql aborts
 * it when an error (a lock, say) comes up in a thread that is being ended.
 */
export function shutGate(gate: Gate): void {
  Atomics.store(gate, shut, 1);
  Atomics.wait(gate, inside, 1, patienceMs);
}

/** From now on, what the thread finds locked it gives up. */
export function endPatience(gate: Gate): void {
  Atomics.store(gate, impatient, 1);
}

export function isPatient(gate: Gate): boolean {
  return Atomics.load(gate, impatient) === 0;
}

/** In the thread: does what needs SQLite. Does not return once the gate is shut. */
export function throughGate<T>(gate: Gate, work: () => T): T {
  Atomics.store(gate, inside, 1);
  try {
    if (Atomics.load(gate, shut) === 0) return work();
  } finally {
    Atomics.store(gate, inside, 0);
    Atomics.notify(gate, inside);
  }
  Atomics.wait(gate, shut, 1);
  throw new Error("the process is about to end");
}
