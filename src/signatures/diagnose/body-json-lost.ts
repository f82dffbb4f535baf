import type { BodyView } from "./body.ts";
import type { BodyCandidate, Cause } from "./cause.ts";
import { orderCause, rawBodyAdvice } from "./json-causes.ts";
import { JsonDocument, joined } from "./json-document.ts";
import { compact, layouts } from "./json-layouts.ts";
import { printJson, type JsonShape, type Layout } from "./json-print.ts";

/** The most candidates for one kind of loss, and the most bytes of them. More would outlast a reader's patience. */
const mostTries = 20_000;
const mostBytes = 16 * 1024 * 1024;
const mostOrders = 5_040;

/**
 * What a parser threw away and only trying brings back: which whole numbers were written with ".0", the last digits of
 * rounded integers, and the order of a few members. Comes last in a search: many candidates, each unlikely.
 */
export function* jsonLost(body: BodyView): Generator<BodyCandidate> {
  const document = JsonDocument.of(body);
  if (document === undefined) return;
  const gaps = [document.heldGaps];
  if (document.gaps({ spacing: compact }).join() !== document.heldGaps.join())
    gaps.push(document.gaps({ spacing: compact }));
  for (const each of gaps) {
    yield* floats(each, document.tokens, body.declaredBytes);
    yield* roundedDigits(each, document.tokens);
  }
  yield* orders(
    document,
    layouts.filter((layout) => layout.name === "compact" || document.isHeldIn(layout)),
  );
}

/** Puts ".0" behind some of the whole numbers. The declared length tells behind how many. */
function* floats(
  gaps: readonly string[],
  tokens: readonly string[],
  declared: number | null,
): Generator<BodyCandidate> {
  const places = placesOf(tokens, (token) => /^-?\d{1,15}$/.test(token));
  const bytes = Buffer.byteLength(joined(gaps, tokens), "utf8");
  const missing = declared === null ? 0 : declared - bytes;
  const sizes = missing > 0 && missing % 2 === 0 ? [missing / 2] : declared === null ? [1, 2] : [1];
  for (const size of sizes) {
    if (size > places.length || !isAffordable(combinations(places.length, size), bytes)) continue;
    for (const chosen of subsets(places.length, size)) {
      const written = tokens.slice();
      for (const index of chosen) written[places[index]!] += ".0";
      yield candidate(joined(gaps, written), () =>
        floatCause(chosen.map((index) => nameOf(tokens, gaps, places[index]!))),
      );
    }
  }
}

function floatCause(names: string[]): Cause {
  return {
    code: "json-float-format",
    side: "dump",
    step: `put ".0" back behind ${names.length === 1 ? "the whole number" : "the whole numbers"} at ${names.join(", ")}`,
    summary: 'Numbers that were signed with ".0" lost it when the JSON was parsed and written again.',
    advice: rawBodyAdvice,
  };
}

/** Tries the integers that JavaScript rounds to the ones held: 64-bit ids have up to 3 lost digits. */
function* roundedDigits(gaps: readonly string[], tokens: readonly string[]): Generator<BodyCandidate> {
  const rounded = [
    ...new Set(tokens.filter((token) => /^-?\d{16,19}$/.test(token) && JSON.stringify(Number(token)) === token)),
  ];
  const choices = rounded.map(sameDouble);
  const tries = choices.reduce((count, each) => count * each.length, 1);
  if (rounded.length === 0 || !isAffordable(tries, joined(gaps, tokens).length)) return;
  for (const picked of product(choices)) {
    const meant = new Map(rounded.map((raw, index) => [raw, picked[index]!]));
    const written = tokens.map((token) => meant.get(token) ?? token);
    yield candidate(joined(gaps, written), () => roundedCause(rounded.length));
  }
}

function roundedCause(numbers: number): Cause {
  return {
    code: "json-number-precision",
    side: "dump",
    step: `restore the last digits of ${numbers === 1 ? "a big integer" : `${numbers} big integers`}`,
    summary:
      "Big integers were rounded to 53 bits, as JavaScript does when it parses JSON; their last digits were found by trying.",
    advice: rawBodyAdvice,
  };
}

/** The integers that are the same double as one held, nearest first. */
function sameDouble(raw: string): string[] {
  const held = BigInt(raw);
  const double = Number(raw);
  const same: string[] = [];
  for (let distance = 0n; same.length < mostTries; distance += 1n) {
    const near = distance === 0n ? [held] : [held + distance, held - distance];
    const kept = near.filter((integer) => Number(integer) === double);
    if (kept.length === 0) return same;
    same.push(...kept.map(String));
  }
  return same;
}

/** Every order of the members of a small value. */
function* orders({ shape, tokens }: JsonDocument, printed: readonly Layout[]): Generator<BodyCandidate> {
  if (orderCount(shape) > mostOrders) return;
  for (const ordered of arrangements(shape)) {
    for (const { spacing, end } of printed) {
      const text = printJson(ordered, spacing, (token) => tokens[token]!) + end;
      yield candidate(text, () => orderCause({ code: "json-key-order", name: "in an order found by trying" }));
    }
  }
}

function orderCount(shape: JsonShape): number {
  if (shape.kind === "scalar") return 1;
  if (shape.kind === "array") return shape.items.reduce((count, item) => count * orderCount(item), 1);
  return shape.members.reduce((count, { value }, index) => count * (index + 1) * orderCount(value), 1);
}

function* arrangements(shape: JsonShape): Generator<JsonShape> {
  if (shape.kind === "scalar") yield shape;
  else if (shape.kind === "array") {
    for (const items of product(shape.items.map((item) => [...arrangements(item)]))) yield { kind: "array", items };
  } else {
    const values = shape.members.map((member) => [...arrangements(member.value)]);
    for (const picked of product(values)) {
      const members = shape.members.map(({ name }, index) => ({ name, value: picked[index]! }));
      for (const permuted of permutations(members)) yield { kind: "object", members: permuted };
    }
  }
}

function* permutations<Item>(items: Item[]): Generator<Item[]> {
  if (items.length < 2) yield items;
  for (const [index, first] of items.length < 2 ? [] : items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [first, ...rest];
  }
}

/** Every way to pick one of each list; the later lists change fastest. */
function* product<Item>(choices: Item[][]): Generator<Item[]> {
  const [first, ...rest] = choices;
  if (first === undefined) yield [];
  else for (const item of first) for (const others of product(rest)) yield [item, ...others];
}

function* subsets(count: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - size; first += 1) {
    for (const rest of subsets(count, size - 1, first + 1)) yield [first, ...rest];
  }
}

function combinations(count: number, size: number): number {
  let result = 1;
  for (let index = 0; index < size && result <= mostTries; index += 1)
    result = (result * (count - index)) / (index + 1);
  return result;
}

function isAffordable(tries: number, bytes: number): boolean {
  return tries <= mostTries && tries * bytes <= mostBytes;
}

function placesOf(tokens: readonly string[], wanted: (token: string) => boolean): number[] {
  return tokens.flatMap((token, place) => (wanted(token) ? [place] : []));
}

/** The name of the member a number stands in, or its place among the tokens. */
function nameOf(tokens: readonly string[], gaps: readonly string[], place: number): string {
  const name = tokens[place - 1];
  const isMember = gaps[place]!.trim() === ":" && name !== undefined && /^"[\w$.-]{1,60}"$/.test(name);
  return isMember ? name : `token ${place + 1}`;
}

function candidate(text: string, cause: () => Cause): BodyCandidate {
  return { bytes: Buffer.from(text, "utf8"), causes: () => [cause()], reveals: false };
}
