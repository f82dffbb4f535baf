import type { BodyView } from "./body.ts";
import type { BodyCandidate, Cause } from "./cause.ts";
import { htmlCause, layoutCause, orderCause, slashCause, unicodeCause } from "./json-causes.ts";
import { JsonDocument } from "./json-document.ts";
import { compact, layoutsBySpacing } from "./json-layouts.ts";
import { numberWriters, type NumberWriter } from "./json-numbers.ts";
import { memberOrders, reordered, sampleOrder, type MemberOrder } from "./json-order.ts";
import { printJson, type JsonShape, type Layout } from "./json-print.ts";
import { asHeld, isAsHeld, spellingChoices, type Spelling } from "./json-spelling.ts";
import { Tokens } from "./json-tokens.ts";
import type { SampleNames } from "./samples.ts";

/** Everything about a JSON text but its white space, and how many of its properties differ from the body held. */
interface Content {
  spelling: Spelling;
  numbers: NumberWriter | null;
  order: Reordering | null;
  changes: number;
}

interface Reordering extends MemberOrder {
  shape: JsonShape;
}

/** Which candidates are worth making. */
export interface Wanted {
  /** Whether a body of so many bytes can be the one that was sent. */
  length: (bytes: number) => boolean;
  /** Time is up. */
  stop: () => boolean;
}

/** The JSON texts with the same meaning that other programs would have written. */
export interface JsonReprints {
  /** Those that differ from the body held in so many properties: white space, escapes of each kind, numbers, order. */
  withChanges: (changes: number, wanted: Wanted) => Iterable<BodyCandidate>;
}

/** The ways to print a body again; undefined for what is not a JSON object or array. */
export function jsonReprints(body: BodyView): JsonReprints | undefined {
  const document = JsonDocument.of(body);
  if (document === undefined) return undefined;
  const heldLayout = document.layout;
  const contents = contentsOf(document, body.samples);

  function* withChanges(changes: number, { length, stop }: Wanted): Generator<BodyCandidate> {
    for (const content of contents) {
      if (stop()) return;
      if (content.changes !== changes && content.changes !== changes - 1) continue;
      const tokens = rewritten(document!, content);
      if (content.changes === changes) {
        const bytes = inHeldLayout(document!, tokens, content, heldLayout);
        if (bytes !== undefined) yield candidate(bytes, content, null, body);
        continue;
      }
      const shape = content.order?.shape ?? document!.shape;
      for (const { spacing, layouts } of layoutsBySpacing) {
        const scalars = tokens.bytes.length + document!.spaceIn(spacing);
        const fitting = layouts.filter((layout) => layout !== heldLayout && length(scalars + layout.end.length));
        if (fitting.length === 0) continue;
        const isHeld = shape === document!.shape && tokens === document!.tokens;
        const printed = isHeld ? document!.printed(spacing) : printJson(shape, { spacing, end: "\n" }, tokens);
        for (const layout of fitting) yield candidate(endedBy(layout.end, printed), content, layout, body);
      }
    }
  }
  return { withChanges };
}

/** Every combination of the choices that make a difference to this document, those with the fewest changes first. */
function contentsOf(document: JsonDocument, samples: readonly SampleNames[]): Content[] {
  const { unicode, slash, html, numbers } = effectiveChoices(document);
  const contents: Content[] = [];
  for (const order of [null, ...effectiveOrders(document, samples)])
    for (const writer of numbers)
      for (const u of unicode)
        for (const s of slash)
          for (const h of html) {
            const changed = [order !== null, writer !== null, u !== "held", s !== "held", h !== "held"];
            const spelling = { unicode: u, slash: s, html: h };
            contents.push({ spelling, numbers: writer, order, changes: changed.filter(Boolean).length });
          }
  return contents.sort((a, b) => a.changes - b.changes);
}

/** The spellings of strings and numbers that give other tokens than those held, and than each other. */
function effectiveChoices(document: JsonDocument) {
  const seen = [document.texts];
  const isNew = (changed: readonly string[]): boolean => {
    if (seen.some((other) => isSame(other, changed))) return false;
    seen.push(changed);
    return true;
  };
  const spelled = (spelling: Partial<Spelling>): boolean => isNew(document.spelled({ ...asHeld, ...spelling }));
  return {
    unicode: ["held" as const, ...spellingChoices.unicode.filter((choice) => spelled({ unicode: choice }))],
    slash: ["held" as const, ...spellingChoices.slash.filter((choice) => spelled({ slash: choice }))],
    html: ["held" as const, ...spellingChoices.html.filter((choice) => spelled({ html: choice }))],
    numbers: [null, ...numberWriters.filter(({ write }) => isNew(document.withNumbers(document.texts, write)))],
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.every((text, index) => text === other[index]);
}

function effectiveOrders({ shape, texts, tokens }: JsonDocument, samples: readonly SampleNames[]): Reordering[] {
  const printed = (each: JsonShape): Buffer => printJson(each, { spacing: compact, end: "" }, tokens);
  const seen = [printed(shape)];
  return [...memberOrders, sampleOrder(samples)].flatMap((order) => {
    const sorted = reordered(shape, order, texts);
    const text = printed(sorted);
    if (seen.some((other) => other.equals(text))) return [];
    seen.push(text);
    return [{ ...order, shape: sorted }];
  });
}

function rewritten(document: JsonDocument, { spelling, numbers }: Content): Tokens {
  if (numbers === null && isAsHeld(spelling)) return document.tokens;
  const spelled = document.spelled(spelling);
  return new Tokens(numbers === null ? spelled : document.withNumbers(spelled, numbers.write));
}

/** The new content in the white space held, where that can be said: a new order needs a layout with a name. */
function inHeldLayout(document: JsonDocument, tokens: Tokens, { order }: Content, held: Layout | undefined) {
  if (order === null) return document.inHeldSpace(tokens);
  return held === undefined ? undefined : printJson(order.shape, held, tokens);
}

/** A text printed with a final LF, with another end. */
function endedBy(end: Layout["end"], printed: Buffer): Buffer {
  if (end === "\n") return printed;
  const text = printed.subarray(0, -1);
  return end === "" ? text : Buffer.concat([text, Buffer.from(end)]);
}

function candidate(bytes: Buffer, content: Content, layout: Layout | null, held: BodyView): BodyCandidate {
  return { bytes, causes: () => causesOf(content, layout, held.text!), reveals: false };
}

function causesOf({ order, numbers, spelling }: Content, layout: Layout | null, held: string): Cause[] {
  const causes: (Cause | undefined)[] = [
    layout === null ? undefined : layoutCause(held, layout),
    order === null ? undefined : orderCause(order),
    numbers?.cause,
    spelling.unicode === "held" ? undefined : unicodeCause(spelling.unicode),
    spelling.slash === "held" ? undefined : slashCause(spelling.slash),
    spelling.html === "held" ? undefined : htmlCause(spelling.html),
  ];
  return causes.filter((cause) => cause !== undefined);
}
