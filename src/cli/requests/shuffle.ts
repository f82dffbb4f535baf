import { randomInt } from "node:crypto";

/** Says a whole number from 0 to below what it is given, all equally likely. */
export type Random = (below: number) => number;

/** The same numbers for the same seed (mulberry32); others each time without one. */
export function randomFrom(seed: number | undefined): Random {
  if (seed === undefined) return (below) => randomInt(below);
  let state = seed % 2 ** 32;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** So many are in memory at once; of no more than that every order is equally likely. */
const mostHeld = 5000;

/** The same items in another order: of many, each among those that are near it. */
export function* shuffled<T>(items: Iterable<T>, random: Random, most = mostHeld): Generator<T> {
  const held: T[] = [];
  for (const item of items) {
    if (held.length < most) {
      held.push(item);
      continue;
    }
    const at = random(held.length);
    yield held[at]!;
    held[at] = item;
  }
  while (held.length > 0) {
    const at = random(held.length);
    yield held[at]!;
    held[at] = held.at(-1)!;
    held.pop();
  }
}
