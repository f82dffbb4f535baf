import type { JsonNode } from "../format.ts";
import { tryParseJson } from "../json.ts";
import { namesSignature, plainName } from "../values/names.ts";
import type { Printout } from "./language.ts";
import { loggedText } from "./logged-text.ts";

const BETWEEN = /[\s,;)\]>]*/y;
const LABEL = /["':]?([A-Za-z_$@][\w $@.'"[\]-]{0,40}?)["']?[ \t]*(?:=>|:|=)[ \t]*/y;
/** `console.log("BODY", req.body)` puts a space behind the label. */
const BARE_LABEL = /([A-Za-z_$][\w $.-]{0,40}?)[ \t]+(?=[{['"`<])/y;
const BODY_LABEL = /body|payload|data|raw|content|input/;
const REST_OF_LINE = /[ \t,;)]*(?:\r?\n|$)/y;
const SIGNATURE_NAME = /X[-_]?Telepath[-_]?Signature/gi;

/** A printout that is searched from its start to its end. */
export interface Searched extends Printout {
  /** Where the line of an offset ends; undefined for the last one without a line end. */
  lineEnd(at: number): number | undefined;
}

/** Finds the ends of lines. Asked for one place after the other it looks at no line twice, however long it is. */
export function lineEnds(text: string): Searched["lineEnd"] {
  let from = 0;
  let end = -1;
  return (at) => {
    if (at < from || at > end) {
      from = at;
      end = text.indexOf("\n", at);
      if (end === -1) end = text.length;
    }
    return end === text.length ? undefined : end;
  };
}

/** The body printed after the headers, and where it ends. */
export interface BodyAfter {
  node: JsonNode;
  end: number;
}

/**
 * What stands after printed headers, if it can be their body: a value of the language, on the same line or with a label
 * (`body: `, `BODY = `), or the body itself as text.
 *
 * @param declared the number of bytes the headers announce.
 */
export function bodyAfter(printout: Searched, from: number, declared: number | null): BodyAfter | undefined {
  const { text } = printout;
  const start = endOf(BETWEEN, text, from);
  const label = labelAt(LABEL, text, start) ?? labelAt(BARE_LABEL, text, start);
  const name = label?.[1] ?? "";
  if (namesSignature(name)) return undefined;
  const isLabelled = label !== undefined && BODY_LABEL.test(plainName(name));
  const at = isLabelled ? start + label[0].length : start;
  const isLineEnd = at === text.length || text[at] === "\n" || text[at] === "\r";
  if (isLabelled && isLineEnd) return declared === 0 ? textBody(printout, at, at) : undefined;

  const value = valueAt(printout, at);
  if (value) return value;
  const isSameLine = !text.slice(from, start).includes("\n");
  const isJson = text[at] === "{" || text[at] === "[";
  return (isLabelled || isSameLine || isJson) && at < text.length ? rawText(printout, at, declared) : undefined;
}

/** A printed value that ends with its line. Strict JSON is text: no language prints values that way. */
function valueAt(printout: Printout, at: number): BodyAfter | undefined {
  const { text, valueStart } = printout;
  valueStart.lastIndex = at;
  if (!valueStart.test(text)) return undefined;
  const { node, end } = printout.read(at);
  REST_OF_LINE.lastIndex = end;
  if (node === undefined || !REST_OF_LINE.test(text)) return undefined;
  const json = node.type === "string" ? undefined : tryParseJson(text.slice(at, end));
  return json === undefined || isEmpty(json) ? { node, end } : textBody(printout, at, end);
}

/** Text up to the announced length where a line ends there, else all there is up to the next request, or its line. */
function rawText(printout: Searched, at: number, declared: number | null): BodyAfter {
  const { text, encoding } = printout;
  SIGNATURE_NAME.lastIndex = at;
  const limit = SIGNATURE_NAME.exec(text)?.index ?? text.length;
  const bytes = Buffer.from(text.slice(at, limit), encoding);
  const isWhole = bytes.length === declared && limit === text.length;
  if (declared !== null && (isWhole || bytes[declared] === 0x0a || bytes[declared] === 0x0d)) {
    const body = bytes.subarray(0, declared);
    return { node: loggedText(body), end: at + body.toString(encoding).length };
  }
  // U+FFFD takes more bytes than what it stands for.
  const isShort = declared === null || bytes.length <= declared + 2 || bytes.includes("\ufffd");
  const isRest = limit === text.length && isShort;
  const lineEnd = isRest ? undefined : printout.lineEnd(at);
  return textBody(printout, at, lineEnd ?? limit);
}

function textBody({ text, encoding }: Printout, start: number, end: number): BodyAfter {
  const held = text.slice(start, end).replace(/\r?\n$/, "");
  return { node: loggedText(Buffer.from(held, encoding)), end };
}

function labelAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function isEmpty(node: JsonNode): boolean {
  return (node.type === "object" && node.members.length === 0) || (node.type === "array" && node.items.length === 0);
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match ? at + match[0].length : at;
}
