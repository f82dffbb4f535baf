import type { Socket } from "node:net";
import { systemCode } from "../model/errors.ts";
import { WithoutContinue } from "./interim.ts";

/** A request as it goes out. */
export interface Message {
  head: string;
  body: Buffer;
  /** What carries it; undefined until it is being written. */
  socket: Socket | undefined;
}

/**
 * The request that is about to be written. The HTTP client announces a request and writes it in one synchronous step, so
 * one slot serves all connections.
 */
export interface Outbox {
  message: Message | undefined;
}

/** Up to this size, copying head and body into one piece costs less than writing two. */
const onePieceBytes = 8 * 1024;

/**
 * Makes a connection carry our own heads, and take answers that begin with `100 Continue`.
 *
 * The HTTP client parses answers, keeps connections and notices when they die, but it writes `host`, `connection` and
 * `content-length` in lower case, first and last, whatever a list of headers said. So it is given no headers at all, and
 * ours go out in place of what it writes. Should it one day write in another way, nothing is sent. It also drops the
 * connection on an unasked-for 100, which RFC 9110 §15.2 asks clients to take, and an answer that came while the rest of
 * the request could not be written any more.
 */
export function carryOwnHeads(socket: Socket, outbox: Outbox): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const read = socket.read.bind(socket);
  /** Until the final answer begins. */
  let answers: WithoutContinue | undefined;
  /** The body that the client is about to write, and that has gone out with its head. */
  let written: Buffer | undefined;

  socket.write = (chunk: unknown, ...rest: unknown[]) => {
    if (written !== undefined && chunk === written) {
      written = undefined;
      return true;
    }
    const { message } = outbox;
    if (message === undefined) return write(chunk, ...rest);
    outbox.message = undefined;
    if (!isHeadOf(chunk, message.head)) throw new Error("the HTTP client writes its heads in another way");
    message.socket = socket;
    answers = new WithoutContinue();
    const head = chunk.includes("\r\nconnection: close\r\n") ? withConnectionClose(message.head) : message.head;
    const { body } = message;
    written = body.length > 0 && body.length <= onePieceBytes ? body : undefined;
    return write(written ? head + body.toString("latin1") : head, "latin1");
  };

  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size) as Buffer | null;
    if (chunk === null || answers === undefined) return chunk;
    const rest = answers.rest(chunk);
    if (answers.final) answers = undefined;
    return rest.length === 0 ? null : rest;
  };

  keepReading(socket);
}

/**
 * Ends the connection of a message that was refused before all of it was sent. The next one would have to wait behind
 * the rest, which the server may never read; as it is, the server can tell that the message was not whole.
 */
export function endUnlessSent({ socket }: Message): void {
  if (socket !== undefined && socket.writableLength > 0) socket.destroy();
}

/**
 * Keeps a connection readable when it cannot be written to any more. A server that has read enough of a large body
 * answers and closes: its answer has arrived, but the write error would destroy the socket before it is read. So the
 * error waits until all that has arrived is read, and with it the write, so that no further one begins. The system tells
 * the reading side of the end too.
 */
function keepReading(socket: Socket): void {
  type Done = (error?: Error | null) => void;
  const afterReading = (done: Done): Done => {
    return (error) => {
      const wait = error && goneCodes.has(systemCode(error) ?? "") && !socket.readableEnded;
      if (wait) socket.once("end", () => done(error));
      else done(error);
    };
  };
  const write = socket._write.bind(socket);
  socket._write = (chunk, encoding, done) => write(chunk, encoding, afterReading(done));
  const writeAll = socket._writev?.bind(socket);
  if (writeAll) socket._writev = (chunks, done) => writeAll(chunks, afterReading(done));
}

const goneCodes = new Set(["EPIPE", "ECONNRESET"]);

function isHeadOf(chunk: unknown, head: string): chunk is string {
  return (
    typeof chunk === "string" && chunk.endsWith("\r\n\r\n") && chunk.startsWith(head.slice(0, head.indexOf("\r\n") + 2))
  );
}

function withConnectionClose(head: string): string {
  return `${head.slice(0, -2)}Connection: close\r\n\r\n`;
}
