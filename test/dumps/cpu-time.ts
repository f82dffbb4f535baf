/** Milliseconds of processor time a call took: unlike the clock's, a busy machine does not stretch them. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
