import type { BodyView } from "./body.ts";
import type { BodyCandidate, Cause } from "./cause.ts";
import { htmlCause, layoutCause, orderCause, slashCause, unicodeCause } from "./json-causes.ts";
import { gapsOf, JsonDocument, joined } from "./json-document.ts";
import { layouts, layoutsBySpacing } from "./json-layouts.ts";
import { numberWriters, type NumberWriter } from "./json-numbers.ts";
import { memberOrders, reordered, type MemberOrder } from "./json-order.ts";
import { tokenOrder, type JsonShape, type Layout } from "./json-print.ts";
import { asHeld, canBeRespelled, respelled, spellingChoices, type Spelling } from "./json-spelling.ts";

/** Everything about a JSON text but its white space, and how many of its properties differ from the body held. */
interface Content {
  spelling: Spelling;
  numbers: NumberWriter | null;
  order: Reordering | null;
  changes: number;
}

interface Reordering extends MemberOrder {
  shape: JsonShape;
  /** Where each token of the new order stands in the one held. */
  tokens: number[];
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
  const heldLayout = layouts.find((layout) => document.isHeldIn(layout));
  const contents = contentsOf(document);
  const spaces = new Map(layouts.map((layout) => [layout, document.gaps(layout).join("").length + layout.end.length]));

  function* withChanges(changes: number, { length, stop }: Wanted): Generator<BodyCandidate> {
    for (const content of contents) {
      if (stop()) return;
      if (content.changes !== changes && content.changes !== changes - 1) continue;
      const tokens = rewritten(document!.tokens, content);
      if (content.changes === changes) {
        const text = inHeldLayout(document!, tokens, content, heldLayout);
        if (text !== undefined) yield candidate(text, content, null, body);
        continue;
      }
      const scalars = Buffer.byteLength(tokens.join(""), "utf8");
      for (const { spacing, layouts } of layoutsBySpacing) {
        const fitting = layouts.filter((layout) => layout !== heldLayout && length(scalars + spaces.get(layout)!));
        if (fitting.length === 0) continue;
        const gaps = content.order === null ? document!.gaps(layouts[0]!) : gapsOf(content.order.shape, spacing);
        const text = joined(gaps, tokens);
        for (const layout of fitting) yield candidate(text + layout.end, content, layout, body);
      }
    }
  }
  return { withChanges };
}

/** Every combination of the choices that make a difference to this document, those with the fewest changes first. */
function contentsOf(document: JsonDocument): Content[] {
  const { unicode, slash, html, numbers } = effectiveChoices(document.tokens);
  const contents: Content[] = [];
  for (const order of [null, ...effectiveOrders(document)])
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
function effectiveChoices(tokens: readonly string[]) {
  const strings = tokens.filter(canBeRespelled);
  const written = tokens.filter(isNumber);
  const seen = new Set([strings.join(), written.join()]);
  const isNew = (changed: string[]): boolean => !seen.has(changed.join()) && seen.add(changed.join()) !== undefined;
  const spelled = (spelling: Partial<Spelling>): boolean => isNew(strings.map(respelled({ ...asHeld, ...spelling })));
  return {
    unicode: ["held" as const, ...spellingChoices.unicode.filter((choice) => spelled({ unicode: choice }))],
    slash: ["held" as const, ...spellingChoices.slash.filter((choice) => spelled({ slash: choice }))],
    html: ["held" as const, ...spellingChoices.html.filter((choice) => spelled({ html: choice }))],
    numbers: [null, ...numberWriters.filter(({ write }) => isNew(written.map(write)))],
  };
}

function effectiveOrders({ shape, tokens }: JsonDocument): Reordering[] {
  const seen = new Set([tokens.join()]);
  return memberOrders.flatMap((order) => {
    const sorted = reordered(shape, order, tokens);
    const places = tokenOrder(sorted);
    const text = places.map((place) => tokens[place]!).join();
    if (seen.has(text)) return [];
    seen.add(text);
    return [{ ...order, shape: sorted, tokens: places }];
  });
}

function rewritten(tokens: readonly string[], { spelling, numbers, order }: Content): readonly string[] {
  const spell = respelled(spelling);
  const scalars = tokens.map((token) => {
    if (isNumber(token)) return numbers === null ? token : numbers.write(token);
    return canBeRespelled(token) ? spell(token) : token;
  });
  return order === null ? scalars : order.tokens.map((place) => scalars[place]!);
}

function isNumber(token: string): boolean {
  return token[0] === "-" || (token[0]! >= "0" && token[0]! <= "9");
}

/** The new content in the white space held, where that can be said: a new order needs a layout with a name. */
function inHeldLayout(document: JsonDocument, tokens: readonly string[], { order }: Content, held: Layout | undefined) {
  if (order === null) return joined(document.heldGaps, tokens);
  if (held === undefined) return undefined;
  return joined(gapsOf(order.shape, held.spacing), tokens) + held.end;
}

function candidate(text: string, content: Content, layout: Layout | null, held: BodyView): BodyCandidate {
  return { bytes: Buffer.from(text, "utf8"), causes: () => causesOf(content, layout, held.text!), reveals: false };
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
