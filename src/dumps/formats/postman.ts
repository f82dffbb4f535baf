import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { originForm } from "../http/target.ts";
import { itemsOf, member, memberAt, parseJson, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody, type SettledBody } from "../readings.ts";
import { advised } from "../values/advice.ts";
import { stringReadings } from "../values/bodies.ts";
import { signedFirst, unfilled } from "../values/collections.ts";
import { formReadings } from "../values/forms.ts";
import { headersIn } from "../values/headers.ts";

/**
 * Postman's collections, version 2. A raw body is the text of the editor, which knows one kind of line end, before
 * variables are filled in; forms are lists of fields.
 *
 * @see https://schema.postman.com/
 */
export const postman: DumpFormat = {
  name: "postman",
  description: "collections of Postman, versions 2.0 and 2.1",

  recognizes({ json }) {
    return isCollection(json) || isCollection(member(json, "collection"));
  },

  parse(dump) {
    const root = dump.json ?? parseJson(dump.text);
    const requests = requestsIn(isCollection(root) ? root : member(root, "collection"));
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no request in this collection");
    return signedFirst(requests.map(requestOf));
  },
};

function isCollection(node: JsonNode | undefined): boolean {
  const isOurs = /getpostman|schema\.postman/.test(stringOf(memberAt(node, "info", "schema")) ?? "");
  return (isOurs || memberAt(node, "info", "_postman_id") !== undefined) && member(node, "item") !== undefined;
}

/** Folders are items with items. Of each item its request, then those its saved responses came from. */
function requestsIn(folder: JsonNode | undefined): JsonNode[] {
  return itemsOf(member(folder, "item")).flatMap((item) => {
    const saved = itemsOf(member(item, "response")).map((response) => member(response, "originalRequest"));
    const requests = [member(item, "request"), ...saved].filter((request) => request?.type === "object");
    const known: JsonNode[] = requests.flatMap((request) => request ?? []);
    return known.concat(requestsIn(item));
  });
}

function requestOf(request: JsonNode): DumpedRequest {
  const headers = headersOf(member(request, "header"));
  const url = stringOf(member(request, "url")) ?? stringOf(memberAt(request, "url", "raw"));
  const read: DumpedRequest = {
    method: stringOf(member(request, "method")) ?? null,
    target: url === undefined ? null : originForm(url),
    headers,
    ...bodyOf(member(request, "body"), announcedBytes(headers)),
  };
  return advised(unfilled(read, /\{\{/), {
    text: "Postman's editor keeps one kind of line end: the raw view of its console shows what was sent.",
    truncated: "Postman's editor keeps one kind of line end: the raw view of its console shows what was sent.",
    reserialised: "The body was put together from its fields: the raw view of Postman's console shows what was sent.",
  });
}

/** A list of `{key, value}`, of which some are switched off, or lines of text. */
function headersOf(header: JsonNode | undefined): readonly Header[] {
  const text = stringOf(header);
  if (text !== undefined) {
    const lines = text.split("\n").map((line) => /^([^:\s]+):(.*)$/.exec(line.trim()));
    return lines.flatMap((line): Header[] => (line ? [[line[1] ?? "", (line[2] ?? "").trim()]] : []));
  }
  const items = itemsOf(header).filter(isEnabled);
  return items.length > 0 ? (headersIn({ type: "array", items, start: 0, end: 0 }) ?? []) : [];
}

function bodyOf(body: JsonNode | undefined, declared: number | null): SettledBody {
  const mode = stringOf(member(body, "mode"));
  if (mode === "urlencoded")
    return settleBody(formReadings(itemsOf(member(body, "urlencoded")).filter(isEnabled)), declared);
  if (mode === "formdata") return absentBody(declared, "A form-data body has a boundary the collection does not show.");
  if (mode === "file") return absentBody(declared, "The body is in a file, which is not opened: give it with --body.");
  if (mode === "graphql") return absentBody(declared, "The collection has the parts of a GraphQL body, not the body.");
  return settleBody(stringReadings(stringOf(member(body, "raw")) ?? "", "text"), declared);
}

function isEnabled(item: JsonNode): boolean {
  const disabled = member(item, "disabled");
  return disabled?.type !== "literal" || disabled.value !== true;
}
