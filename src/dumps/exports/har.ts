import { headerValue, type HeaderList } from "../../model/http.ts";
import { asBuffer, hasReplacement, isUtf8 } from "../readings.ts";
import { dumpExport, type ExportedRequest } from "./export.ts";
import { printableJson, safeMethod, urlOf } from "./request-parts.ts";

/**
 * An HTTP archive 1.2 for browsers and proxies, answers included; a body that is not UTF-8 is base64 with `encoding`,
 * which the standard lacks for requests and many tools write.
 *
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export const har = dumpExport({
  name: "har",
  description: "HTTP archive 1.2 for browsers and proxies; redacted unless --no-redact",
  redactsByDefault: true,
  opening: `{
  "log": {
    "version": "1.2",
    "creator": { "name": "telepath-hooks", "version": "1" },
    "entries": [`,
  separator: ",",
  closing: "\n    ]\n  }\n}\n",
  request(request) {
    const text = JSON.stringify(entry(request), null, 2).replaceAll("\n", "\n      ");
    return Buffer.from(`\n      ${printableJson(text)}`);
  },
});

function entry(request: ExportedRequest): object {
  const url = urlOf(request);
  const query = url.split("?").slice(1).join("?");
  const time = request.answer?.durationMs ?? 0;
  return {
    startedDateTime: new Date(request.startedAt ?? 0).toISOString(),
    time,
    request: {
      method: safeMethod(request.method),
      url,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: named(request.headers),
      queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: request.body.length,
      ...(request.body.length > 0 ? { postData: content(request) } : {}),
    },
    response: responseOf(request.answer),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
  };
}

/** Status 0 stands for no answer. */
function responseOf(answer: ExportedRequest["answer"]): object {
  const { status, headers, body } = answer?.response ?? { status: 0, headers: [], body: new Uint8Array() };
  return {
    status,
    statusText: "",
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: named(headers),
    content: {
      size: body.length,
      ...(body.length > 0 ? content({ headers, body }) : { mimeType: headerValue(headers, "content-type") ?? "" }),
    },
    redirectURL: headerValue(headers, "location") ?? "",
    headersSize: -1,
    bodySize: answer === undefined ? -1 : body.length,
  };
}

function named(headers: HeaderList): object[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function content({ headers, body }: { headers: HeaderList; body: Uint8Array }): object {
  const bytes = asBuffer(body);
  const mimeType = headerValue(headers, "content-type") ?? "application/octet-stream";
  // Whoever finds U+FFFD in a text must take it for a byte that was lost.
  if (isUtf8(bytes) && !hasReplacement(bytes)) return { mimeType, text: bytes.toString("utf8") };
  return { mimeType, text: bytes.toString("base64"), encoding: "base64" };
}
