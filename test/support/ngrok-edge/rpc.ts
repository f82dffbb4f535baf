import type { MuxStream } from "./muxado.ts";

/** The first four bytes of every stream say what it is for. */
export const streamType = {
  auth: 0,
  bind: 1,
  unbind: 2,
  proxy: 3,
  restart: 4,
  stop: 5,
  stopTunnel: 9,
  heartbeat: 0xffffffff,
} as const;

export interface AuthRequest {
  /** What an earlier answer gave, when the agent resumes a session; else empty. */
  ClientId: string;
  Extra: { AuthToken: string; Cookie: string; UserAgent: string; Metadata: string; [key: string]: unknown };
}

export interface BindRequest {
  /** Set when an agent binds again after a reconnect. */
  Id: string;
  Proto: string;
  ForwardsTo: string;
  Opts: {
    Domain: string;
    Hostname: string;
    BasicAuth?: { credentials: { username: string; cleartext_password: string }[] } | null;
    IPRestriction?: { allow_cidrs?: string[]; deny_cidrs?: string[] } | null;
    [key: string]: unknown;
  };
  Extra: { Token: string; Metadata: string; [key: string]: unknown };
}

export interface UnbindRequest {
  Id: string;
}

/** A reply that never comes. */
export const silence = Symbol("silence");
export type Reply = object | typeof silence;

/** What the edge does with the streams an agent opens. */
export interface AgentCalls {
  auth(request: AuthRequest): Reply;
  bind(request: BindRequest): Reply;
  unbind(request: UnbindRequest): Reply;
  /** `echo` answers it, now or later. The agent sends no other before. */
  heartbeat(echo: () => void): void;
}

/** Serves one stream an agent opened: reads its type, then answers the call or echoes the heartbeats. */
export function serveAgentStream(stream: MuxStream, calls: AgentCalls): void {
  let held: Buffer = Buffer.alloc(0);
  let type: number | undefined;
  let answered = false;

  stream.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    if (type === undefined) {
      if (held.length < 4) return;
      type = held.readUInt32BE();
      held = held.subarray(4);
    }
    if (type === streamType.heartbeat) {
      for (; held.length >= 4; held = held.subarray(4)) {
        const beat = held.subarray(0, 4);
        calls.heartbeat(() => stream.write(beat));
      }
      return;
    }
    if (answered) return;
    // A call has neither length nor end: it is whole when it parses.
    const request = parsed(held);
    if (request === undefined) return;
    answered = true;
    const reply = answer(type, request, calls);
    if (reply !== silence) stream.end(JSON.stringify(reply));
  });
  stream.on("error", () => {});
}

function answer(type: number, request: unknown, calls: AgentCalls): Reply {
  if (type === streamType.auth) return calls.auth(request as AuthRequest);
  if (type === streamType.bind) return calls.bind(request as BindRequest);
  if (type === streamType.unbind) return calls.unbind(request as UnbindRequest);
  return { Error: `this edge has no call ${type}` };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The first frame of a proxied connection: type, length (little-endian, unlike all else) and header, in one piece. */
export function proxyHead(tunnelId: string, clientAddress: string): Buffer {
  const header = { Id: tunnelId, ClientAddr: clientAddress, Proto: "https", EdgeType: "3", PassthroughTLS: false };
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(12);
  head.writeUInt32BE(streamType.proxy, 0);
  head.writeBigInt64LE(BigInt(json.length), 4);
  return Buffer.concat([head, json]);
}

/** A command from the edge to the agent: type and JSON. */
export function command(type: number, body: object): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type);
  return Buffer.concat([head, Buffer.from(JSON.stringify(body))]);
}
