/** Time, as the supervisor sees it. */
export interface Clock {
  /** Milliseconds since the epoch. They go on while the machine sleeps, where timers stand still. */
  now(): number;
  /** Calls back after so many milliseconds, or never when the returned function was called first. */
  after(milliseconds: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits so long, or until `enough` resolves.
 *
 * @throws the signal's reason when it is aborted, before or meanwhile
 */
export async function pause(
  clock: Clock,
  milliseconds: number,
  stop: AbortSignal,
  enough?: Promise<void>,
): Promise<void> {
  stop.throwIfAborted();
  if (milliseconds === 0) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      cancel();
      stop.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(milliseconds, end);
    stop.addEventListener("abort", end);
    void enough?.then(end);
  });
  stop.throwIfAborted();
}
