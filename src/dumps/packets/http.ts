import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { nextMessage, requestLine, startsMessage } from "../http/head.ts";
import { readMessages } from "../http/messages.ts";
import type { Stream } from "./reassembly.ts";

const HTTP2 = Buffer.from("PRI * HTTP/2.0\r\n");

/** The HTTP/1 requests in streams, and why some of the streams could not be read. */
export function streamRequests(streams: readonly Stream[]): { requests: DumpedRequest[]; failures: TelepathError[] } {
  const failures: TelepathError[] = [];
  const requests = streams.flatMap((stream) => {
    try {
      return requestsIn(stream);
    } catch (error) {
      // Other connections of the capture are none the worse for it.
      if (!(error instanceof TelepathError)) throw error;
      failures.push(error);
      return [];
    }
  });
  return { requests, failures };
}

/**
 * The HTTP/1 requests in the streams of a capture.
 *
 * @param lost what is known to be missing: part of the error when nothing is found, of the last request's notes else.
 * @param whole requests that a tool put together itself.
 * @throws TelepathError `BROKEN_DUMP` when there is none, with what there is instead.
 */
export function requestsInStreams(
  streams: readonly Stream[],
  lost: string | null,
  whole: readonly DumpedRequest[] = [],
): DumpedRequest[] {
  const { requests: found, failures } = streamRequests(streams);
  const requests = completed(found, whole);
  const last = requests.pop();
  if (last) return [...requests, lost === null ? last : { ...last, notes: [...last.notes, `${capital(lost)}.`] }];
  if (lost !== null) throw new TelepathError("BROKEN_DUMP", lost);
  throw failures[0] ?? new TelepathError("BROKEN_DUMP", "no HTTP request in it", whatElse(streams));
}

/**
 * Requests, those that are not whole replaced by the whole one with the same headers, and the further whole ones after
 * them: tools print packets, and again what they put together from them.
 */
function completed(requests: readonly DumpedRequest[], whole: readonly DumpedRequest[]): DumpedRequest[] {
  const left = new Map<string, DumpedRequest[]>();
  for (const request of whole) {
    const key = JSON.stringify(request.headers);
    const alike = left.get(key);
    if (alike) alike.push(request);
    else left.set(key, [request]);
  }
  const merged = requests.map((request) => {
    const other = left.get(JSON.stringify(request.headers))?.shift();
    return request.fidelity === "exact" ? request : (other ?? request);
  });
  return [...merged, ...[...left.values()].flat()];
}

function requestsIn({ pieces }: Stream): DumpedRequest[] {
  const [first] = pieces;
  if (first === undefined || isHttp2(first)) return [];
  const start = messageIn(first);
  // The other side of a connection, whose bodies can quote requests.
  if (start.length > 0 && requestLine(firstLine(start)) === undefined) return [];
  const requests = [start, ...pieces.slice(1).map(messageIn)].flatMap((piece) => readMessages(piece)).map(asCaptured);
  if (pieces.length === 1) return requests;
  return requests.map((request) => (request.fidelity === "exact" ? request : withGap(request)));
}

function withGap(request: DumpedRequest): DumpedRequest {
  return { ...request, notes: [...request.notes, "Packets of this connection are missing from the capture."] };
}

/** No editor took line ends away here: what is missing was not captured. */
function asCaptured(request: DumpedRequest): DumpedRequest {
  const { declaredBytes, fidelity, otherReadings } = request;
  if (declaredBytes === null || declaredBytes === 0) return request;
  if (fidelity === "absent")
    return { ...request, notes: [`None of the ${declaredBytes} bytes of the body were captured.`] };
  const held = otherReadings.find(({ length }) => length < declaredBytes);
  if (fidelity !== "text" || held === undefined) return request;
  const notes = [`The dump holds ${held.length} of ${declaredBytes} bytes.`];
  return { ...request, body: held, fidelity: "truncated", otherReadings: [], notes };
}

/** A piece from the first message on that begins in it. */
function messageIn(piece: Buffer): Buffer {
  return startsMessage(piece, 0) ? piece : piece.subarray(nextMessage(piece, 0));
}

function firstLine(bytes: Buffer): string {
  return bytes.toString("latin1", 0, bytes.indexOf("\n")).replace(/\r$/, "");
}

function isHttp2(bytes: Buffer): boolean {
  return bytes.subarray(0, HTTP2.length).equals(HTTP2);
}

function whatElse(streams: readonly Stream[]): string | undefined {
  const starts = streams.flatMap(({ pieces }) => pieces[0] ?? []);
  if (starts.some((bytes) => bytes[0] === 0x16 && bytes[1] === 3)) {
    return "Its connections are encrypted (TLS). Capture where the requests are in clear: behind the proxy, or on lo.";
  }
  if (starts.some(isHttp2)) return "Its connections are HTTP/2. Capture behind the proxy, where they are HTTP/1.1.";
  return undefined;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
