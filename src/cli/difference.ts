import { jsonDifferences, type JsonDocument } from "../dumps/json-difference.ts";
import { tryParseJson } from "../dumps/json.ts";
import { asBuffer, isUtf8 } from "../dumps/readings.ts";
import type { Delivery } from "../model/delivery.ts";
import { headerValues } from "../model/http.ts";

/** One thing in which two deliveries differ. */
export interface Difference {
  part: "request" | "header" | "body";
  /** `method`, a header's name, a member as `--where` takes it; `line 3` or `byte 17` of a body that is no JSON. */
  path: string;
  /** JSON text for a part of a JSON body, else the text itself; null where it is not there. */
  first: string | null;
  second: string | null;
}

/**
 * In what two deliveries differ by meaning: method, target, what the check of the signature said, headers (whose case
 * and order do not matter), and the body: as JSON where both are, else by its lines or its bytes.
 *
 * @param ignored names of headers and members, in any depth, or whole paths of members
 */
export function differencesBetween(first: Delivery, second: Delivery, ignored: ReadonlySet<string>): Difference[] {
  return [
    ...requestDifferences(first, second),
    ...headerDifferences(first, second, ignored),
    ...bodyDifferences(first.body, second.body, ignored),
  ];
}

function requestDifferences(first: Delivery, second: Delivery): Difference[] {
  const facts = ({ method, target, signature, bodyState }: Delivery) => [
    ["method", method],
    ["target", target],
    ["signature", signature.verdict],
    ["body kept", bodyState],
  ];
  const theirs = facts(second);
  return facts(first).flatMap(([path = "", one = ""], index) => {
    const [, other = ""] = theirs[index]!;
    // One that was never checked says nothing about the other.
    if (one === other || (path === "signature" && [one, other].includes("unchecked"))) return [];
    return [{ part: "request" as const, path, first: one, second: other }];
  });
}

function headerDifferences(first: Delivery, second: Delivery, ignored: ReadonlySet<string>): Difference[] {
  const names = new Map([...second.headers, ...first.headers].map(([name]) => [name.toLowerCase(), name]));
  return [...names].flatMap(([lower, name]) => {
    if (ignored.has(lower)) return [];
    const [ours, theirs] = [headerValues(first.headers, name), headerValues(second.headers, name)];
    return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, nth) => nth).flatMap((nth) => {
      const [one = null, other = null] = [ours[nth], theirs[nth]];
      return one === other ? [] : [{ part: "header" as const, path: name, first: one, second: other }];
    });
  });
}

function bodyDifferences(first: Uint8Array, second: Uint8Array, ignored: ReadonlySet<string>): Difference[] {
  if (asBuffer(first).equals(second)) return [];
  const [one, other] = [documentOf(first), documentOf(second)];
  if (one && other) {
    return jsonDifferences(one, other, (path) => isIgnored(path, ignored)).map(({ path, ...values }) => ({
      part: "body",
      path: pathText(path),
      first: values.first,
      second: values.second,
    }));
  }
  return isText(first) && isText(second) ? lineDifferences(first, second) : byteDifferences(first, second);
}

function documentOf(body: Uint8Array): JsonDocument | undefined {
  const text = isText(body) ? asBuffer(body).toString("utf8") : undefined;
  const root = text === undefined ? undefined : tryParseJson(text);
  return root && text !== undefined ? { root, text } : undefined;
}

function isText(body: Uint8Array): boolean {
  return isUtf8(body) && !body.includes(0);
}

function isIgnored(path: readonly (string | number)[], ignored: ReadonlySet<string>): boolean {
  const last = path.at(-1);
  return (typeof last === "string" && ignored.has(last)) || ignored.has(path.join("."));
}

/** As `--where` takes it. */
function pathText(path: readonly (string | number)[]): string {
  const parts = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[^\s.[\]"=!<>~]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return parts.join("").replace(/^\./, "") || "$";
}

/** The lines between the first and the last that are not the same, as long as that is of use. */
const mostLines = 20;

function lineDifferences(first: Uint8Array, second: Uint8Array): Difference[] {
  const [ours, theirs] = [first, second].map((body) => asBuffer(body).toString("utf8").split("\n")) as [
    string[],
    string[],
  ];
  const shorter = Math.min(ours.length, theirs.length);
  let start = 0;
  while (start < shorter && ours[start] === theirs[start]) start += 1;
  let end = 0;
  while (end < shorter - start && ours.at(-1 - end) === theirs.at(-1 - end)) end += 1;
  const changed = Math.min(Math.max(ours.length, theirs.length) - end - start, mostLines);
  return Array.from({ length: changed }, (_, index) => ({
    part: "body" as const,
    path: `line ${start + index + 1}`,
    first: start + index < ours.length - end ? ours[start + index]! : null,
    second: start + index < theirs.length - end ? theirs[start + index]! : null,
  }));
}

const contextBytes = 8;

function byteDifferences(first: Uint8Array, second: Uint8Array): Difference[] {
  let at = 0;
  while (at < first.length && first[at] === second[at]) at += 1;
  const excerpt = (body: Uint8Array): string =>
    `${asBuffer(body.subarray(at, at + contextBytes)).toString("hex")}${body.length > at + contextBytes ? "…" : ""} (${body.length} bytes)`;
  return [{ part: "body", path: `byte ${at}`, first: excerpt(first), second: excerpt(second) }];
}
