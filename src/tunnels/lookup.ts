import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";

/** What c-ares says when no server answered. */
const mute: ReadonlySet<unknown> = new Set(["ETIMEOUT", "ECANCELLED"]);

/**
 * False when the name servers of this machine do not answer. To look a name up by the system then holds a thread for ten
 * seconds or more: apps whose names are looked up wait for it, and so does the end of the process, by any signal that it
 * handles. Asking them costs no thread, and their answer does not count: the system may know names of its own.
 */
export async function mayBeLookedUp(
  host: string,
  withinMs: number,
  resolver = new Resolver({ timeout: Math.ceil(withinMs / 2), tries: 1 }),
): Promise<boolean> {
  if (host === "localhost" || isIP(host.replace(/^\[|\]$/g, "")) !== 0) return true;
  const late = setTimeout(() => resolver.cancel(), withinMs);
  try {
    await resolver.resolve4(host);
    return true;
  } catch (error) {
    return !mute.has((error as { code?: unknown }).code);
  } finally {
    clearTimeout(late);
  }
}
