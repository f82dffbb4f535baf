/** How long Telepath waits for an answer before the attempt has failed, in milliseconds. */
export const answerTimeoutMs = 30_000;

/** How many requests Telepath has under way to one endpoint at most. */
export const maxConcurrency = 100;

/**
 * How long after a failed attempt the next one follows, in milliseconds: 5 s, 30 s, 5 min, 30 min, 2 h. So there are
 * six attempts in all. Counted from `assumedRetryStart`.
 */
export const retryDelaysMs: readonly number[] = [5_000, 30_000, 300_000, 1_800_000, 7_200_000];

/** An answer that takes longer is one that works before it answers, in milliseconds: it comes close to the limit some day. */
export const comfortableAnswerMs = 2_000;
