import type { BodyView } from "./body.ts";
import type { BodyCandidate, Cause } from "./cause.ts";
import { isAffordable, mostTries, product, subsetCount, subsets } from "./combinations.ts";
import { layoutCause, rawBodyAdvice } from "./json-causes.ts";
import { JsonDocument, placesOf, type Place } from "./json-document.ts";
import { compact, layouts } from "./json-layouts.ts";
import { printJson } from "./json-print.ts";

/**
 * What a parser threw away and only trying brings back: which whole numbers were written with ".0", and the last digits
 * of rounded integers. Comes last in a search: many candidates, each unlikely.
 */
export function* jsonLost(body: BodyView): Generator<BodyCandidate> {
  const document = JsonDocument.of(body);
  if (document === undefined) return;
  const printed = printJson(document.shape, { spacing: compact, end: "" }, document.tokens);
  const isCompact = printed.equals(body.bytes);
  for (const text of isCompact ? [printed] : [body.bytes, printed]) {
    const tokens = placesOf(text);
    const layout = text === printed && !isCompact ? [layoutCause(body.text!, layouts[0]!)] : [];
    for (const lost of [floats(text, tokens, body.declaredBytes), roundedDigits(text, tokens)]) {
      for (const candidate of lost) yield { ...candidate, causes: () => [...layout, ...candidate.causes()] };
    }
  }
}

/** Puts ".0" behind some of the whole numbers. The declared length tells behind how many. */
function* floats(text: Buffer, tokens: readonly Place[], declared: number | null): Generator<BodyCandidate> {
  const whole = tokens.filter((token) => /^-?\d{1,15}$/.test(textOf(text, token)));
  const missing = declared === null ? 0 : declared - text.length;
  const sizes = missing > 0 && missing % 2 === 0 ? [missing / 2] : declared === null ? [1, 2] : [1];
  for (const size of sizes) {
    if (size > whole.length || !isAffordable(subsetCount(whole.length, size), text.length)) continue;
    for (const chosen of subsets(whole.length, size)) {
      const ends = chosen.map((index) => whole[index]!.end);
      const bytes = edited(
        text,
        ends.map((at) => ({ start: at, end: at, text: ".0" })),
      );
      yield candidate(bytes, () => floatCause(chosen.map((index) => nameOf(text, tokens, whole[index]!))));
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
function* roundedDigits(text: Buffer, tokens: readonly Place[]): Generator<BodyCandidate> {
  const big = tokens.filter(({ start, end }) => end - start >= 16 && end - start <= 20);
  const rounded = [...new Set(big.map((token) => textOf(text, token)).filter(isRounded))];
  const choices = rounded.map(sameDouble);
  const tries = choices.reduce((count, each) => count * each.length, 1);
  if (rounded.length === 0 || !isAffordable(tries, text.length)) return;
  const places = big.filter((token) => rounded.includes(textOf(text, token)));
  for (const picked of product(choices)) {
    const meant = new Map(rounded.map((raw, index) => [raw, picked[index]!]));
    const edits = places.map(({ start, end }) => ({
      start,
      end,
      text: meant.get(text.toString("latin1", start, end))!,
    }));
    yield candidate(edited(text, edits), () => roundedCause(rounded.length));
  }
}

/** Whether JavaScript prints a big integer so, whichever of several it has read. */
function isRounded(raw: string): boolean {
  return /^-?\d{16,19}$/.test(raw) && JSON.stringify(Number(raw)) === raw;
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

function textOf(text: Buffer, { start, end }: Place): string {
  return text.toString("latin1", start, end);
}

/** The bytes with some places replaced, which come in order. */
function edited(bytes: Buffer, edits: readonly (Place & { text: string })[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    parts.push(bytes.subarray(at, start), Buffer.from(text));
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

/** The name of the member a number stands in, or its place among the tokens. */
function nameOf(text: Buffer, tokens: readonly Place[], number: Place): string {
  const place = tokens.indexOf(number);
  const name = tokens[place - 1];
  const isMember = name !== undefined && text.toString("latin1", name.end, number.start).trim() === ":";
  const raw = isMember ? textOf(text, name) : "";
  return /^"[\w$.-]{1,60}"$/.test(raw) ? raw : `token ${place + 1}`;
}

function candidate(bytes: Buffer, cause: () => Cause): BodyCandidate {
  return { bytes, causes: () => [cause()], reveals: false };
}
