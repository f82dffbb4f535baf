/** Those under way whom one signal ends. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, until the function it returns is called. All that wait for one signal share
 * one listener: adding and removing a listener of their own cost each exchange a twentieth of its time.
 */
export function onAborted(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = waiting.get(signal) ?? watched(signal);
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}

function watched(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  waiting.set(signal, callbacks);
  signal.addEventListener(
    "abort",
    () => {
      for (const callback of callbacks) callback();
    },
    { once: true },
  );
  return callbacks;
}
