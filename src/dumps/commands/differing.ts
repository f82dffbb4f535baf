/** The readings that make something else of a text than each of those before them; always the first. */
export function differing<Reading>(
  readings: readonly Reading[],
  differ: (one: Reading, other: Reading) => boolean,
): Reading[] {
  const kept: Reading[] = [];
  for (const reading of readings) {
    if (kept.every((one) => differ(one, reading))) kept.push(reading);
  }
  return kept;
}
