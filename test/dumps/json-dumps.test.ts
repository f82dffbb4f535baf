import { describe, expect, it } from "vitest";
import { headerValues } from "../../src/model/http.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const body = '{"a":1.0,"a":"é"}';
const signature = signatureOf(body);
const base64 = Buffer.from(body).toString("base64");

describe("headers are found", () => {
  it.each<[string, unknown]>([
    ["as an object", { "X-Telepath-Signature": signature }],
    ["as an object of lists", { "x-telepath-signature": [signature] }],
    ["as pairs", [["X-Telepath-Signature", signature]]],
    ["as names and values", [{ name: "X-Telepath-Signature", value: signature }]],
    ["as keys and values", [{ key: "x-telepath-signature", value: signature, enabled: true }]],
    ["as a flat list", ["Host", "a", "X-Telepath-Signature", signature]],
    ["as CGI variables", { HTTP_X_TELEPATH_SIGNATURE: signature, PATH: "/bin", CONTENT_TYPE: "a/b" }],
    ["in snake case", { x_telepath_signature: signature }],
    ["in camel case", { xTelepathSignature: signature, contentType: "a/b" }],
  ])("%s", (_shape, headers) => {
    const request = requestOf(JSON.stringify({ some: { request: { headers, body } } }));
    expect(headerValues(request.headers, "X-Telepath-Signature")).toEqual([signature]);
    expect(request.headers.map(([name]) => name)).not.toContain("PATH");
    expect(isProven(request)).toBe(true);
  });

  it("with every repetition, so that two signatures are not one", () => {
    const request = requestOf(`{"headers":{"X-Telepath-Signature":"a","x-telepath-signature":["b","c"]},"body":""}`);
    expect(headerValues(request.headers, "x-telepath-signature")).toEqual(["a", "b", "c"]);
  });

  it("in the list that lost least, once", () => {
    const headers = { "x-telepath-signature": "b" };
    const multiValueHeaders = { "x-telepath-signature": ["a", "b"] };
    const request = requestOf(JSON.stringify({ headers, multiValueHeaders, body }));
    expect(headerValues(request.headers, "x-telepath-signature")).toEqual(["a", "b"]);
  });

  it("with bytes as characters, however the dump shows them", () => {
    const headers = { "x-telepath-signature": signature, latin1: "\xe9", utf8: "→" };
    expect(requestOf(JSON.stringify({ headers, body })).headers.slice(1)).toEqual([
      ["latin1", "\xe9"],
      ["utf8", "\xe2\x86\x92"],
    ]);
  });

  it("without a signature when nothing has one", () => {
    expect(requestOf(JSON.stringify({ headers: { host: "a" }, body })).headers).toEqual([["host", "a"]]);
    expect(() => requestOf(JSON.stringify({ event: "call.ended", data: { text: "x" } }))).toThrow(
      "no request was recognised",
    );
  });

  it("named __proto__ without harm", () => {
    const request = requestOf(
      `{"headers":{"__proto__":{"x":"y"},"x-telepath-signature":"a","constructor":"c"},"body":{"__proto__":{"polluted":1}}}`,
    );
    expect(request.headers).toEqual([
      ["x-telepath-signature", "a"],
      ["constructor", "c"],
    ]);
    expect(bodyOf(request)).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("a body is found", () => {
  const length = String(Buffer.byteLength(body));
  const at = (members: object, size = ""): string =>
    JSON.stringify({
      headers: { "x-telepath-signature": signature, ...(size ? { "content-length": size } : {}) },
      ...members,
    });

  it.each<[string, object, string]>([
    ["body", { body }, "text"],
    ["rawBody", { rawBody: body }, "text"],
    ["payload", { payload: body }, "text"],
    ["content", { content: body }, "text"],
    ["bodyBase64", { bodyBase64: base64 }, "exact"],
    ["isBase64Encoded", { body: base64, isBase64Encoded: true }, "exact"],
    ["obvious base64", { body: base64 }, "exact"],
    ["a Buffer", { rawBody: Buffer.from(body).toJSON() }, "exact"],
    ["a Uint8Array", { rawBody: Object.fromEntries([...Buffer.from(body)].entries()) }, "exact"],
    ["pieces", { postDataEntries: [{ bytes: base64 }] }, "exact"],
    ["hex", { body: Buffer.from(body).toString("hex") }, "text"],
    ["characters for bytes", { body: Buffer.from(body).toString("latin1") }, "text"],
    ["{mimeType, text}", { body: { mimeType: "a/b", text: body } }, "text"],
    ["{mode, raw}", { body: { mode: "raw", raw: body } }, "text"],
    ["the rawest of several", { body: JSON.parse(body) as object, rawBody: base64 }, "exact"],
  ])("in %s", (_form, members, fidelity) => {
    const request = requestOf(at(members));
    expect(request.fidelity).toBe(fidelity);
    expect(isProven(request)).toBe(true);
    expect(requestOf(at(members, length)).fidelity).toBe("exact");
    expect(isProven(requestOf(at(members, length)))).toBe(true);
  });

  it("parsed, as its own text in the dump", () => {
    const request = requestOf(`{"headers":{"x-telepath-signature":"${signature}"},"body": ${body} }`);
    expect(bodyOf(request)).toBe(Buffer.from(body).toString("latin1"));
    expect(request.fidelity).toBe("reserialised");
  });

  it("cut, when it is shorter than announced", () => {
    expect(requestOf(at({ body: "12345" }, "99"))).toMatchObject({ fidelity: "truncated", declaredBytes: 99 });
    expect(requestOf(at({ content: "12345", size: 70 }))).toMatchObject({ fidelity: "truncated", declaredBytes: 70 });
  });

  it("with lost bytes, which is text whatever its length", () => {
    expect(requestOf(at({ body: "a\ufffd" }, "4")).fidelity).toBe("text");
  });

  it("longer than announced, which is not what was sent", () => {
    expect(requestOf(at({ rawBody: "12345678" }, "3")).fidelity).toBe("text");
  });

  it("not at all, and then nothing else is taken for it", () => {
    const log = at({ logs: [{ message: body }] });
    expect(requestOf(log)).toMatchObject({ fidelity: "absent", declaredBytes: null });
    expect(requestOf(at({ body: null }, "5"))).toMatchObject({ fidelity: "absent", declaredBytes: 5 });
    expect(requestOf(at({ body: null }, "0"))).toMatchObject({ fidelity: "exact", body: new Uint8Array() });
  });

  it("for each request of a list or a dictionary", () => {
    const one = { headers: { "x-telepath-signature": signature }, body };
    expect(requestsOf(JSON.stringify([one, { a: one, b: one }])).map(isProven)).toEqual([true, true, true]);
  });
});

describe("method and target are found", () => {
  it.each<[object, string | null, string | null]>([
    [{ method: "PUT", url: "https://h.test/a?b#c" }, "PUT", "/a?b"],
    [{ httpMethod: "POST", path: "/p" }, "POST", "/p"],
    [{ rawPath: "/p", rawQueryString: "q=1", requestContext: { http: { method: "POST" } } }, "POST", "/p?q=1"],
    [{ method: "not a method", url: "nowhere" }, null, null],
  ])("in %j", (members, method, target) => {
    const request = requestOf(JSON.stringify({ ...members, headers: { "x-telepath-signature": signature }, body }));
    expect(request).toMatchObject({ method, target });
  });
});

describe("lines of JSON", () => {
  const line = JSON.stringify({ level: 30, headers: { "x-telepath-signature": signature }, rawBody: body });

  it("give their requests and name the line that is broken", () => {
    const requests = requestsOf(`{"level":30,"msg":"hi"}\n{"broken\n${line}\nplain text\ndata: ${line}\n`);
    expect(requests.map(isProven)).toEqual([true, true]);
    expect(requests.map(({ notes }) => notes)).toEqual([["Not JSON and left out: line 2."], []]);
  });

  it("without any request are not recognised", () => {
    expect(() => requestsOf('{"level":30}\n{"level":40}\n')).toThrow("line 2, column 1");
  });
});

describe("an HTTP archive", () => {
  const archive = (...requests: object[]): string =>
    JSON.stringify({ log: { entries: requests.map((request) => ({ request })) } });
  const headers = [{ name: "X-Telepath-Signature", value: signature }];
  const length = { name: "Content-Length", value: String(Buffer.byteLength(body)) };

  it("with headers that are no list names the entry", () => {
    expect(() => requestOf(archive({ method: "POST", headers: [1] }))).toThrow(
      "har dump: entry 1: its headers are not a list",
    );
  });

  it("gives the entries with a signature, or else the POSTs", () => {
    const other = { method: "GET", url: "http://a.test/x", headers: [] };
    const signed = { method: "POST", url: "http://a.test/y", headers, postData: { text: body } };
    expect(requestsOf(archive(other, signed)).map(({ target }) => target)).toEqual(["/y"]);
    expect(requestsOf(archive(other, { ...signed, headers: [] }, other)).map(({ target }) => target)).toEqual(["/y"]);
  });

  it.each<[string, object, string]>([
    ["text", { headers, postData: { text: body } }, "text"],
    ["text as long as announced", { headers: [...headers, length], postData: { text: body } }, "exact"],
    ["base64", { headers, postData: { text: base64, encoding: "base64" } }, "exact"],
    [
      "HTTP Toolkit's _content",
      { headers, postData: { text: "" }, _content: { text: base64, encoding: "base64" } },
      "exact",
    ],
  ])("holds %s", (_form, request, fidelity) => {
    const read = requestOf(archive({ method: "POST", url: "/", ...request }));
    expect(read.fidelity).toBe(fidelity);
    expect(isProven(read)).toBe(true);
  });

  it.each<[string, object, string]>([
    ["left out", { bodySize: 12 }, "absent"],
    [
      "too large for its producer",
      { bodySize: 12, _requestBodyStatus: "discarded:too-large", postData: { text: "x" } },
      "absent",
    ],
    ["cut", { bodySize: 12, postData: { text: "short" } }, "truncated"],
    ["given as form parameters", { postData: { text: "", params: [{ name: "a b", value: "c&d" }] } }, "reserialised"],
    [
      "decoded",
      { headers: [...headers, { name: "Content-Encoding", value: "gzip" }], bodySize: 90, postData: { text: body } },
      "text",
    ],
  ])("whose body is %s is not called exact", (_what, request, fidelity) => {
    expect(requestOf(archive({ method: "POST", url: "/", headers, ...request })).fidelity).toBe(fidelity);
  });

  it("rebuilds a form in each encoding", () => {
    const request = requestOf(
      archive({ method: "POST", url: "/", headers, postData: { params: [{ name: "a b", value: "c&d" }] } }),
    );
    expect([request.body, request.otherReadings].flat().map(String)).toEqual(
      ["a b=c&d", "a+b=c%26d", "a%20b=c%26d"].map((text) => String(Buffer.from(text))),
    );
  });
});

describe("what this tool prints", () => {
  const delivery = {
    type: "delivery",
    method: "POST",
    target: "/",
    headers: [["X-Telepath-Signature", signature]],
    body: { text: body },
  };

  it("is exact", () => {
    expect(requestOf(JSON.stringify(delivery))).toMatchObject({ fidelity: "exact", otherReadings: [] });
    expect(isProven(requestOf(JSON.stringify({ ...delivery, body: { base64 } })))).toBe(true);
    expect(requestsOf(`${JSON.stringify(delivery)}\n${JSON.stringify(delivery)}\n`)).toHaveLength(2);
  });

  it("is truncated when the body was", () => {
    expect(requestOf(JSON.stringify({ ...delivery, bodyState: "too-large", bytes: 99 }))).toMatchObject({
      fidelity: "truncated",
      declaredBytes: 99,
    });
  });

  it("has no body in a line of the log, and says what to use", () => {
    const { headers: _headers, body: _body, ...line } = { ...delivery, bytes: 20, attempts: [] };
    const request = requestOf(`${JSON.stringify(line)}\n`);
    expect(request).toMatchObject({ fidelity: "absent", declaredBytes: 20 });
    expect(request.notes.join()).toContain("telepath-hooks export");
  });
});

describe("the ngrok agent's API", () => {
  const item = (raw: string): object => ({
    tunnel_name: "t",
    request: { raw, headers: { "X-Telepath-Signature": ["other"] } },
  });
  const message = (text: string): string => Buffer.from(text).toString("base64");

  it("with a broken message names the request", () => {
    expect(() =>
      requestsOf(JSON.stringify({ requests: [item(message("GET / HTTP/1.1\r\n\r\n")), item("%%")] })),
    ).toThrow("request 2: raw is not base64");
  });

  it("gives the raw message, not the headers beside it", () => {
    const raw = message(
      `POST /p HTTP/1.1\r\nX-Telepath-Signature: ${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const request = requestOf(JSON.stringify(item(raw)));
    expect(request).toMatchObject({ method: "POST", target: "/p", fidelity: "exact" });
    expect(isProven(request)).toBe(true);
  });
});
