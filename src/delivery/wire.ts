import type { Socket } from "node:net";

/**
 * The head of the request that is about to be written. The HTTP client announces a request and writes it in one
 * synchronous step, so one slot serves all connections.
 */
export interface Outbox {
  head: string | undefined;
}

/**
 * Makes a connection carry our own heads, and take answers that begin with `100 Continue`.
 *
 * The HTTP client parses answers, keeps connections and notices when they die, but it writes `host`, `connection` and
 * `content-length` in lower case, first and last, whatever the list said; and it drops the connection on an unasked-for
 * 100, which RFC 9110 §15.2 asks clients to take. Should it one day write its heads in another way, they go out as it
 * makes them: the message stays correct and only the place and the case of these three are lost.
 */
export function carryOwnHeads(socket: Socket, outbox: Outbox): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const read = socket.read.bind(socket);
  let answerBegins = false;
  let held: Buffer | undefined;

  socket.write = (chunk: unknown, ...rest: unknown[]) => {
    const { head } = outbox;
    if (head === undefined || !isHeadOf(chunk, head)) return write(chunk, ...rest);
    outbox.head = undefined;
    answerBegins = true;
    held = undefined;
    return write(chunk.includes("\r\nconnection: close\r\n") ? withConnectionClose(head) : head, ...rest);
  };

  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size) as Buffer | null;
    if (chunk === null || !answerBegins) return chunk;
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    const answer = afterContinue(bytes);
    held = answer === undefined ? bytes : undefined;
    if (answer === undefined || answer.length === 0) return null;
    answerBegins = false;
    return answer;
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

const interim = "HTTP/1.1 100";
const longestInterim = 16_384;

/** What follows the `100 Continue` answers at the start; undefined while that cannot be told. */
function afterContinue(bytes: Buffer): Buffer | undefined {
  const start = bytes.toString("latin1", 0, interim.length);
  if (!interim.startsWith(start)) return bytes;
  if (start.length < interim.length) return bytes.length === 0 ? bytes : undefined;
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return bytes.length > longestInterim ? bytes : undefined;
  return afterContinue(bytes.subarray(end + 4));
}
