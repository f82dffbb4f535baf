import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** One connection on which a test writes bytes as it likes and reads what comes back. */
export interface RawSocket {
  socket: Socket;
  write(bytes: string | Uint8Array): void;
  /** Resolves to all that has come (latin1) as soon as it holds the text; rejects when the connection ends before. */
  until(text: string): Promise<string>;
  /** Resolves to all that has come once the other side has closed. */
  end(): Promise<string>;
}

export async function rawSocket(port: number): Promise<RawSocket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  let received = "";
  let closed = false;
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((check) => check());
  socket.on("data", (bytes) => ((received += bytes.toString("latin1")), wake()));
  socket.on("error", () => {});
  socket.on("close", () => ((closed = true), wake()));

  const wait = (done: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (done()) resolve(received);
        else if (closed) reject(new Error(`the connection ended after: ${JSON.stringify(received)}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return {
    socket,
    write: (bytes) => void socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
    until: (text) => wait(() => received.includes(text)),
    end: () => wait(() => closed),
  };
}

/** Writes everything and resolves to all that comes back until the other side closes. */
export async function exchange(port: number, ...bytes: (string | Uint8Array)[]): Promise<string> {
  const connection = await rawSocket(port);
  for (const piece of bytes) connection.write(piece);
  return await connection.end();
}

/** The status of an answer's text. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}
