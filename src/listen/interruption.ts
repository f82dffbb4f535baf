import { once } from "node:events";

/** Resolves when the signal is aborted, at once when it is already. */
export async function abortOf(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, "abort");
  return null;
}
