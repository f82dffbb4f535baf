import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { headerValue, type HeaderList } from "../../model/http.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { originForm } from "../http/target.ts";
import { countOf, itemsOf, member, memberAt, parseJson, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody, type Reading, type SettledBody } from "../readings.ts";
import { stringReadings } from "../values/bodies.ts";
import { formReadings } from "../values/forms.ts";
import { headersIn } from "../values/headers.ts";
import { startedAtOf } from "../values/times.ts";

/**
 * HTTP Archive 1.2, from browsers, proxies and test tools. The standard has text only; `encoding: "base64"` is what
 * several proxies and our own export add. Of its entries those with a signature are read, without any all POSTs, and without these all.
 *
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export const har: DumpFormat = {
  name: "har",
  description: "HTTP archives of browsers, Playwright, HTTP Toolkit, mitmproxy, telepath-hooks export --format har",

  recognizes({ json }) {
    return itemsOf(memberAt(json, "log", "entries")).some((entry) => member(entry, "request") !== undefined);
  },

  parse(dump) {
    const entries = itemsOf(memberAt(dump.json ?? parseJson(dump.text), "log", "entries"));
    const requests = entries.flatMap(requestOf);
    const signed = requests.filter(({ headers }) => headerValue(headers, "x-telepath-signature") !== undefined);
    if (signed.length > 0) return signed;
    const posts = requests.filter(({ method }) => method === "POST");
    return posts.length > 0 ? posts : requests;
  },
};

function requestOf(entry: JsonNode, index: number): DumpedRequest[] {
  const request = member(entry, "request");
  if (request === undefined) return [];
  const list = member(request, "headers");
  const headers = itemsOf(list).length === 0 ? [] : headersIn(list);
  if (headers === undefined) throw new TelepathError("BROKEN_DUMP", `entry ${index + 1}: its headers are not a list`);
  const url = stringOf(member(request, "url"));
  return [
    {
      method: stringOf(member(request, "method")) ?? null,
      target: url === undefined ? null : originForm(url),
      headers,
      ...startedAtOf(member(entry, "startedDateTime")),
      ...bodyOf(request, headers),
    },
  ];
}

function bodyOf(request: JsonNode, headers: HeaderList): SettledBody {
  const size = countOf(member(request, "bodySize"));
  // Firefox counts 0 for bodies it does not know.
  const declared = announcedBytes(headers) ?? (size === 0 ? null : (size ?? null));
  const status = stringOf(member(request, "_requestBodyStatus"));
  if (status?.startsWith("discarded")) return absentBody(declared, `Its producer left the body out (${status}).`);

  const postData = member(request, "postData");
  const readings = [postData, member(postData, "_content"), member(request, "_content")].flatMap(contentReadings);
  const held = readings.filter(({ bytes }) => bytes.length > 0);
  if (held.length > 0) return noted(settleBody(held, declared), headers);
  const form = formReadings(itemsOf(member(postData, "params")));
  if (form.length > 0) {
    const settled = settleBody(form, declared);
    return { ...settled, notes: [...settled.notes, "The body was put together from the form's parameters."] };
  }
  if (declared !== null && declared > 0)
    return absentBody(declared, `Its producer left out the ${declared} bytes of the body.`);
  return settleBody([{ held: declared === 0 ? "bytes" : "text", bytes: new Uint8Array() }], declared);
}

function contentReadings(content: JsonNode | undefined): Reading[] {
  const text = stringOf(member(content, "text"));
  if (text === undefined) return [];
  return stringReadings(text, stringOf(member(content, "encoding")) === "base64" ? "base64" : "unknown");
}

function noted(settled: SettledBody, headers: HeaderList): SettledBody {
  const coding = headerValue(headers, "content-encoding")?.toLowerCase() ?? "identity";
  if (coding === "identity" || settled.fidelity === "exact") return settled;
  const note = `The request was sent with Content-Encoding ${coding}; the dump holds what it decodes to, at best.`;
  return {
    ...settled,
    fidelity: settled.fidelity === "truncated" ? "text" : settled.fidelity,
    notes: [...settled.notes, note],
  };
}
