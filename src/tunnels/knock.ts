import { isIP } from "node:net";
import { connect } from "node:tls";
import { mayBeLookedUp } from "./lookup.ts";
import { pause, type Clock } from "./supervisor/clock.ts";

/** Whether something speaks TLS at an address (`host:port`). Nothing is sent, so it does not matter who it is. */
export async function isThere(address: string, withinMs: number): Promise<boolean> {
  const { hostname: host, port } = new URL(`tls://${address}`);
  const deadline = performance.now() + withinMs;
  if (!(await mayBeLookedUp(host, withinMs))) return false;
  return await new Promise((resolve) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port: Number(port), ...name, rejectUnauthorized: false });
    const end = (there: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(there);
    };
    const late = setTimeout(() => end(false), deadline - performance.now());
    socket.once("secureConnect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/**
 * Knocks at an edge until it answers.
 *
 * @returns true when it was away and is there again, so that the next try need not wait for its time; false when it was
 *   there at the first knock, since then something else was wrong, and when `stop` is aborted
 */
export async function edgeIsBack(
  knock: () => Promise<boolean>,
  clock: Clock,
  everyMs: number,
  stop: AbortSignal,
): Promise<boolean> {
  let knocks = 0;
  try {
    while (!(await knock())) {
      knocks += 1;
      await pause(clock, everyMs, stop);
    }
    return knocks > 0 && !stop.aborted;
  } catch {
    return false; // stopped
  }
}
