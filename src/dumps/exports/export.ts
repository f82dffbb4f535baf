import type { HttpRequest } from "../../model/http.ts";

/** A request to hand on. */
export interface ExportedRequest extends HttpRequest {
  /** Where it went or is to go; without it, `http://` and the Host header. */
  url?: string | undefined;
  /** When it was sent or received; milliseconds since the epoch. */
  startedAt?: number | undefined;
}

/** A form in which requests can be handed on. */
export interface DumpExport {
  /** As `--format` and `--as` take it. */
  name: string;
  /** One line for the list of forms. */
  description: string;
  /** One document with all the requests. What it holds can do no harm where it is meant to be pasted or printed. */
  write(...requests: ExportedRequest[]): Buffer;
}
