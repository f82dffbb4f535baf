import type { Fidelity } from "../../model/dump.ts";
import { headerValues } from "../../model/http.ts";
import { largestParsed, type BodyView, type JsonTree } from "./body.ts";

/**
 * What stands out in a body whose signature could not be explained, as sentences. Each names what is seen and the code
 * it may point to; none of it is proved.
 */
export function markersOf(body: BodyView, fidelity: Fidelity): string[] {
  return [
    ...lengthMarkers(body, fidelity),
    ...codingMarkers(body),
    ...textMarkers(body),
    ...(body.json === undefined ? [] : jsonMarkers(body.json)),
  ];
}

function marker(seen: string, code: string): string {
  return `${seen} (${code}: not proved)`;
}

function lengthMarkers({ bytes, declaredBytes }: BodyView, fidelity: Fidelity): string[] {
  if (declaredBytes === null || fidelity === "absent" || declaredBytes === bytes.length) return [];
  const [held, declared] = [count(bytes.length), count(declaredBytes)];
  const difference = Math.abs(declaredBytes - bytes.length);
  if (bytes.length === 0) {
    return [marker(`the dump holds none of the ${declared} declared`, "empty-body-hashed or truncated-body")];
  }
  if (bytes.length === 50 && declaredBytes > 50) {
    return [marker(`the dump holds 50 bytes of ${declared}: Node prints only so many of a Buffer`, "truncated-body")];
  }
  return bytes.length < declaredBytes
    ? [marker(`the dump holds ${held}, ${difference} fewer than the ${declared} declared`, "truncated-body")]
    : [marker(`the dump holds ${held}, ${difference} more than the ${declared} declared`, "trailing-garbage")];
}

function count(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}

function codingMarkers({ headers }: BodyView): string[] {
  return headerValues(headers, "content-encoding").some((coding) => !/^\s*(?:identity)?\s*$/i.test(coding))
    ? [
        marker(
          "the request has a Content-Encoding: the signature may be over the other form of the body",
          "gzip-signed-plain or gzip-signed-compressed",
        ),
      ]
    : [];
}

function textMarkers({ bytes, text }: BodyView): string[] {
  if (bytes.length > largestParsed) return ["the body is too long for the JSON in it to be printed in other ways"];
  if (text === undefined) return [];
  return [
    text.includes("\ufffd") &&
      marker("the body holds U+FFFD: bytes were lost when it was decoded", "replacement-characters"),
    /[A-Za-z]\?{1,4}[A-Za-z" ]/.test(text) &&
      !/[^\u0000-\u007f]/.test(text) &&
      marker('the body holds "?" inside of words and nothing beyond ASCII', "ascii-question-marks"),
    text.trim() === "[object Object]" &&
      marker("the body is the text [object Object]: an object was printed without JSON", "object-object"),
  ].filter((found) => found !== false);
}

function jsonMarkers(root: JsonTree): string[] {
  const seen = { objects: 0, sorted: true, rounded: false };
  const queue: JsonTree[] = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node.type === "array") queue.push(...node.items);
    if (node.type === "number" && isRounded(node.raw)) seen.rounded = true;
    if (node.type !== "object") continue;
    queue.push(...node.members.map(({ value }) => value));
    const names = node.members.map(({ name }) => name);
    if (names.length > 1) seen.objects += 1;
    if (names.some((name, index) => index > 0 && names[index - 1]! > name)) seen.sorted = false;
  }
  return [
    seen.objects > 0 &&
      seen.sorted &&
      marker("the members of every object are sorted by name: their order may have been another", "json-key-order"),
    seen.rounded &&
      marker("integers above 2^53 end in zeros: their last digits may have been rounded away", "json-number-precision"),
  ].filter((found) => found !== false);
}

function isRounded(raw: string): boolean {
  return /^-?\d{14,}00$/.test(raw) && JSON.stringify(Number(raw)) === raw && !Number.isSafeInteger(Number(raw));
}
