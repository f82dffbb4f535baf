import type { BodyState } from "../../model/delivery.ts";
import { TelepathError } from "../../model/errors.ts";
import type { HttpRequest, HttpResponse } from "../../model/http.ts";

/** A request to hand on. */
export interface ExportedRequest extends HttpRequest {
  /** Where it went or is to go; without it, `http://` and the Host header. */
  url?: string | undefined;
  /** When it was sent or received; milliseconds since the epoch. */
  startedAt?: number | undefined;
  /** How much of the body that is; `whole` when left out. */
  bodyState?: BodyState | undefined;
  /** What answered it and how long that took, for the forms that hold answers. */
  answer?: { response: HttpResponse; durationMs: number } | undefined;
}

/** A form in which requests can be handed on. */
export interface DumpExport {
  /** As `--format` and `--as` take it. */
  name: string;
  /** One line for the list of forms. */
  description: string;
  /** Nothing in it acts on a terminal. False for those that hold a body byte for byte. */
  isPrintable: boolean;
  /** It is made to be passed around, so credentials and phone numbers are taken out unless somebody wants them. */
  redactsByDefault: boolean;
  /** It holds the signature that was sent. False for those whose body is signed anew when it is sent. */
  keepsSignature: boolean;
  /**
   * One document with all the requests, a piece at a time. What it holds can do no harm where it is meant to be pasted.
   *
   * @param refused hears of a request that cannot be written in this form, which is then left out; by default it throws
   * @throws TelepathError `UNEXPORTABLE`
   */
  pieces(requests: Iterable<ExportedRequest>, refused?: Refused): Generator<Buffer>;
  /** The same at once. */
  write(...requests: ExportedRequest[]): Buffer;
}

export type Refused = (error: TelepathError, request: ExportedRequest) => void;

/** What makes a form: how one request is written, and what stands around it. */
interface Form {
  name: string;
  description: string;
  request: (request: ExportedRequest) => Buffer;
  /** Before the first request, between two, after the last. */
  opening?: string;
  separator?: string;
  closing?: string;
  isPrintable?: boolean;
  redactsByDefault?: boolean;
  keepsSignature?: boolean;
  /** Nobody who reads this form takes a damaged body for the one that was sent. */
  takesDamagedBodies?: boolean;
}

export function dumpExport(form: Form): DumpExport {
  const { name, description, isPrintable = true, redactsByDefault = false, keepsSignature = true } = form;
  const { opening = "", separator = "", closing = "" } = form;
  function* pieces(requests: Iterable<ExportedRequest>, refused: Refused = rethrow): Generator<Buffer> {
    let before = opening;
    for (const request of requests) {
      const piece = attempt(form, request, refused);
      if (piece === undefined) continue;
      yield Buffer.concat([Buffer.from(before), piece]);
      before = separator;
    }
    yield Buffer.from((before === opening ? opening : "") + closing);
  }
  const write = (...requests: ExportedRequest[]): Buffer => Buffer.concat([...pieces(requests)]);
  return { name, description, isPrintable, redactsByDefault, keepsSignature, pieces, write };
}

function attempt(form: Form, request: ExportedRequest, refused: Refused): Buffer | undefined {
  try {
    checkBody(form, request);
    return form.request(request);
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    refused(error, request);
    return undefined;
  }
}

function rethrow(error: TelepathError): never {
  throw error;
}

const damages: Record<Exclude<BodyState, "whole">, string> = {
  "too-large": "its body was cut at the size limit",
  incomplete: "its body is not there to the end",
  inexact: "its body is not, byte for byte, the one that was sent",
};

/** What was cut or printed anew must not be taken for what was sent, by anybody who reads or runs the export. */
function checkBody({ name, takesDamagedBodies = false }: Form, { bodyState = "whole" }: ExportedRequest): void {
  if (bodyState === "whole" || takesDamagedBodies) return;
  throw unexportable(`${damages[bodyState]}, which the form ${name} cannot say`, "--format json can");
}

export function unexportable(message: string, hint: string): TelepathError {
  return new TelepathError("UNEXPORTABLE", message, hint);
}
