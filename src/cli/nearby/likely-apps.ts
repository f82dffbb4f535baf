import type { ListeningPort } from "./listening-ports.ts";

/** Where frameworks serve by default, the likeliest first. */
const usualPorts = [3000, 3001, 5173, 8000, 8080, 5000, 4000, 4321, 8787, 3002, 8888, 1337, 9292, 4567, 4200, 7071];

/** What runs web apps. */
const runtimes =
  /^(node|bun|deno|python[\d.]*|uvicorn|gunicorn|flask|hypercorn|ruby[\d.]*|puma|rails|php[\d.]*|java|dotnet|beam\.smp|air|go|main|server|app|next-server|vite|workerd|caddy|nginx)\b/i;

/** Other people's protocols: databases, queues, debuggers. */
const otherServices = new Set([
  3306, 5432, 6379, 27017, 9200, 9300, 11211, 5672, 15672, 2379, 2380, 9092, 2181, 631, 9229, 35729, 5037, 5353, 3389,
  5900, 4040, 7000,
]);

/** macOS shares screens on ports 5000 and 7000. */
const systemPrograms = /^ControlCe/;

/** From here on systems give ports to whoever asks for any: what listens there is seldom meant to be found. */
const firstOfAny = 32_768;

const mostNamed = 3;

/** Of what listens, what could be the app that was meant: the usual ports first, then what runs web apps elsewhere. */
export function likelyApps(ports: readonly ListeningPort[], notThese: ReadonlySet<number>): ListeningPort[] {
  const rank = ({ port, name }: ListeningPort): number => {
    if (name !== null && systemPrograms.test(name)) return Number.POSITIVE_INFINITY;
    const usual = usualPorts.indexOf(port);
    if (usual >= 0) return usual;
    return name !== null && runtimes.test(name) ? usualPorts.length : Number.POSITIVE_INFINITY;
  };
  return ports
    .filter(
      ({ port, pid }) => pid !== process.pid && port < firstOfAny && !otherServices.has(port) && !notThese.has(port),
    )
    .map((each) => ({ each, rank: rank(each) }))
    .filter(({ rank }) => Number.isFinite(rank))
    .sort((a, b) => a.rank - b.rank || a.each.port - b.each.port)
    .slice(0, mostNamed)
    .map(({ each }) => each);
}
