import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A TCP server on loopback that keeps every byte it gets and lets the test answer by hand. */
export interface RawServer {
  origin: string;
  port: number;
  /** How many connections came. */
  connections(): number;
  /** Every byte of the first connection. */
  received(): Buffer;
}

/**
 * @param onRequest called whenever a connection has gathered one more whole request (by its `Content-Length`), with the
 * bytes of that request.
 */
export async function rawServer(onRequest: (socket: Socket, request: string) => unknown): Promise<RawServer> {
  const connections: { bytes: Buffer }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = { bytes: Buffer.alloc(0) };
    let seen = 0;
    connections.push(connection);
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      connection.bytes = Buffer.concat([connection.bytes, chunk]);
      for (;;) {
        const text = connection.bytes.subarray(seen).toString("latin1");
        const end = wholeRequest(text);
        if (end === -1) return;
        seen += end;
        onRequest(socket, text.slice(0, end));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    connections: () => connections.length,
    received: () => connections.at(0)?.bytes ?? Buffer.alloc(0),
  };
}

function wholeRequest(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return -1;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : -1;
}

/** A port on which nothing listens: it was free a moment ago and is held by nobody. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const answer = (status: string, body = "", headers = "") =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
