import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { JsonNode, Source } from "../format.ts";
import { requestsIn, signedRequestsIn } from "../values/requests.ts";
import { bodyAfter, lineEnds, type Searched } from "./body-after.ts";
import type { PrintedValue, Printout } from "./language.ts";
import { PrintedSource } from "./nodes.ts";

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
  const search = new Search(printout);
  const signed: DumpedRequest[] = [];
  const unsigned: Piece[] = [];
  let before: Piece | undefined;
  for (let piece = search.next(); piece !== undefined; piece = search.next()) {
    for (const request of requestsOf(piece, before, signedRequestsIn)) signed.push(request);
    if (signed.length === 0) unsigned.push(piece);
    before = piece;
  }
  if (signed.length > 0) return signed;
  const requests = unsigned.flatMap((piece, index) => requestsOf(piece, unsigned[index - 1], requestsIn));
  if (requests.length > 0) return requests;
  throw search.error ?? new TelepathError("BROKEN_DUMP", "no printed value in it has headers and a body");
}

/** Goes through a text from one printed value to the next. */
class Search {
  /** Why the first value that could not be read could not. */
  error: TelepathError | undefined;
  private readonly printout: Searched;
  private readonly opener: RegExp;
  private at = 0;
  private vain = 0;

  constructor(printout: Printout) {
    const { text, encoding, opener, valueStart } = printout;
    const read = (at: number): PrintedValue => {
      const value = printout.read(at);
      if (value.node === undefined) this.failed(at, value);
      return value;
    };
    this.opener = opener;
    this.printout = { text, encoding, opener, valueStart, read, lineEnd: lineEnds(text) };
  }

  next(): Piece | undefined {
    const { text } = this.printout;
    while (this.vain <= MOST_IN_VAIN * text.length) {
      this.opener.lastIndex = this.at;
      const start = this.opener.exec(text)?.index;
      if (start === undefined) return undefined;
      const { node, end, isTooDeep } = this.printout.read(start);
      this.at = node === undefined && isTooDeep !== true ? start + 1 : end;
      if (node !== undefined) return this.piece(node, start, end);
    }
    return undefined;
  }

  private piece(node: JsonNode, start: number, end: number): Piece {
    const signed = within(node, signedRequestsIn);
    const [request] = signed;
    const isAlone = request?.fidelity === "absent" && signed.length === 1;
    const body = isAlone ? bodyAfter(this.printout, end, request.declaredBytes) : undefined;
    this.at = Math.max(end, body?.end ?? 0);
    return { node, start, end, signed, body: body?.node };
  }

  private failed(at: number, { end, isTooDeep, error }: PrintedValue): void {
    this.vain += (end - at + 1) * (isTooDeep === true ? WEIGHT_OF_DEPTH : 1);
    this.error ??= error;
  }
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
  return read(root, new PrintedSource(root));
}
