import { headerValue, type Header } from "../../model/http.ts";
import { asBuffer, isUtf8 } from "../readings.ts";
import type { DumpExport, ExportedRequest } from "./export.ts";
import { printableJson, safeMethod, urlOf } from "./request-parts.ts";

const SECRET_HEADERS = new Set(["authorization", "proxy-authorization", "cookie"]);
const MASK = "(removed)";

/**
 * An HTTP archive 1.2 for browsers and proxies. Credentials are masked, since archives are made to be passed around;
 * a body that is not UTF-8 is base64 with `encoding`, which the standard lacks and many tools write.
 */
export const har: DumpExport = {
  name: "har",
  description: "HTTP archive 1.2 for browsers and proxies; credentials masked",

  write(...requests) {
    const log = { version: "1.2", creator: { name: "telepath-hooks", version: "1" }, entries: requests.map(entry) };
    return Buffer.from(`${printableJson(JSON.stringify({ log }, null, 2))}\n`);
  },
};

function entry(request: ExportedRequest): object {
  const url = urlOf(request);
  const query = url.split("?").slice(1).join("?");
  return {
    startedDateTime: new Date(request.startedAt ?? 0).toISOString(),
    time: 0,
    request: {
      method: safeMethod(request.method),
      url,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: request.headers.map(masked).map(([name, value]) => ({ name, value })),
      queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: request.body.length,
      ...(request.body.length > 0 ? { postData: postData(request) } : {}),
    },
    response: {
      status: 0,
      statusText: "",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [],
      content: { size: 0, mimeType: "" },
      redirectURL: "",
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
  };
}

function masked([name, value]: Header): Header {
  return [name, SECRET_HEADERS.has(name.toLowerCase()) ? MASK : value];
}

function postData({ headers, body }: ExportedRequest): object {
  const bytes = asBuffer(body);
  const mimeType = headerValue(headers, "content-type") ?? "application/octet-stream";
  if (isUtf8(bytes)) return { mimeType, text: bytes.toString("utf8") };
  return { mimeType, text: bytes.toString("base64"), encoding: "base64" };
}
