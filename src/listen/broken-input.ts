import type { Duplex } from "node:stream";
import { systemCode } from "../model/errors.ts";
import type { Notify } from "./notices.ts";
import type { Exchange } from "./receiver.ts";

/** Sockets whose input is lost: the parser reports each further piece once more. */
const broken = new WeakSet<Duplex>();

/**
 * Answers what the parser could not read, and ends the connection.
 *
 * An answer that is still due on it to an earlier request goes first: ours would be taken for it.
 */
export function refuseBrokenInput(
  error: Error & { rawPacket?: Uint8Array },
  socket: Duplex,
  active: ReadonlySet<Exchange>,
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

  const own = [...active].filter((exchange) => exchange.request.socket === socket);
  if (own.some((exchange) => exchange.request.complete && !exchange.response.headersSent)) {
    for (const exchange of own) exchange.closing = true;
    return;
  }
  if (own.some((exchange) => exchange.response.headersSent)) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
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
