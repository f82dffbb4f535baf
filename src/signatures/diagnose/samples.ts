/** The names of the members of an object in a sample of the project's own, in their order. */
export type SampleNames = readonly string[];

/** The place of a member among others; undefined for a name that is not known. */
export type Rank = (name: string) => number | undefined;

/** One name in common says nothing about an order. */
const fewestInCommon = 2;

/** The order of the sample object that has the most names in common with these; undefined where none has two. */
export function sampleRank(samples: readonly SampleNames[], names: readonly string[]): Rank | undefined {
  const wanted = new Set(names);
  let best: SampleNames | undefined;
  let most = fewestInCommon - 1;
  for (const sample of samples) {
    const count = sample.reduce((common, name) => common + Number(wanted.has(name)), 0);
    if (count <= most) continue;
    most = count;
    best = sample;
  }
  const ranks = best && new Map(best.map((name, rank) => [name, rank]));
  return ranks && ((name) => ranks.get(name));
}

/** Names that are known in their order, and the others behind them as they stand. */
export function ranked(names: readonly string[], rank: Rank): readonly string[] {
  const known = names.filter((name) => rank(name) !== undefined);
  return [...known.sort((a, b) => rank(a)! - rank(b)!), ...names.filter((name) => rank(name) === undefined)];
}
