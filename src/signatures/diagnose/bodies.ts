import { copyTransformations } from "./body-copy.ts";
import { encodingTransformations } from "./body-encoding.ts";
import { formTransformations } from "./body-form.ts";
import { jsonLost } from "./body-json-lost.ts";
import { jsonOrders } from "./body-json-orders.ts";
import { jsonInside } from "./body-json-shape.ts";
import { jsonReprints, type JsonReprints, type Wanted } from "./body-json.ts";
import { constantBodies } from "./body-sender.ts";
import { finishingTransformations, textTransformations } from "./body-text.ts";
import type { BodyView } from "./body.ts";
import { undone, type BodyCandidate } from "./cause.ts";

/** Three changes of a JSON text are tried without a length that tells which are possible up to this many bytes. */
const largestUntold = 8_192;

/** The other changes of a body up to this many bytes are made once and kept for the pairs. */
const largestKept = 64 * 1024;

/** A new family of body causes is one more line here. Likelier families come first. */
function* oneChange(body: BodyView, wanted: Wanted): Generator<BodyCandidate> {
  yield* undone(textTransformations, body);
  yield* reprintsOf(body)?.withChanges(1, wanted) ?? [];
  yield* otherChanges(body);
  yield* undone(constantBodies, body);
}

const kept = new WeakMap<BodyView, readonly BodyCandidate[]>();

function otherChanges(body: BodyView): Iterable<BodyCandidate> {
  if (body.bytes.length > largestKept) return madeChanges(body);
  let candidates = kept.get(body);
  if (candidates === undefined) kept.set(body, (candidates = [...madeChanges(body)]));
  return candidates;
}

function* madeChanges(body: BodyView): Generator<BodyCandidate> {
  yield* jsonInside(body);
  yield* undone(encodingTransformations, body);
  yield* undone(copyTransformations, body);
  yield* undone(formTransformations, body);
}

/**
 * The bodies that may have been signed when so many things happened to them: one, or two one after the other. What a
 * decoding reveals is looked at like a body of its own; any other change may go along with new line ends.
 */
export function* bodyCandidates(body: BodyView, changes: 1 | 2 | 3, wanted: Wanted): Generator<BodyCandidate> {
  if (changes === 1) {
    yield* oneChange(body, wanted);
    return;
  }
  yield* fitting(reprintsOf(body)?.withChanges(changes, wanted) ?? [], wanted);
  const revealed = new Map<number, Buffer[]>();
  for (const outer of [...undone(textTransformations, body), ...otherChanges(body)]) {
    if (wanted.stop()) return;
    if (outer.reveals && isKnown(outer.bytes, revealed)) continue;
    const inner = body.with(outer.bytes);
    const further = outer.reveals
      ? bodyCandidates(inner, changes === 3 ? 2 : 1, wanted)
      : changes === 2
        ? undone(finishingTransformations, inner)
        : [];
    for (const candidate of fitting(further, wanted)) {
      yield { ...candidate, causes: () => [...outer.causes(), ...candidate.causes()] };
    }
  }
}

/** Whether another decoding gave the same, which has been looked at then. */
function isKnown(bytes: Buffer, known: Map<number, Buffer[]>): boolean {
  const alike = known.get(bytes.length) ?? [];
  if (alike.some((other) => other.equals(bytes))) return true;
  known.set(bytes.length, [...alike, bytes]);
  return false;
}

/**
 * What comes last, because it is many candidates: what a parser has thrown away, and chains of three changes where the
 * body's length or form says that it is not the one sent.
 */
export function* lastCandidates(body: BodyView, wanted: Wanted): Generator<BodyCandidate> {
  yield* jsonLost(body);
  const telling = !wanted.length(body.bytes.length) || body.json === undefined;
  const changesOfJson = telling ? [3, 4, 5, 6] : body.bytes.length <= largestUntold ? [3] : [];
  for (const changes of changesOfJson) {
    yield* fitting(reprintsOf(body)?.withChanges(changes, wanted) ?? [], wanted);
  }
  yield* fitting(jsonOrders(body), wanted);
  if (telling) yield* bodyCandidates(body, 3, wanted);
}

const reprints = new WeakMap<BodyView, JsonReprints | undefined>();

/** Parsed trees and the choices that matter are worked out once for a body. */
function reprintsOf(body: BodyView): JsonReprints | undefined {
  if (!reprints.has(body)) reprints.set(body, jsonReprints(body));
  return reprints.get(body);
}

function* fitting(candidates: Iterable<BodyCandidate>, { length }: Wanted): Generator<BodyCandidate> {
  for (const candidate of candidates) if (length(candidate.bytes.length)) yield candidate;
}
