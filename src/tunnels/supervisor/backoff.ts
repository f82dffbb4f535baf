/** In milliseconds. */
export interface Backoff {
  first: number;
  longest: number;
}

/**
 * How long to wait before a try: none before the first, then from half to all of a time that doubles up to the longest,
 * so that many who lost the same edge do not come back to it in step.
 *
 * @param attempt counts from 0
 * @param random from 0 to 1
 */
export function retryDelay(attempt: number, { first, longest }: Backoff, random: number): number {
  if (attempt === 0) return 0;
  return Math.min(longest, first * 2 ** (attempt - 1)) * (0.5 + random / 2);
}
