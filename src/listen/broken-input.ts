import type { Duplex } from "node:stream";
import { systemCode } from "../model/errors.ts";
import type { Roll } from "../model/roll.ts";
import type { Notify } from "./notices.ts";
import type { Exchange } from "./receiver.ts";

/** Sockets whose input is lost: the parser reports each further piece once more. */
const broken = new WeakSet<Duplex>();

/** Answers what the parser could not read, and ends the connection. */
export function refuseBrokenInput(
  error: Error & { rawPacket?: Uint8Array },
  socket: Duplex,
  active: Roll<Exchange>,
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

  endWith(socket, active, `${status} ${reason}`);
}

/** A request to become a tunnel to anywhere: that is no receiver's business. */
export function refuseConnect(socket: Duplex, active: Roll<Exchange>, notify: Notify): void {
  notify("REFUSED_REQUEST", "a request was refused with 405: CONNECT");
  socket.on("error", () => {});
  endWith(socket, active, "405 Method Not Allowed");
}

/**
 * Ends a connection with an answer that belongs to no request `node:http` knows of.
 *
 * Answers that are still due on it to earlier requests go first and end it: this one would be taken for one of them.
 */
function endWith(socket: Duplex, active: Roll<Exchange>, status: string): void {
  const own = [...active].filter((exchange) => exchange.request.socket === socket);
  const due = own.filter(({ request, response }) => request.complete && !response.headersSent);
  if (due.length > 0) due.at(-1)!.closing = true;
  else if (own.some((exchange) => exchange.response.headersSent)) socket.destroy();
  else socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
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
