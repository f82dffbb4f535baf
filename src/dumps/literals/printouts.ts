import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { JsonNode, Source } from "../format.ts";
import { requestsIn, signedRequestsIn } from "../values/requests.ts";
import { bodyAfter, lineEnds } from "./body-after.ts";
import type { PrintedValue, Printout } from "./language.ts";
import { printedSource } from "./nodes.ts";

/** A printed list or dictionary, and the body printed after it. */
interface Piece {
  node: JsonNode;
  start: number;
  end: number;
  /** The requests with a signature in the value alone. */
  signed: DumpedRequest[];
  body: JsonNode | undefined;
}

/** What is read in vain may be so many times the text: the time stays proportional to it. */
const MOST_IN_VAIN = 4;
/** What was given up for its depth took so many times the time of other text: a log has no hundreds of such values. */
const WEIGHT_OF_DEPTH = 16;
const FARTHEST_BEFORE = 80;
const WRAPPED_BODY = /^(?:raw_?)?body$/i;

/**
 * The requests in a log of printed values with any text between them. Where the value that has the headers has no body,
 * it is what follows: `console.log(req.headers, req.body)`, `BODY = b'…'` on the next line; or what came just before.
 *
 * @throws TelepathError `BROKEN_DUMP` when there is none, with the offset at which a value could not be read.
 */
export function printedRequests(printout: Printout): DumpedRequest[] {
  const { pieces, error } = piecesOf(printout);
  for (const read of [signedRequestsIn, requestsIn]) {
    const requests = pieces.flatMap((piece, index) => requestsOf(piece, pieces[index - 1], read));
    if (requests.length > 0) return requests;
  }
  throw error ?? new TelepathError("BROKEN_DUMP", "no printed value in it has headers and a body");
}

function piecesOf(printout: Printout): { pieces: Piece[]; error: TelepathError | undefined } {
  const { text, opener } = printout;
  const pieces: Piece[] = [];
  let firstError: TelepathError | undefined;
  let vain = 0;
  const read = (at: number): PrintedValue => {
    const value = printout.read(at);
    if (value.node === undefined) vain += (value.end - at + 1) * (value.isTooDeep === true ? WEIGHT_OF_DEPTH : 1);
    firstError ??= value.error;
    return value;
  };
  const reader = { ...printout, read, lineEnd: lineEnds(text) };
  for (let at = 0; vain <= MOST_IN_VAIN * text.length;) {
    opener.lastIndex = at;
    const start = opener.exec(text)?.index;
    if (start === undefined) break;
    const { node, end, isTooDeep } = read(start);
    at = node === undefined && isTooDeep !== true ? start + 1 : end;
    if (node === undefined) continue;
    const signed = within(node, signedRequestsIn);
    const [request] = signed;
    const isAlone = request?.fidelity === "absent" && signed.length === 1;
    const body = isAlone ? bodyAfter(reader, end, request.declaredBytes) : undefined;
    pieces.push({ node, start, end, signed, body: body?.node });
    at = Math.max(at, body?.end ?? 0);
  }
  return { pieces, error: firstError };
}

type Read = (root: JsonNode, source: Source) => DumpedRequest[];

function requestsOf(piece: Piece, before: Piece | undefined, read: Read): DumpedRequest[] {
  if (piece.body) return within(together(piece.node, piece.body), read);
  const requests = alone(piece, read);
  if (requests.length !== 1 || requests[0]?.fidelity !== "absent" || before?.node.type !== "object") return requests;
  const isNear = piece.start - before.end <= FARTHEST_BEFORE && before.body === undefined;
  if (!isNear || alone(before, read).length > 0) return requests;
  const withBefore = within(together(piece.node, before.node), read);
  return withBefore.length === 1 ? withBefore : requests;
}

function alone({ node, signed }: Piece, read: Read): DumpedRequest[] {
  return read === signedRequestsIn ? signed : within(node, read);
}

/** A value and the body printed beside it; a body in an object of its own, `{ rawBody: '…' }`, is taken out of it. */
function together(printed: JsonNode, body: JsonNode): JsonNode {
  const isWrapped =
    body.type === "object" && body.members.length <= 2 && body.members.some(({ name }) => WRAPPED_BODY.test(name));
  const members = [
    { name: "printed", value: printed },
    ...(isWrapped ? body.members : [{ name: "body", value: body }]),
  ];
  return { type: "object", members, start: 0, end: 0 };
}

function within(root: JsonNode, read: Read): DumpedRequest[] {
  return read(root, printedSource(root));
}
