/** The most that is taken out of one compressed file, in bytes. */
export const mostInflatedBytes = 67_108_864;

const HIGHEST_RATIO = 250;
const ALWAYS_FINE = 1_048_576;

/** Whether so much came out of so little that it was made to: no request does that beyond a megabyte. */
export function inflatesTooMuch(compressed: number, inflated: number): boolean {
  return inflated > ALWAYS_FINE && inflated > compressed * HIGHEST_RATIO;
}
