/** Milliseconds of processor time a call took: unlike the clock's, a busy machine does not stretch them. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Far more processor time than a megabyte of anything takes, on any machine, when the time grows as the text does
 * (0.05 to 1.5 s here, with other work beside it); a reader that goes back over what it has read needs minutes. How
 * fast a reader is belongs to the benchmarks.
 */
export const linearMs = 10_000;
