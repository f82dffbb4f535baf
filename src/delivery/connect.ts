import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where to, in the HTTP client's terms. */
export interface ConnectTo {
  hostname: string;
  port: string;
  protocol: string;
}

export interface ConnectTerms {
  /** Milliseconds until a connection that does not come about is given up. */
  timeoutMs: number;
  /** Take any certificate. */
  insecure: boolean;
}

/** A connection did not come about in time. */
export class ConnectTimeout extends Error {
  readonly code = "ETIMEDOUT";
}

/**
 * Opens a connection and calls back once, when it can be written to or has failed. `localhost` reaches servers on
 * 127.0.0.1 and on ::1 alike. The certificate must be for the host of the URL, whatever the `Host` header says.
 *
 * @returns the socket, so that whoever shuts down can end an attempt under way
 */
export function openConnection(
  to: ConnectTo,
  terms: ConnectTerms,
  callback: (error: Error | null, socket: Socket | null) => void,
): Socket {
  const secure = to.protocol === "https:";
  const host = to.hostname;
  const address = { host, port: Number(to.port || (secure ? 443 : 80)), ...families(host, terms.timeoutMs) };
  const socket = secure
    ? connectTls({
        ...address,
        ...(isIP(host) ? {} : { servername: host }),
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: !terms.insecure,
      })
    : connectTcp(address);

  const timer = setTimeout(() => socket.destroy(new ConnectTimeout("connecting took too long")), terms.timeoutMs);
  let called = false;
  const settle = (error: Error | null): void => {
    clearTimeout(timer);
    if (called) return;
    called = true;
    callback(error, error ? null : socket);
  };
  socket.setNoDelay(true);
  socket.once(secure ? "secureConnect" : "connect", () => settle(null));
  socket.on("error", settle);
  socket.once("close", () => settle(new Error("closed while connecting")));
  return socket;
}

/** How the addresses of a name are tried. */
interface Families {
  autoSelectFamily: true;
  /** Milliseconds for each address but the last. */
  autoSelectFamilyAttemptTimeout: number;
  lookup?: LookupFunction;
}

/**
 * Several addresses of a name are tried in turn (RFC 8305). Node gives each 250 ms and looks at its clock before it looks
 * at its sockets: a process that was busy for longer than that took a connection for one that had not come about. A
 * port of this machine on which nothing listens says so at once, so there nothing has to be cut short.
 */
function families(host: string, timeoutMs: number): Families {
  const tried = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: Math.min(attemptMs, timeoutMs) } as const;
  return host === "localhost" ? { ...tried, autoSelectFamilyAttemptTimeout: timeoutMs, lookup: loopback } : tried;
}

const attemptMs = 2000;

/** `localhost` is this machine and nobody is asked (RFC 6761 §6.3): many a hosts file knows only one of the two. */
const loopback: LookupFunction = (_host, _options, callback) => {
  callback(null, [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ]);
};
