import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { dumpFormats } from "../../src/dumps/formats/index.ts";
import { bareBody, readHeaders, withBody } from "../../src/dumps/pieces.ts";
import { maxDumpBytes, readDump } from "../../src/dumps/read.ts";
import { isProven, requestOf, signatureOf } from "./evidence.ts";

function failure(dump: Uint8Array | string, format?: string): TelepathError {
  try {
    readDump(Buffer.from(dump), { format });
  } catch (error) {
    if (error instanceof TelepathError) return error;
    throw error;
  }
  throw new Error("was read");
}

describe("readDump", () => {
  it.each(["", "hello", "\0\x01\x02", "GET\n"])(
    "does not know %j, and says how to give headers and body apart",
    (dump) => {
      const error = failure(dump);
      expect(error.code).toBe("UNKNOWN_DUMP");
      expect(error.hint).toContain("--body");
      expect(error.hint).toContain("--signature");
    },
  );

  it("names the place where JSON is broken", () => {
    expect(failure('{"headers": {\n  "a": tru }}')).toMatchObject({ code: "BROKEN_DUMP" });
    expect(failure('{"headers": {\n  "a": tru }}').message).toContain("line 2, column 8");
  });

  it.each([
    ["curl -v", "> POST / HTTP/1.1", "* x"],
    ["curl --trace", "=> Send header, 5 bytes (0x5)", "0000: 50"],
    ["socat", "> 2024/03/01 10:00:00.000001  length=5 from=0 to=4", "POST"],
    ["mitmproxy", "    x-telepath-signature: a", "1.2.3.4:5: POST http://a/"],
    ["a hex dump", "0x0000: 4500 0034", ""],
    ["Insomnia", "type: collection.insomnia.rest/5.0", ""],
  ])("is not taken in by a body that holds what %s prints, behind U+2028", (_tool, ...lines) => {
    // Which JavaScript takes for the end of a line, and JSON.stringify leaves as it is.
    const body = JSON.stringify({ note: ["", ...lines, ""].join("\u2028") });
    const headers = { "x-telepath-signature": `sha256=${"0".repeat(64)}` };
    const text = ` ${JSON.stringify({ method: "POST", url: "/", headers, body })}`;
    expect(readDump(Buffer.from(text)).requests[0]!.body.toString()).toBe(body);
  });

  it("refuses more than 64 MB at once", () => {
    expect(failure(Buffer.alloc(maxDumpBytes + 1)).code).toBe("DUMP_TOO_LARGE");
  });

  it("fails with a format that is named and does not fit, or that does not exist", () => {
    for (const { name } of dumpFormats) expect(failure("no dump", name).code).toMatch(/^BROKEN_(?:DUMP|JSON)$/);
    expect(failure("x", "hra")).toMatchObject({ code: "UNKNOWN_FORMAT" });
    expect(failure("x", "hra").hint).toContain("har");
    expect(failure("x", "toString").code).toBe("UNKNOWN_FORMAT");
  });

  it("reads UTF-16, as PowerShell writes it, and UTF-8 with a byte order mark", () => {
    const text = `\ufeff${JSON.stringify({ headers: { "x-telepath-signature": signatureOf("é") }, body: "é" })}`;
    const littleEndian = Buffer.from(text, "utf16le");
    for (const dump of [littleEndian, Buffer.from(littleEndian).swap16(), Buffer.from(text)]) {
      expect(isProven(requestOf(dump))).toBe(true);
    }
  });

  it("has a description and a name of its own for each format", () => {
    expect(new Set(dumpFormats.map(({ name }) => name)).size).toBe(dumpFormats.length);
    for (const { description } of dumpFormats) expect(description).toMatch(/^.{10,120}$/);
  });
});

describe("headers and a body in two pieces", () => {
  const headers = `POST /p HTTP/1.1\nX-Telepath-Signature: ${signatureOf("{}")}\nContent-Length: 2\n`;

  it("refuse headers that are none", () => {
    expect(() => readHeaders(Buffer.from("a: b\nnonsense"))).toThrow("line 2");
    expect(() => readHeaders(Buffer.from("\n"))).toThrow("found none");
  });

  it("are one request, whatever line end the body's file has", () => {
    const request = readHeaders(Buffer.from(headers));
    expect(request).toMatchObject({ method: "POST", target: "/p", fidelity: "absent", declaredBytes: 2 });
    for (const body of ["{}", "{}\n", "{}\r\n", "{\n}"])
      expect(isProven(withBody(request, Buffer.from(body)))).toBe(true);
    expect(isProven(withBody(request, Buffer.from("{ }")))).toBe(false);
  });

  it("are known to be headers when they come alone", () => {
    const reading = readDump(Buffer.from(headers.replace(/^.*\n/, "")));
    expect(reading.format).toBe("headers");
    expect(reading.requests[0]?.notes.join()).toContain("--body");
  });

  it("may be a bare body and a signature", () => {
    expect(isProven(bareBody(Buffer.from("{}\n"), signatureOf("{}")))).toBe(true);
    expect(isProven(bareBody(Buffer.from([255, 0]), signatureOf(Buffer.from([255, 0]))))).toBe(true);
  });
});
