import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { selfSigned } from "./certificate.ts";
import { EventLog } from "./events.ts";
import { MuxSession } from "./muxado.ts";
import { publicServer, type PublicTunnel } from "./public.ts";
import { nameTaken, refusal, tokenWanted } from "./refusals.ts";
import { command, serveAgentStream, streamType, type AuthRequest, type BindRequest, type Reply } from "./rpc.ts";

interface AgentSession {
  clientId: string;
  mux: MuxSession;
  socket: TLSSocket;
}

/**
 * ngrok's edge on loopback: what agents connect to, and what the internet connects to.
 *
 * Speaks the real protocol to the real SDK. Tests change how it behaves by setting the public fields.
 */
export class Edge {
  /** Replaces the answer to a call; `silence` from `rpc.ts` never answers. */
  onAuth: ((request: AuthRequest) => Reply) | undefined;
  onBind: ((request: BindRequest) => Reply) | undefined;
  /** What a new TCP connection meets: the service, an end at once, or nothing at all. */
  connections: "serve" | "drop" | "mute" = "serve";
  /** What an endpoint is called that asks for no name; random when left out. `localhost` is also served over TLS. */
  ownName: string | undefined;
  /** When set, every visitor gets ngrok's page of this code. */
  turnsAway: string | undefined;
  /** Everything that happened, in order. */
  readonly log = new EventLog();
  readonly tunnels = new Map<string, PublicTunnel>();
  readonly certificate = selfSigned("localhost");
  readonly #taken = new Set<string>();
  readonly #sessions = new Set<AgentSession>();
  readonly #sockets = new Set<Socket>();
  readonly #tls = createTlsServer({ ...this.certificate, noDelay: true }, (socket) => this.#serve(socket));
  readonly #public = publicServer(
    (request) => this.#byHost(request.headers.host ?? ""),
    () => this.turnsAway,
    (status) => this.log.add({ type: "visit", status }),
  );
  readonly #publicTls = createTlsServer({ ...this.certificate, noDelay: true }, (socket) => this.#reach(socket));
  readonly #origins = new Map<string, Server>();
  readonly #agents = createServer((socket) => this.#accept(socket));
  #heldBeats: (() => void)[] | undefined;
  #port = 0;

  /** Where agents connect: `localhost:40123`. */
  get address(): string {
    return `localhost:${this.#port}`;
  }

  /** Where the public side speaks TLS, under `certificate`. */
  get publicTlsPort(): number {
    return portOf(this.#publicTls);
  }

  /** The port of the public side, which goes by the `Host` header. */
  get publicPort(): number {
    return portOf(this.#public);
  }

  /** The sessions that are up. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Takes connections; again on the same port after `down`. */
  async up(): Promise<void> {
    await listening(this.#agents, this.#port);
    this.#port = portOf(this.#agents);
    if (!this.#public.listening) await Promise.all([listening(this.#public, 0), listening(this.#publicTls, 0)]);
  }

  /** Drops all sessions and closes the port: further connections are refused. */
  async down(): Promise<void> {
    if (!this.#agents.listening) return;
    const closed = once(this.#agents, "close");
    this.#agents.close();
    this.dropSessions();
    await closed;
  }

  /** Cuts the connections of all agents, as a network that goes away does. */
  dropSessions(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Half-open connections: what agents send is read no more, and nothing tells them. Their names stay taken. */
  stopReading(): void {
    for (const { socket } of this.#sessions) socket.pause();
  }

  /** Finds out that nobody is behind those, and gives their names free. */
  dropGhosts(): void {
    for (const { socket } of this.#sessions) if (socket.isPaused()) socket.destroy();
  }

  /** Leaves heartbeats without an answer. */
  holdHeartbeats(): void {
    this.#heldBeats = [];
  }

  /** Answers those held back, late as they are, and all that come. */
  answerHeartbeats(): void {
    for (const echo of this.#heldBeats ?? []) echo();
    this.#heldBeats = undefined;
  }

  /** Asks all agents to connect anew, as ngrok does before maintenance. */
  goAway(): void {
    for (const { mux } of this.#sessions) mux.goAway();
  }

  /** Somebody else holds this name: binding it fails with ERR_NGROK_334. */
  take(host: string): void {
    this.#taken.add(host);
  }

  release(host: string): void {
    this.#taken.delete(host);
  }

  /** Ends one tunnel from the edge, as the dashboard's stop button does. */
  stopTunnel(host: string, message: string, code: string): void {
    const tunnel = this.tunnels.get(host);
    if (!tunnel) throw new Error(`no tunnel ${host}`);
    tunnel.session.open(command(streamType.stopTunnel, { Id: tunnel.id, Message: message, ErrorCode: code })).end();
    this.tunnels.delete(host);
  }

  /** Asks every agent to stop altogether. */
  stopAgents(): void {
    this.#commandAll(streamType.stop);
  }

  /** Asks every agent to start anew. */
  restartAgents(): void {
    this.#commandAll(streamType.restart);
  }

  #commandAll(type: number): void {
    for (const { mux } of this.#sessions) mux.open(command(type, {})).resume();
  }

  /** A plain HTTP origin on loopback for a tunnel's URL, for callers that cannot set `Host`: `http://127.0.0.1:40124`. */
  async origin(url: string): Promise<string> {
    const { host } = new URL(url);
    const known = this.#origins.get(host);
    const server = known ?? publicServer(() => this.tunnels.get(host));
    this.#origins.set(host, server);
    if (!known) await listening(server, 0);
    return `http://127.0.0.1:${portOf(server)}`;
  }

  async close(): Promise<void> {
    await this.down();
    for (const server of [this.#public, ...this.#origins.values()]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    await new Promise((done) => this.#publicTls.close(done));
  }

  /** A visitor over TLS, from here on like any other. */
  #reach(socket: TLSSocket): void {
    socket.on("error", () => {});
    this.#public.emit("connection", socket);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.log.add({ type: "dialled" });
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    if (this.connections === "drop") socket.destroy();
    else if (this.connections === "serve") this.#tls.emit("connection", socket);
  }

  #serve(socket: TLSSocket): void {
    const mux: MuxSession = new MuxSession(socket, (stream) =>
      serveAgentStream(stream, {
        auth: (request) => this.#auth(session, request),
        bind: (request) => this.#bind(session, request),
        unbind: ({ Id }) => this.#unbind(Id),
        heartbeat: (echo) => this.#heartbeat(echo),
      }),
    );
    const session: AgentSession = { clientId: "", mux, socket };
    this.#sessions.add(session);
    this.log.add({ type: "connected" });
    socket.on("error", () => {});
    socket.on("close", () => this.#gone(session));
  }

  /** A known ClientId is the same agent come back: its old session and names go first. */
  #auth(session: AgentSession, request: AuthRequest): Reply {
    const token = request.Extra.AuthToken;
    const reply = this.onAuth?.(request) ?? (token === "" ? tokenWanted(token) : undefined);
    this.log.add({ type: "auth", request });
    if (reply) return reply;
    for (const ghost of this.#sessions)
      if (ghost.clientId && ghost.clientId === request.ClientId) ghost.socket.destroy();
    session.clientId = request.ClientId || randomBytes(8).toString("hex");
    return { Version: "3", ClientId: session.clientId, Extra: { Cookie: "cookie" } };
  }

  #bind(session: AgentSession, request: BindRequest): Reply {
    this.log.add({ type: "bind", request });
    const replaced = this.onBind?.(request);
    if (replaced) return replaced;
    const free = this.ownName ?? `${randomBytes(6).toString("hex")}.ngrok.test`;
    const host = request.Opts.Hostname || request.Opts.Domain || free;
    const holder = this.tunnels.get(host);
    const held = holder && holder.session !== session.mux && this.#isUp(holder.session);
    if (this.#taken.has(host) || held) return nameTaken(host);
    const id = request.Id || randomBytes(8).toString("hex");
    const opts = { ...request.Opts, Hostname: host };
    const url = host === "localhost" ? `https://localhost:${this.publicTlsPort}` : `https://${host}`;
    this.tunnels.set(host, { id, host, url, session: session.mux, opts });
    return { Id: id, URL: url, Proto: request.Proto, Opts: opts, Extra: { Token: `token-${id}` } };
  }

  #heartbeat(echo: () => void): void {
    if (this.#heldBeats) this.#heldBeats.push(echo);
    else echo();
    this.log.add({ type: "heartbeat", answered: this.#heldBeats === undefined });
  }

  #unbind(id: string): Reply {
    const bound = [...this.tunnels.values()].find((tunnel) => tunnel.id === id);
    this.log.add({ type: bound ? "unbind" : "ask" });
    if (bound) this.tunnels.delete(bound.host);
    return bound ? {} : refusal("ERR_NGROK_333", `There is no tunnel ${id}.`);
  }

  #gone(session: AgentSession): void {
    this.#sessions.delete(session);
    for (const tunnel of this.tunnels.values()) if (tunnel.session === session.mux) this.tunnels.delete(tunnel.host);
    this.log.add({ type: "disconnected" });
  }

  #isUp(mux: MuxSession): boolean {
    return [...this.#sessions].some((session) => session.mux === mux);
  }

  #byHost(host: string): PublicTunnel | undefined {
    return this.tunnels.get(host.replace(/:\d+$/, "").toLowerCase());
  }
}

/** Starts an edge on ports of its own. */
export async function startEdge(): Promise<Edge> {
  const edge = new Edge();
  await edge.up();
  return edge;
}

async function listening(server: TcpServer, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

function portOf(server: TcpServer): number {
  return (server.address() as AddressInfo).port;
}
