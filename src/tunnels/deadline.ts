/** What `within` throws when the time is over. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
    this.milliseconds = milliseconds;
  }
}

/**
 * Waits for something that may never come; the SDK has no time-outs of its own.
 *
 * What was waited for is not stopped: the caller looks after a result that comes late.
 *
 * @throws DeadlineError after `milliseconds`; the signal's reason when that is aborted before.
 */
export async function within<Result>(
  promise: Promise<Result>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<Result> {
  let stop = (): void => {};
  const gaveUp = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason as Error);
    const timer = setTimeout(() => reject(new DeadlineError(milliseconds)), milliseconds);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([promise, gaveUp]);
  } finally {
    stop();
  }
}
