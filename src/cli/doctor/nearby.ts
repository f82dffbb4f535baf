import { connect } from "node:net";

/** A loopback address that takes connections is there at once; Windows takes 2 s to say that none is. */
const connectMs = 500;

/** Whether something takes connections there. */
export async function accepts(host: string, port: number, withinMs = connectMs): Promise<boolean> {
  const socket = connect({ host, port, autoSelectFamily: true });
  const accepted = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.setTimeout(withinMs, () => resolve(false));
  });
  socket.destroy();
  return accepted;
}

/** Where development servers listen when nobody says where: Express, Vite, Angular, Flask, Rails, Phoenix, Django, … */
const usualPorts = [3000, 3001, 4000, 4200, 4321, 5000, 5001, 5173, 8000, 8001, 8080, 8081, 8787, 8888, 9000];

/** Ports of this machine, near the one asked for or usual, that take connections; at most 5, the nearest first. */
export async function portsNearby(port: number): Promise<number[]> {
  const neighbours = Array.from({ length: 10 }, (_, index) => [port - index - 1, port + index + 1]).flat();
  const candidates = [...new Set([...neighbours, ...usualPorts])].filter(
    (candidate) => candidate !== port && candidate > 0 && candidate < 65_536,
  );
  const open = await Promise.all(
    candidates.map(async (candidate) => (await accepts("127.0.0.1", candidate)) || (await accepts("::1", candidate))),
  );
  return candidates
    .filter((_, index) => open[index])
    .sort((a, b) => Math.abs(a - port) - Math.abs(b - port))
    .slice(0, 5);
}
