import type { Socket } from "node:net";
import { WithoutContinue } from "./interim.ts";

/**
 * The request that is about to be written. The HTTP client announces a request and writes it in one synchronous step, so
 * one slot serves all connections.
 */
export interface Outbox {
  message: { head: string; body: Buffer } | undefined;
}

/** Up to this size, copying head and body into one piece costs less than writing two. */
const onePieceBytes = 8 * 1024;

/**
 * Makes a connection carry our own heads, and take answers that begin with `100 Continue`.
 *
 * The HTTP client parses answers, keeps connections and notices when they die, but it writes `host`, `connection` and
 * `content-length` in lower case, first and last, whatever a list of headers said. So it is given no headers at all, and
 * ours go out in place of what it writes. Should it one day write in another way, nothing is sent. It also drops the
 * connection on an unasked-for 100, which RFC 9110 §15.2 asks clients to take.
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
}

function isHeadOf(chunk: unknown, head: string): chunk is string {
  return (
    typeof chunk === "string" && chunk.endsWith("\r\n\r\n") && chunk.startsWith(head.slice(0, head.indexOf("\r\n") + 2))
  );
}

function withConnectionClose(head: string): string {
  return `${head.slice(0, -2)}Connection: close\r\n\r\n`;
}
