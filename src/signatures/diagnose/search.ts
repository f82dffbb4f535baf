import type { Secret } from "../../model/secret.ts";
import { headerValues } from "../../model/http.ts";
import { bodyCandidates, lastCandidates } from "./bodies.ts";
import type { BodyView } from "./body.ts";
import type { Wanted } from "./body-json.ts";
import type { BodyCandidate, Cause } from "./cause.ts";
import type { Target } from "./header.ts";
import { hmac, schemesFor, type Scheme, type SignedParts } from "./scheme.ts";
import { changedKeys, givenKeys, twiceChangedKeys, type KeyCandidate } from "./secret.ts";

/** How long a search goes on, in milliseconds. */
export const longestSearch = 2_000;

/** The first pairs of a body and a key are tried; more would take long without being likelier. */
const pairedBodies = 60;
const pairedKeys = 40;
const twiceChanged = 300;
/** Candidates of larger bodies are not kept for pairs. */
const largestPaired = 256 * 1024;

export interface SearchInput {
  /** The readings of the body, likeliest first. */
  bodies: readonly BodyView[];
  secrets: readonly Secret[];
  targets: readonly Target[];
  request: SignedParts;
  /** Milliseconds of a clock that only goes forward. */
  now: () => number;
}

/** What made the digest that a header holds. */
export interface Match {
  body: Buffer;
  key: KeyCandidate;
  bodyCauses: Cause[];
  scheme: Scheme | null;
  target: Target;
}

export interface SearchResult {
  match: Match | null;
  /** How many combinations were hashed. */
  tried: number;
  stoppedEarly: boolean;
}

interface Attempt {
  bytes: Buffer;
  candidate: BodyCandidate | null;
  key: KeyCandidate;
  scheme: Scheme | null;
}

/**
 * Looks for the body, key and formula that give a digest of the header. Fewer changes come first and likelier ones
 * before others with as many, so the first match is the simplest explanation.
 */
export function search(input: SearchInput): SearchResult {
  const end = input.now() + longestSearch;
  let stoppedEarly = false;
  const stop = (): boolean => (stoppedEarly ||= input.now() > end);
  const algorithms = [...new Set(input.targets.map(({ algorithm }) => algorithm))];
  let tried = 0;
  if (algorithms.length === 0) return { match: null, tried, stoppedEarly };

  for (const { bytes, candidate, key, scheme } of attempts(input, stop)) {
    if ((tried % 32 === 0 || bytes.length > 32_768) && stop()) break;
    tried += 1;
    for (const algorithm of algorithms) {
      const digest = scheme === null ? hmac(algorithm, key, bytes) : scheme.digest(bytes, key, algorithm);
      const target = input.targets.find(
        (wanted) => wanted.algorithm === algorithm && startsWith(digest, wanted.digest),
      );
      if (target === undefined) continue;
      return {
        match: { body: bytes, key, bodyCauses: candidate?.causes() ?? [], scheme, target },
        tried,
        stoppedEarly,
      };
    }
  }
  return { match: null, tried, stoppedEarly };
}

function* attempts({ bodies, secrets, targets, request }: SearchInput, stop: () => boolean): Generator<Attempt> {
  const given = givenKeys(secrets);
  const changed = changedKeys(secrets);
  const schemes = schemesFor(request, targets);
  const anyLength: Wanted = { length: () => true, stop };

  yield* each(bodies, given);
  yield* each(bodies, changed);
  for (const body of bodies) yield* withKeys(bodyCandidates(body, 1, anyLength), given);
  yield* each(bodies, given, schemes);
  yield* each(bodies, twiceChangedKeys(secrets, twiceChanged));
  for (const body of bodies) yield* withKeys(bodyCandidates(body, 2, wantedOf(body, stop)), given);
  for (const body of bodies) {
    if (body.bytes.length > largestPaired) continue;
    const paired = [...first(pairedBodies, bodyCandidates(body, 1, anyLength))];
    yield* withKeys(paired, changed.slice(0, pairedKeys));
    yield* each([body], changed.slice(0, pairedKeys), schemes);
  }
  for (const body of bodies) yield* withKeys(lastCandidates(body, wantedOf(body, stop)), given);
}

/** The bodies as they are held. */
function* each(
  bodies: readonly Pick<BodyView, "bytes">[],
  keys: readonly KeyCandidate[],
  schemes: readonly (Scheme | null)[] = [null],
): Generator<Attempt> {
  for (const { bytes } of bodies)
    for (const key of keys) for (const scheme of schemes) yield { bytes, candidate: null, key, scheme };
}

function* withKeys(candidates: Iterable<BodyCandidate>, keys: readonly KeyCandidate[]): Generator<Attempt> {
  for (const candidate of candidates)
    for (const key of keys) yield { bytes: candidate.bytes, candidate, key, scheme: null };
}

function* first<Item>(count: number, items: Iterable<Item>): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken >= count) return;
    taken += 1;
    yield item;
  }
}

/**
 * Where the dump's own length tells that the body held is not the one sent, it tells which candidates are. A coding of
 * the message makes it the length of something else (RFC 9110 §8.6).
 */
function wantedOf({ bytes, declaredBytes, headers }: BodyView, stop: () => boolean): Wanted {
  const coded = ["content-encoding", "transfer-encoding"].some((name) => headerValues(headers, name).length > 0);
  const telling = declaredBytes !== null && declaredBytes !== bytes.length && !coded;
  return { length: telling ? (length) => length === declaredBytes : () => true, stop };
}

function startsWith(digest: Buffer, wanted: Buffer): boolean {
  return digest.subarray(0, wanted.length).equals(wanted);
}
