/** The most candidates for one kind of loss, and the most bytes of them. More would outlast a reader's patience. */
export const mostTries = 20_000;
const mostBytes = 16 * 1024 * 1024;

/** Whether so many candidates of so many bytes can all be tried. */
export function isAffordable(tries: number, bytes: number): boolean {
  return tries <= mostTries && tries * bytes <= mostBytes;
}

/** Every order of a list, the one given first. */
export function* permutations<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length < 2) yield [...items];
  for (const [index, first] of items.length < 2 ? [] : items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [first, ...rest];
  }
}

/** Every way to pick one of each list; the later lists change fastest. */
export function* product<Item>(choices: readonly (readonly Item[])[]): Generator<Item[]> {
  const [first, ...rest] = choices;
  if (first === undefined) yield [];
  else for (const item of first) for (const others of product(rest)) yield [item, ...others];
}

/** Every way to choose `size` of the numbers from 0 up to `count`. */
export function* subsets(count: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - size; first += 1) {
    for (const rest of subsets(count, size - 1, first + 1)) yield [first, ...rest];
  }
}

/** How many such ways there are; more than can be tried are not counted to the end. */
export function subsetCount(count: number, size: number): number {
  let result = 1;
  for (let index = 0; index < size && result <= mostTries; index += 1)
    result = (result * (count - index)) / (index + 1);
  return result;
}
