/**
 * Whether a glob matches the whole of a text: `*` is anything, `?` one character, and everything else itself, case
 * included, as SQLite's GLOB does without its brackets. Takes time in proportion to the two lengths' product at worst.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = Array.from(glob);
  const characters = Array.from(text);
  let [at, here] = [0, 0];
  /** Where to go on when what follows the last `*` does not fit: that star takes one character more. */
  let retry: { at: number; here: number } | undefined;
  while (here < characters.length) {
    if (pattern[at] === "*") {
      retry = { at: at + 1, here };
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === characters[here]) {
      at += 1;
      here += 1;
    } else if (retry) {
      retry.here += 1;
      ({ at, here } = retry);
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((rest) => rest === "*");
}
