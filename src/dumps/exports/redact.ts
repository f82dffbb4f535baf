import { headerValue, withHeader, type Header, type HeaderList } from "../../model/http.ts";
import type { JsonNode } from "../format.ts";
import { tryParseJson } from "../json.ts";
import { asBuffer, isUtf8 } from "../readings.ts";
import type { ExportedRequest } from "./export.ts";

const CREDENTIALS = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);
const REMOVED = "(removed)";

/** The same without what would let a reader act as somebody else: Authorization, Cookie and their kin. */
export function withoutCredentials(request: ExportedRequest): ExportedRequest {
  const { answer } = request;
  return {
    ...request,
    headers: masked(request.headers),
    ...(answer && {
      answer: { ...answer, response: { ...answer.response, headers: masked(answer.response.headers) } },
    }),
  };
}

function masked(headers: HeaderList): HeaderList {
  return headers.map(([name, value]): Header => [name, CREDENTIALS.has(name.toLowerCase()) ? REMOVED : value]);
}

export interface Redacted {
  request: ExportedRequest;
  /** The body is another one now: its signature does not match any more. */
  isBodyChanged: boolean;
  /** The body was looked through. Only JSON is. */
  isBodyRead: boolean;
}

/**
 * The same without credentials, and without phone numbers where the payload is JSON. Digits of a number become `*`, so
 * that its length and shape stay; every other byte of the body does, too. The signature is left as it was.
 *
 * @param secrets signing secrets; where one of them stands in a header or a body, it goes.
 */
export function redacted(request: ExportedRequest, secrets: readonly string[] = []): Redacted {
  const { headers, answer, ...rest } = withoutCredentials(request);
  const hide = hiding(secrets);
  const body = redactedBody(request.body, hide);
  const isBodyChanged = !asBuffer(body).equals(request.body);
  const hidden = headers.map(([name, value]): Header => [name, hide(value)]);
  const response = answer && {
    ...answer.response,
    headers: answer.response.headers.map(([name, value]): Header => [name, hide(value)]),
    body: redactedBody(answer.response.body, hide),
  };
  return {
    request: {
      ...rest,
      target: hide(rest.target),
      ...(rest.url !== undefined && { url: hide(rest.url) }),
      body,
      headers: isBodyChanged ? withLength(hidden, body) : hidden,
      ...(answer && response && { answer: { ...answer, response } }),
    },
    isBodyChanged,
    isBodyRead: request.body.length === 0 || jsonOf(request.body) !== undefined,
  };
}

/** Shorter ones would be found where they are not. */
const shortestSecret = 8;

function hiding(secrets: readonly string[]): (bytes: string) => string {
  const known = secrets
    .filter(({ length }) => length >= shortestSecret)
    .map((secret) => Buffer.from(secret).toString("latin1"));
  return (bytes) => known.reduce((text, secret) => text.replaceAll(secret, REMOVED), bytes);
}

function withLength(headers: HeaderList, { length }: Uint8Array): HeaderList {
  return headerValue(headers, "content-length") === undefined
    ? headers
    : withHeader(headers, "Content-Length", String(length));
}

function redactedBody(body: Uint8Array, hide: (bytes: string) => string): Uint8Array {
  const json = jsonOf(body);
  const bytes = json === undefined ? asBuffer(body) : Buffer.from(withoutPhoneNumbers(json));
  return Buffer.from(hide(bytes.toString("latin1")), "latin1");
}

function jsonOf(body: Uint8Array): { text: string; root: JsonNode } | undefined {
  if (!isUtf8(body)) return undefined;
  const text = asBuffer(body).toString("utf8");
  const root = tryParseJson(text);
  return root && { text, root };
}

/** Members that hold a number, however it is written: those of both editions of the guide, and their like. */
const PHONE_MEMBER =
  /^(?:from|to|ani|dnis|caller|called|callee|msisdn|(?:from|to|caller|called|callee|contact)[_-]?(?:id|number|phone|uri)|.{0,40}(?:phone|mobile).{0,40})$/i;

/** In running text: international, ten digits in groups, and in SIP and tel URIs. */
const PHONE_IN_TEXT =
  /\+\d[\d\s()./-]{5,22}\d|(?<![\w.])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)|(?<=\b(?:sips?|tel):)\d{6,20}/gi;

function withoutPhoneNumbers({ text, root }: { text: string; root: JsonNode }): string {
  const pieces: string[] = [];
  let done = 0;
  const replace = ({ start, end }: JsonNode, json: string): void => {
    pieces.push(text.slice(done, start), json);
    done = end;
  };
  const visit = (node: JsonNode, isPhone: boolean): void => {
    if (node.type === "string") {
      const hidden = isPhone ? stars(node.value) : node.value.replace(PHONE_IN_TEXT, stars);
      if (hidden !== node.value) replace(node, JSON.stringify(hidden));
    }
    if (node.type === "number" && isPhone) replace(node, "0");
    if (node.type === "array") for (const item of node.items) visit(item, isPhone);
    if (node.type === "object") {
      for (const { name, value } of node.members) visit(value, isPhone || PHONE_MEMBER.test(name));
    }
  };
  visit(root, false);
  return pieces.join("") + text.slice(done);
}

function stars(number: string): string {
  return number.replace(/\p{Nd}/gu, "*");
}
