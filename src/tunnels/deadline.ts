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
 * @throws DeadlineError after `milliseconds`.
 */
export async function within<Result>(promise: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
