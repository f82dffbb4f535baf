import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { headerValue } from "../../src/model/http.ts";
import { lineEnds } from "../../src/dumps/literals/body-after.ts";
import { readDump } from "../../src/dumps/read.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const body = '{"event":"call.ended","n":1}';
const signature = signatureOf(body);
const length = String(body.length);

describe("a log of JSON lines with headers and body apart", () => {
  const headers = JSON.stringify({ host: "a", "x-telepath-signature": signature, "content-type": "application/json" });

  it("gives the body as it was logged, never as exact", () => {
    const request = requestOf(`POST /hooks?x=1 200 2.1 ms - 2\n${headers}\n${body}\n`);
    expect(request).toMatchObject({ method: "POST", target: "/hooks?x=1", fidelity: "reserialised" });
    expect(isProven(request)).toBe(true);
    expect(request.notes.join()).toContain("before the JSON parser");
  });

  it("does not take another log line for the body", () => {
    expect(requestOf(`${headers}\nlistening on 3000\n`)).toMatchObject({ fidelity: "absent" });
  });

  it("gives every request with its own body", () => {
    const second = headers.replace(signature, signatureOf("[1]"));
    const requests = requestsOf(`POST /a 200\n${headers}\n${body}\nGET /b 404\nPUT /c 200\n${second}\n[1]\n`);
    expect(requests.map(({ method }) => method)).toEqual(["POST", "PUT"]);
    expect(requests.map(isProven)).toEqual([true, true]);
  });

  it("leaves lines that have both to the reader of JSON lines", () => {
    const line = JSON.stringify({ headers: { "x-telepath-signature": signature }, rawBody: body });
    expect(readDump(Buffer.from(`${line}\n${line}\n`)).format).not.toBe("express-log");
  });
});

describe("printed headers and body with words before them", () => {
  const headers = inspect({ host: "a", "x-telepath-signature": signature, "content-length": length });
  const printed = inspect(JSON.parse(body));

  it.each([
    [
      "a label and a space",
      `Listening on 3000\nHEADERS ${headers}\nBODY ${printed}\nError: invalid signature\n    at x.js:1\n`,
    ],
    ["names of members", `req.headers ${headers}\nreq.body ${printed}\n`],
    ["text as a string", `headers ${headers}\nraw body ${inspect(body)}\n`],
    ["a label and a colon", `headers: ${headers}\nbody: ${printed}\n`],
  ])("are read with %s", (_case, log) => {
    const request = requestOf(log);
    expect(JSON.parse(bodyOf(request))).toEqual(JSON.parse(body));
    expect(request.fidelity).not.toBe("absent");
  });

  it("does not take another value for the body", () => {
    expect(requestOf(`headers ${headers}\nresponse { status: 401 }\n`)).toMatchObject({ fidelity: "absent" });
  });
});

describe("a log line of keys and values", () => {
  const line = (rest: string): string => `ts=2024-01-01T10:00:00Z level=info msg="got it" ${rest}\n`;

  it("with a cut body says so", () => {
    const cut = requestOf(line(`x-telepath-signature=${signature} content-length=${length} body="{\\"event\\":\\"ca`));
    expect(cut).toMatchObject({ fidelity: "truncated", declaredBytes: body.length });
    expect(bodyOf(cut)).toBe('{"event":"ca');
    expect(cut.notes.join()).toContain("Loggers cut long values");
  });

  it("without a body says what to log", () => {
    const request = requestOf(line(`x-telepath-signature=${signature}`));
    expect(request.fidelity).toBe("absent");
    expect(request.notes.join()).toContain("log the raw body");
  });

  it("with a body that may have been printed from a parsed one is not exact", () => {
    const request = requestOf(line(`content-length=${length} x-telepath-signature=${signature} body=${body}`));
    expect(request.fidelity).toBe("reserialised");
    expect(isProven(request)).toBe(true);
  });

  it.each([
    ["in quotes", `x-telepath-signature=${signature} body=${JSON.stringify(body)}`],
    ["in single quotes", `x-telepath-signature="${signature}" body='${body}'`],
    ["as JSON with spaces", `body={"a": 1, "b": [1]} x_telepath_signature=${signatureOf('{"a": 1, "b": [1]}')}`],
    [
      "with prefixes",
      `req.headers.x-telepath-signature=${signature}, req.headers.host=a, req.body=${JSON.stringify(body)}`,
    ],
    ["after a cut value", `note="cut x-telepath-signature=${signature} body=${body}`.replace('"cut ', "{cut ")],
  ])("with the body %s gives the request", (_form, rest) => {
    expect(readDump(Buffer.from(line(rest))).format).toBe("key-values");
    expect(isProven(requestOf(line(rest)))).toBe(true);
  });

  it("keeps other keys out of the headers", () => {
    const request = requestOf(line(`method=POST path=/p host=a X-Telepath-Signature=${signature} body=x`));
    expect(request).toMatchObject({ method: "POST", target: "/p" });
    expect(request.headers).toEqual([
      ["host", "a"],
      ["X-Telepath-Signature", signature],
    ]);
  });
});

describe("an .http file", () => {
  const head = `POST https://a.test/hooks?x=1\nX-Telepath-Signature: ${signature}\n`;

  it("whose body is in a file names it and does not open it", () => {
    const request = requestOf(`${head}\n< /etc/passwd\n`);
    expect(request.fidelity).toBe("absent");
    expect(request.notes.join()).toContain("the file /etc/passwd, which is not opened");
  });

  it("with a variable it does not set is never exact, and names it", () => {
    const request = requestOf(`${head}Content-Length: 8\n\n{{body}}`);
    expect(request.fidelity).toBe("text");
    expect(request.notes.join()).toContain("{{body}}");
  });

  it("fills in the variables it sets", () => {
    const request = requestOf(
      `@host = a.test\n@event=call.ended\n### one\nPOST https://{{host}}/p\nX-Telepath-Signature: ${signature}\n\n${body.replace("call.ended", "{{ event }}")}\n`,
    );
    expect(request).toMatchObject({ method: "POST", target: "/p" });
    expect(isProven(request)).toBe(true);
  });

  it.each([
    ["no final newline", `${head}\n${body}`],
    ["an editor's final newline", `${head}\n${body}\n`],
    ["the version", `### x\n${head.replace("x=1", "x=1 HTTP/1.1")}\n${body}\n`],
    [
      "comments and a query on lines of its own",
      `# a\n// @no-log\n${head.replace("?x=1", "\n  ?x=1")}# b\n\n${body}\n`,
    ],
    ["a script after the body", `${head}\n${body}\n\n> {%\n client.test("x")\n%}\n`],
    ["CRLF", `${head}\n${body}\n`.replaceAll("\n", "\r\n")],
  ])("with %s gives the request", (_what, text) => {
    expect(readDump(Buffer.from(text)).format).toBe("http-file");
    expect(requestOf(text)).toMatchObject({ method: "POST", target: "/hooks?x=1" });
    expect(isProven(requestOf(text))).toBe(true);
  });

  it("of several requests gives each with its own body", () => {
    const requests = requestsOf(`### a\n${head}\n${body}\n\n###\nGET https://a.test/b\n\n### c\n${head}\n${body}\n`);
    expect(requests.map(({ method }) => method)).toEqual(["POST", "GET", "POST"]);
    expect(requests.map(isProven)).toEqual([true, false, true]);
    expect(headerValue(requests[2]?.headers ?? [], "x-telepath-signature")).toBe(signature);
  });

  it("is no HTTP message, and an HTTP message with ### in its body is no .http file", () => {
    const message = `POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\n###\na`;
    expect(readDump(Buffer.from(message)).format).toBe("raw-http");
  });
});

describe("the ends of lines", () => {
  it.each([
    ["of one place after the other", [0, 1, 2, 3, 4, 5], [2, 2, 2, 3, undefined, undefined]],
    ["of an earlier place again", [4, 0, 3, 1], [undefined, 2, 3, 2]],
  ])("are found %s", (_case, places, ends) => {
    expect(places.map(lineEnds("ab\n\nc"))).toEqual(ends);
  });
});
