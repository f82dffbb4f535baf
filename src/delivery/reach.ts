import { connect } from "node:net";

/** Whether something takes connections there, within so many milliseconds. Nothing is sent. */
export async function accepts(host: string, port: number, withinMs: number): Promise<boolean> {
  const socket = connect({ host, port, autoSelectFamily: true });
  const accepted = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.setTimeout(withinMs, () => resolve(false));
  });
  socket.destroy();
  return accepted;
}

/** The host without the brackets of IPv6, and the port that the scheme implies. */
export function addressOf(origin: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(origin);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (protocol === "https:" ? 443 : 80)) };
}
