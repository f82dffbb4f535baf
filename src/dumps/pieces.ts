import type { DumpedRequest } from "../model/dump.ts";
import { TelepathError } from "../model/errors.ts";
import type { HeaderList } from "../model/http.ts";
import { readHeaderLines, requestLine, skipBlankLines } from "./http/head.ts";
import { originForm } from "./http/target.ts";
import { absentBody, announcedBytes, asBuffer, distinct } from "./readings.ts";

/**
 * Headers as text, one `name: value` a line, with or without the request line before them. The body is elsewhere: see
 * `withBody`.
 *
 * @throws TelepathError `BROKEN_DUMP` with the number of the line that is no header.
 */
export function readHeaders(bytes: Uint8Array): DumpedRequest {
  const buffer = asBuffer(bytes);
  const start = skipBlankLines(buffer, 0);
  const newline = buffer.indexOf("\n", start);
  const firstLine = buffer.toString("latin1", start, newline === -1 ? buffer.length : newline).replace(/\r$/, "");
  const request = requestLine(firstLine);
  const { headers } = readHeaderLines(buffer, request && newline !== -1 ? newline + 1 : start);
  if (headers.length === 0) throw new TelepathError("BROKEN_DUMP", 'expected lines such as "Name: value", found none');
  return {
    method: request?.method ?? null,
    target: request ? originForm(request.target) : null,
    headers,
    ...absentBody(announcedBytes(headers)),
  };
}

/**
 * A request whose body lies in a file of its own. The file's bytes are the body; editors add a last newline and curl's
 * `-d @file` drops all line ends, so these are other readings of it.
 */
export function withBody(request: DumpedRequest, body: Uint8Array): DumpedRequest {
  const text = asBuffer(body).toString("latin1");
  const others = [text.replace(/\r?\n$/, ""), text.replace(/[\r\n\0]/g, "")];
  const readings = distinct(
    others.map((other) => Buffer.from(other, "latin1")),
    body,
  );
  return { ...request, body, fidelity: "exact", otherReadings: readings, notes: [] };
}

/** A file that is nothing but a body, with the signature it came with. */
export function bareBody(body: Uint8Array, signature: string): DumpedRequest {
  const headers: HeaderList = [["X-Telepath-Signature", signature]];
  return withBody({ method: null, target: null, headers, ...absentBody(null) }, body);
}
