/**
 * A search that is made once for each dump, or part of one: what recognising has found, parsing does not look for again,
 * and several forms ask for the same.
 */
export function once<Of extends object, Found>(search: (of: Of) => Found): (of: Of) => Found {
  const known = new WeakMap<Of, { found: Found }>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before.found;
    const found = search(of);
    known.set(of, { found });
    return found;
  };
}
