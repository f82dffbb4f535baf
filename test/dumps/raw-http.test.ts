import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyOf, requestOf, requestsOf } from "./evidence.ts";

const head = (...lines: string[]): string => ["POST /hooks HTTP/1.1", "Host: a.test", ...lines, "", ""].join("\r\n");

describe("a raw HTTP dump", () => {
  it("names the line that is no header", () => {
    expect(() => requestOf("POST / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n")).toThrow(
      'raw-http dump: line 3: expected "Name: value"',
    );
  });

  it("that is cut short is truncated, and says by how much", () => {
    const request = requestOf(`${head("Content-Length: 10")}12345`);
    expect(request).toMatchObject({
      fidelity: "truncated",
      declaredBytes: 10,
      notes: ["The dump holds 5 of 10 bytes."],
    });
  });

  it("whose body was not captured has none", () => {
    expect(requestOf(head("Content-Length: 10")).fidelity).toBe("absent");
    expect(requestOf(head("Content-Type: application/json")).fidelity).toBe("absent");
    expect(requestOf("POST / HTTP/1.1\r\nHost: a").fidelity).toBe("absent");
  });

  it("whose JSON was printed anew is not cut at the old length", () => {
    const request = requestOf(`${head("Content-Length: 7")}{\n  "a": 1\n}\n`);
    expect(request.fidelity).toBe("reserialised");
    expect(bodyOf(request)).toBe('{\n  "a": 1\n}');
  });

  it("with chunks that end early is truncated", () => {
    expect(requestOf(`${head("Transfer-Encoding: chunked")}5\r\n123`).fidelity).toBe("truncated");
  });

  it("gives back chunks in one piece, without extensions, and leaves trailers out", () => {
    const trailer = "X-Telepath-Signature: sha256=00\r\n";
    const request = requestOf(`${head("Transfer-Encoding: gzip, chunked")}3;x=y\r\nabc\r\n2\nde\n0\r\n${trailer}\r\n`);
    expect(bodyOf(request)).toBe("abcde");
    expect(request.fidelity).toBe("exact");
    expect(request.headers.map(([name]) => name)).toEqual(["Host", "Transfer-Encoding"]);
  });

  it("with the chunked header and a body whose chunks were undone is taken as it stands", () => {
    expect(bodyOf(requestOf(`${head("Transfer-Encoding: chunked")}{"a":1}`))).toBe('{"a":1}');
  });

  it("keeps headers in order, with their case, their repetitions and their bytes", () => {
    const request = requestOf(Buffer.from("POST / HTTP/1.1\nb: 1\nA:2\r\nb:\t\xe9 \nX: a\n b\n\n", "latin1"));
    expect(request.headers).toEqual([
      ["b", "1"],
      ["A", "2"],
      ["b", "\xe9"],
      ["X", "a b"],
    ]);
  });

  it("makes an absolute target the path and query as sent", () => {
    expect(requestOf("POST http://u:p@a.test:1/x/../%7e?q=1#f HTTP/1.1\r\n\r\n").target).toBe("/x/../%7e?q=1");
    expect(requestOf("POST http://a.test?q HTTP/1.1\r\n\r\n").target).toBe("/?q");
  });

  it("without a length ends with the file, or before the line end an editor added", () => {
    const request = requestOf(`${head()}{"a":1}\n`);
    expect(bodyOf(request)).toBe('{"a":1}\n');
    expect(request.otherReadings).toEqual([Buffer.from('{"a":1}')]);
  });

  it("of several messages gives each request and no response", () => {
    const first = `${head("Content-Length: 3")}abc`;
    const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const unframed = "PUT /two HTTP/1.1\n\nbody\n";
    for (const separator of ["", "\n", "\r\n\r\n"]) {
      const requests = requestsOf([first, response, unframed, first].join(separator));
      expect(requests.map(({ method }) => method)).toEqual(["POST", "PUT", "POST"]);
      expect(requests.map(bodyOf)).toEqual(["abc", "body", "abc"]);
    }
  });

  it("of a request cut short does not swallow the next", () => {
    const requests = requestsOf(`${head("Content-Length: 99")}ab\n${head("Content-Length: 2")}cd`);
    expect(requests.map(({ fidelity }) => fidelity)).toEqual(["truncated", "exact"]);
  });

  it("may start with blank lines and a byte order mark", () => {
    expect(requestOf("\ufeff\r\n\nPOST / HTTP/1.1\n\n").method).toBe("POST");
  });

  it("keeps any body to the byte", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        const request = requestOf(Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}`)), body]));
        expect(Buffer.from(request.body).equals(body)).toBe(true);
        expect(request.fidelity).toBe("exact");
      }),
    );
  });
});
