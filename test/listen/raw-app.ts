import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A request as it stood on the wire. */
export interface WireRequest {
  /** Request line and header lines, latin1, without the blank line. */
  lines: string[];
  body: Buffer;
}

export interface RawApp {
  port: number;
  requests: WireRequest[];
  /** Every connection that was ever opened. */
  connections: number;
  /** Every byte of each of them. */
  streams: Buffer[];
  /** Resolves once so many requests have come whole. */
  received(count: number): Promise<void>;
}

export const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** An app over bare sockets: it keeps the bytes it is sent, and answers with the bytes it is told to. */
export async function rawApp(
  answer: (socket: Socket, request: WireRequest) => void = says(ok),
  atPort = 0,
): Promise<RawApp> {
  const waiting = new Set<() => void>();
  const app: RawApp = {
    port: 0,
    requests: [],
    connections: 0,
    streams: [],
    received: (count) =>
      new Promise((resolve) => {
        const check = (): void => void (app.requests.length >= count && resolve());
        waiting.add(check);
        check();
      }),
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const stream = app.connections++;
    app.streams.push(Buffer.alloc(0));
    sockets.add(socket);
    socket.on("error", () => {});
    let held: Buffer = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      held = Buffer.concat([held, bytes]);
      app.streams[stream] = Buffer.concat([app.streams[stream]!, bytes]);
      for (let next = taken(held); next; next = taken(held)) {
        held = next.rest;
        app.requests.push(next.request);
        answer(socket, next.request);
        waiting.forEach((check) => check());
      }
    });
  });
  server.listen(atPort, "127.0.0.1");
  await once(server, "listening");
  app.port = (server.address() as AddressInfo).port;
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return app;
}

/** The lines of a request without those the gateway adds, as any proxy does. */
export function asSent({ lines }: Pick<WireRequest, "lines">): string[] {
  return lines.filter((line) => !/^(x-forwarded-(for|host|proto)|via):/i.test(line));
}

export function says(bytes: string | Uint8Array): (socket: Socket) => void {
  return (socket) => void socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
}

/** The first whole request. Chunked ones do not occur: the gateway sends Content-Length. */
function taken(bytes: Buffer): { request: WireRequest; rest: Buffer } | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const lines = bytes.toString("latin1", 0, end).split("\r\n");
  const length = Number(lines.find((line) => /^content-length:/i.test(line))?.slice("content-length:".length) ?? 0);
  const start = end + 4;
  if (bytes.length < start + length) return null;
  return { request: { lines, body: bytes.subarray(start, start + length) }, rest: bytes.subarray(start + length) };
}
