import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { BlockList, isIPv6 } from "node:net";
import type { MuxSession } from "./muxado.ts";
import { proxyHead, type BindRequest } from "./rpc.ts";

export interface PublicTunnel {
  id: string;
  host: string;
  url: string;
  session: MuxSession;
  opts: BindRequest["Opts"];
}

/** An agent drops its whole session at 512 streams, so the edge stops before. */
const MOST_STREAMS = 500;

/** The side that faces the internet: every request becomes one stream to the agent that holds the tunnel. */
export function publicServer(
  find: (request: IncomingMessage) => PublicTunnel | undefined,
  turnsAway: () => string | undefined = () => undefined,
  onVisit: (status: number) => void = () => {},
): Server {
  const server = createServer((request, response) => {
    response.on("finish", () => onVisit(response.statusCode));
    const code = turnsAway();
    if (code !== undefined) return refuse(response, code === "ERR_NGROK_3200" ? 404 : 403, code);
    const tunnel = find(request);
    if (!tunnel) return refuse(response, 404, "ERR_NGROK_3200");
    const refused = guard(tunnel, request);
    if (refused) return refuse(response, refused, "ERR_NGROK_3205");
    if (tunnel.session.streamCount >= MOST_STREAMS) return refuse(response, 503, "ERR_NGROK_702");
    proxy(tunnel, request, response);
  });
  server.keepAliveTimeout = 500;
  return server;
}

/** What the agent asked the edge to enforce: callers' networks, then user and password. */
function guard({ opts }: PublicTunnel, request: IncomingMessage): 401 | 403 | undefined {
  const networks = opts.IPRestriction?.allow_cidrs ?? [];
  if (networks.length > 0 && !inNetworks(request.socket.remoteAddress ?? "", networks)) return 403;
  const wanted = (opts.BasicAuth?.credentials ?? []).map(
    ({ username, cleartext_password }) => `${username}:${cleartext_password}`,
  );
  const given = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /i, ""), "base64").toString();
  return wanted.length > 0 && !wanted.includes(given) ? 401 : undefined;
}

function inNetworks(address: string, networks: string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [net = "", bits] = network.split("/");
    list.addSubnet(net, Number(bits), isIPv6(net) ? "ipv6" : "ipv4");
  }
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function proxy(tunnel: PublicTunnel, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  const stream = tunnel.session.open(proxyHead(tunnel.id, `${socket.remoteAddress}:${socket.remotePort}`));
  const upstream = httpRequest({
    createConnection: () => stream,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders(request),
    setHost: false,
  });
  upstream.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutConnection(answer.rawHeaders));
    answer.pipe(response);
    answer.on("error", () => response.destroy());
    answer.on("end", () => stream.end());
  });
  upstream.on("error", () => (response.headersSent ? response.destroy() : refuse(response, 502, "ERR_NGROK_3004")));
  response.on("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
}

/** The sender's headers as they stood, but for the hop's own, and then what ngrok adds; one request per stream. */
function forwardedHeaders(request: IncomingMessage): string[] {
  const added = [
    "X-Forwarded-For",
    request.socket.remoteAddress ?? "",
    "X-Forwarded-Host",
    request.headers.host ?? "",
    "X-Forwarded-Proto",
    "https",
    "Connection",
    "close",
  ];
  return [...withoutConnection(request.rawHeaders), ...added];
}

function withoutConnection(flat: readonly string[]): string[] {
  return flat.filter((_, index) => !/^(connection|keep-alive)$/i.test(flat[index - (index % 2)] ?? ""));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "ngrok-error-code": code, connection: "close" });
  response.end(`${code}\n`);
}
