import { pairHeaders, type Header, type HeaderList } from "../../model/http.ts";
import type { JsonNode } from "../format.ts";
import { member, stringOf } from "../json.ts";
import { headerName, namesSignature, spellingOf } from "./names.ts";

/**
 * Headers in any of the shapes JSON gives them: an object, an object of arrays, pairs, `{name, value}`, `{key, value}`,
 * and Node's flat `rawHeaders`. Undefined for a value that cannot be headers.
 */
export function headersIn(node: JsonNode | undefined): HeaderList | undefined {
  if (node?.type === "object") return fromObject(node.members);
  if (node?.type !== "array" || node.items.length === 0) return undefined;
  if (node.items.every((item) => item.type === "string")) return fromFlatList(node.items.map(({ value }) => value));
  const headers: Header[] = [];
  for (const item of node.items) {
    const header = fromPair(item);
    if (header === undefined) return undefined;
    headers.push(header);
  }
  return headers;
}

/** Whether a value is itself a list of headers that has the signature, whatever its shape. */
export function holdsSignature(node: JsonNode): boolean {
  if (node.type === "object") return node.members.some(({ name, value }) => namesSignature(name) && isValue(value));
  if (node.type !== "array") return false;
  return node.items.some((item, index) => {
    if (item.type === "string") return index % 2 === 0 && namesSignature(item.value) && node.items.length % 2 === 0;
    const header = fromPair(item);
    return header !== undefined && namesSignature(header[0]);
  });
}

/** A header's value as a string of bytes: what JSON shows beyond U+00FF was decoded as UTF-8 on the way. */
export function headerBytes(text: string): string {
  return /^[\0-\xff]*$/.test(text) ? text : Buffer.from(text).toString("latin1");
}

function fromObject(members: readonly { name: string; value: JsonNode }[]): HeaderList {
  const spelling = spellingOf(members.find(({ name }) => namesSignature(name))?.name ?? members[0]?.name ?? "");
  const headers: Header[] = [];
  for (const { name, value } of members) {
    const spelled = headerName(name, spelling);
    if (spelled === undefined) continue;
    const header = headerBytes(spelled);
    for (const text of valuesOf(value)) headers.push([header, headerBytes(text)]);
  }
  return headers;
}

function fromFlatList(texts: readonly string[]): HeaderList | undefined {
  if (texts.length % 2 === 1) return undefined;
  return pairHeaders(texts.map(headerBytes));
}

function fromPair(item: JsonNode): Header | undefined {
  const [name, value] =
    item.type === "array" && item.items.length === 2
      ? [item.items[0], item.items[1]]
      : [member(item, "name") ?? member(item, "key"), member(item, "value")];
  if (name?.type !== "string" || value === undefined) return undefined;
  const [text] = valuesOf(value);
  return text === undefined ? undefined : [headerBytes(name.value), headerBytes(text)];
}

function valuesOf(value: JsonNode): string[] {
  if (value.type === "string") return [value.value];
  if (value.type === "number") return [value.raw];
  return value.type === "array" ? value.items.flatMap((item) => stringOf(item) ?? []) : [];
}

function isValue(value: JsonNode): boolean {
  if (value.type === "array") return value.items.some((item) => item.type === "string");
  return value.type === "string" || value.type === "number";
}
