/** What a generator yields that cannot go on before the complete reading is loaded. */
export const unloaded = Symbol("unloaded");

type Complete = typeof import("./complete.ts");

let complete: Complete | undefined;

/** Loads the complete reading. */
export async function loadComplete(): Promise<Complete> {
  complete ??= await import("./complete.ts");
  return complete;
}

/** The complete reading. Whoever gets `unloaded` of it loads it before going on. */
export function* completeReading(): Generator<typeof unloaded, Complete> {
  if (complete === undefined) yield unloaded;
  return complete!;
}
