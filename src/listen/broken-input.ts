import type { Duplex } from "node:stream";
import { systemCode } from "../model/errors.ts";
import { endBehind, type LatestExchanges } from "./latest-exchanges.ts";
import type { Notify } from "./notices.ts";

/** Sockets whose input is lost: the parser reports each further piece once more. */
const broken = new WeakSet<Duplex>();

/** Answers what the parser could not read, and ends the connection. */
export function refuseBrokenInput(
  error: Error & { rawPacket?: Uint8Array },
  socket: Duplex,
  exchanges: LatestExchanges,
  notify: Notify,
): void {
  if (broken.has(socket)) return;
  broken.add(socket);
  if (systemCode(error) === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason, code, text } = judged(error);
  notify(code, text);

  endWith(socket, exchanges, status, reason);
}

/** A request to become a tunnel to anywhere: that is no receiver's business. */
export function refuseConnect(socket: Duplex, exchanges: LatestExchanges, notify: Notify): void {
  notify("REFUSED_REQUEST", "a request was refused with 405: CONNECT");
  socket.on("error", () => {});
  endWith(socket, exchanges, 405, "Method Not Allowed");
}

/**
 * Ends a connection with an answer that belongs to no request, or to one that does not come to its end.
 *
 * Answers that are still due on it to earlier requests go first. When all of those have come whole, they end it: this
 * answer would be taken for one of them.
 */
function endWith(socket: Duplex, exchanges: LatestExchanges, status: number, reason: string): void {
  const latest = exchanges.on(socket);
  if (!latest) {
    const answer = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
    socket.end(answer, () => socket.destroy());
    return;
  }
  const { request, response } = latest;
  if (request.complete) return endBehind(latest);
  latest.closing = true;
  if (!response.headersSent) response.writeHead(status, reason, ["Connection", "close", "Content-Length", "0"]);
  response.end(() => request.destroy()); // whoever reads its body hears of no other end, once the answer is out
}

function judged(error: Error & { rawPacket?: Uint8Array }) {
  switch (systemCode(error)) {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: 431,
        reason: "Request Header Fields Too Large",
        code: "HEAD_TOO_LARGE",
        text: "a request with more than 16 KB of headers was refused with 431",
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return {
        status: 408,
        reason: "Request Timeout",
        code: "REQUEST_TIMEOUT",
        text: "a request that did not come to its end in time was refused with 408",
      };
    default:
      return { status: 400, reason: "Bad Request", code: "NOT_HTTP", text: explained(error) };
  }
}

function explained(error: Error & { rawPacket?: Uint8Array }): string {
  const isTls = error.rawPacket?.[0] === 0x16 && error.rawPacket[1] === 0x03; // RFC 8446 §5.1: a handshake record
  return isTls
    ? "TLS was spoken to the local port, which speaks plain HTTP: use http:// there"
    : `bytes that are not HTTP/1.1 were refused with 400 (${systemCode(error) ?? "unreadable"})`;
}
