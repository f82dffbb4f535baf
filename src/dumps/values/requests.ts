import type { DumpedRequest } from "../../model/dump.ts";
import { headerValue, type HeaderList } from "../../model/http.ts";
import type { JsonNode, Source } from "../format.ts";
import { originForm } from "../http/target.ts";
import { countOf, member, memberAt, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody, withBody, type Reading, type SettledBody } from "../readings.ts";
import { bodyReadings, type Encoding } from "./bodies.ts";
import { headersIn, holdsSignature } from "./headers.ts";
import { BODY_NAMES, isBodyName, plainName } from "./names.ts";

const RAW_BODY_NAMES = new Set(BODY_NAMES.slice(0, BODY_NAMES.indexOf("raw") + 1));
const BODY_RANKS = ranksOf(BODY_NAMES);
const HEADERS_RANKS = ranksOf(["rawheaders", "multivalueheaders", "headers", "reqheaders", "requestheaders", "header"]);
const METHOD_NAMES = ["method", "httpMethod", "http_method", "REQUEST_METHOD"];
const API_GATEWAY_METHOD = ["requestContext", "http", "method"];
const URL_NAMES = ["url", "originalUrl", "target", "uri", "REQUEST_URI", "cli_path", "path"];
const SIZE_NAMES = new Set(["size", "bodysize", "bodylength", "contentlength", "bodybytes"]);

type Member = { name: string; value: JsonNode };
type Matches = (node: JsonNode, name: string) => boolean;

/** A list of headers somewhere in a JSON value, with the objects around it, the innermost first. */
interface Found {
  headers: HeaderList;
  /** The node that is the list, and for each object around it the member through which one gets to it. */
  path: JsonNode[];
}

/**
 * The requests in a JSON value of any producer: each object in which some header list has the signature, and its body
 * the nearest member with a body's name. Without any signature, objects with headers, then one with a raw body alone.
 */
export function requestsIn(root: JsonNode, source: Source): DumpedRequest[] {
  const signed = signedRequestsIn(root, source);
  if (signed.length > 0) return signed;
  const unsigned = find(root, (node, name) => rank(name) !== undefined && looksLikeHeaders(node));
  if (unsigned.length > 0) return unsigned.map((found) => requestOf(found, source));
  const bare = root.type === "object" && root.members.find(({ name }) => RAW_BODY_NAMES.has(plainName(name)));
  if (!bare || root.members.length > 3) return [];
  return [requestOf({ headers: [], path: [{ type: "literal", value: null, start: 0, end: 0 }, root] }, source)];
}

/** Only the requests that carry a signature. */
export function signedRequestsIn(root: JsonNode, source: Source): DumpedRequest[] {
  return find(root, (node) => holdsSignature(node)).map((found) => requestOf(found, source));
}

/** Walks the value, and keeps of several lists in one object (`headers`, `multiValueHeaders`) the one that lost least. */
function find(root: JsonNode, matches: Matches): Found[] {
  const found: Found[] = [];
  const visit = (node: JsonNode, name: string, around: readonly JsonNode[]): void => {
    if (node.type !== "object" && node.type !== "array") return;
    if (matches(node, name)) {
      const headers = headersIn(node);
      if (headers) found.push({ headers, path: [node, ...around] });
      return;
    }
    if (node.type === "array") {
      for (const item of node.items) visit(item, name, NOTHING);
      return;
    }
    const lesser = lesserLists(node.members, matches);
    const outer = around.length === 0 ? [node] : [node, around[0]!];
    for (const inner of node.members) if (!lesser.has(inner)) visit(inner.value, inner.name, outer);
  };
  visit(root, "", NOTHING);
  return found;
}

const NOTHING: readonly JsonNode[] = [];
const NONE: ReadonlySet<Member> = new Set();

/** Of several lists in one object all but the best. */
function lesserLists(members: readonly Member[], matches: Matches): ReadonlySet<Member> {
  let best: Member | undefined;
  let lesser: Set<Member> | undefined;
  for (const list of members) {
    const own = rank(list.name);
    if (own === undefined || !matches(list.value, list.name)) continue;
    const isBest = best === undefined || own < rank(best.name)!;
    if (best !== undefined) (lesser ??= new Set()).add(isBest ? best : list);
    if (isBest) best = list;
  }
  return lesser ?? NONE;
}

function ranksOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

function rank(name: string): number | undefined {
  return name.length > 32 ? undefined : HEADERS_RANKS.get(plainName(name));
}

function looksLikeHeaders(node: JsonNode): boolean {
  const headers = headersIn(node);
  return headers !== undefined && ["content-type", "host", "user-agent"].some((name) => headerValue(headers, name));
}

function requestOf({ headers, path }: Found, source: Source): DumpedRequest {
  const around = path.slice(1);
  const list = path[0];
  // smee and others put the headers, the body and more into one object.
  const mixed =
    list?.type === "object" && list.members.some(({ name, value }) => isBodyName(name) && value.type !== "array");
  // CGI variables hold the request line among the headers.
  const places = mixed || (list?.type === "object" && isCgi(list)) ? path : around;
  const own = mixed ? headers.filter(([name]) => !NOT_HEADERS.has(plainName(name))) : headers;
  return withBody(methodIn(places), targetIn(places), own, bodyOf(places, path, own, source));
}

const NOT_HEADERS = new Set([...BODY_NAMES, "timestamp", "query", "method", "url", "path"]);

function isCgi(list: JsonNode): boolean {
  return stringOf(member(list, "REQUEST_METHOD")) !== undefined;
}

/** The nearest object that has a body; in it, every member that could be one, the rawest first. */
function bodyOf(places: JsonNode[], path: JsonNode[], headers: HeaderList, source: Source): SettledBody {
  for (const place of places) {
    if (place.type !== "object") continue;
    const candidates = place.members.filter(({ name, value }) => isBodyName(name) && !path.includes(value));
    if (candidates.length === 0) continue;
    const declared = announcedBytes(headers) ?? sizeIn(place);
    const flag = member(place, "isBase64Encoded");
    const readings: Reading[] = [];
    for (const { name, value } of rawestFirst(candidates)) {
      for (const reading of bodyReadings(value, source, encodingOf(name, flag))) readings.push(reading);
    }
    if (readings.length > 0) return settleBody(readings, declared);
    const isKnownEmpty = declared === 0 || (flag !== undefined && declared === null);
    if (isKnownEmpty) return settleBody([{ held: "bytes", bytes: new Uint8Array() }], declared);
    return absentBody(declared, "The dump holds null where the body should be.");
  }
  return absentBody(announcedBytes(headers), "The dump does not hold the body: give it with --body.");
}

function rawestFirst(candidates: Member[]): Member[] {
  const rankOf = ({ name }: Member): number => BODY_RANKS.get(plainName(name))!;
  return candidates.length < 2 ? candidates : candidates.sort((one, other) => rankOf(one) - rankOf(other));
}

function encodingOf(name: string, flag: JsonNode | undefined): Encoding {
  if (/base64/i.test(name)) return "base64";
  if (flag?.type !== "literal" || typeof flag.value !== "boolean") return "unknown";
  return flag.value ? "base64" : "text";
}

function sizeIn(place: JsonNode): number | null {
  if (place.type !== "object") return null;
  return countOf(place.members.find(({ name }) => SIZE_NAMES.has(plainName(name)))?.value) ?? null;
}

function methodIn(places: JsonNode[]): string | null {
  for (const place of places) {
    const name = METHOD_NAMES.find((each) => stringOf(member(place, each)));
    const method = stringOf(name === undefined ? memberAt(place, ...API_GATEWAY_METHOD) : member(place, name));
    if (method !== undefined && /^[A-Za-z]{1,32}$/.test(method)) return method;
  }
  return null;
}

function targetIn(places: JsonNode[]): string | null {
  for (const place of places) {
    const path = stringOf(member(place, "rawPath"));
    const query = stringOf(member(place, "rawQueryString"));
    if (path !== undefined) return query ? `${path}?${query}` : path;
    for (const name of URL_NAMES) {
      const value = member(place, name);
      const url = stringOf(value) ?? stringOf(member(value, "raw"));
      if (url !== undefined && /^(?:\/|https?:\/\/)/.test(url)) return originForm(url);
    }
    const info = stringOf(member(place, "PATH_INFO"));
    const variables = stringOf(member(place, "QUERY_STRING"));
    if (info?.startsWith("/")) return variables ? `${info}?${variables}` : info;
  }
  return null;
}
