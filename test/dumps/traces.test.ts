import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const folder = join(import.meta.dirname, "../data/dumps");

const head = (body: string | Uint8Array): string =>
  `POST /hooks HTTP/1.1\r\nHost: a\r\nX-Telepath-Signature: ${signatureOf(body)}\r\nContent-Length: ${Buffer.from(body).length}\r\n\r\n`;

/** What curl's dump function prints of a block. */
function curlBlock(what: string, bytes: Buffer, ascii: boolean): string {
  const offset = (at: number): string => `${at.toString(16).padStart(4, "0")}: `;
  const lines = [`=> Send ${what}, ${bytes.length} bytes (0x${bytes.length.toString(16)})`];
  const dots = (part: Buffer): string => part.toString("latin1").replace(/[^ -~]/g, ".");
  for (let at = 0; at < bytes.length;) {
    const crlf = bytes.subarray(at, at + 65).indexOf("\r\n");
    const width = ascii ? (crlf === -1 ? 64 : crlf) : 16;
    const part = bytes.subarray(at, at + width);
    const hex = [...part].map((byte) => `${byte.toString(16).padStart(2, "0")} `).join("");
    lines.push(offset(at) + (ascii ? "" : hex.padEnd(48)) + dots(part));
    at += part.length + (ascii && crlf !== -1 ? 2 : 0);
  }
  return `${lines.join("\n")}\n`;
}

const traced = (body: string | Uint8Array, ascii: boolean, prefix = ""): string =>
  prefix +
  curlBlock("header", Buffer.from(head(body)), ascii) +
  prefix +
  curlBlock("data", Buffer.from(body), ascii) +
  "<= Recv header, 17 bytes (0x11)\n0000: HTTP/1.1 200 OK\n";

describe("curl --trace", () => {
  it("keeps any body to the byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        const request = requestOf(`== Info:   Trying\n${traced(body, false)}`);
        expect(request.fidelity).toBe("exact");
        expect(Buffer.from(request.body).equals(body)).toBe(true);
      }),
    );
  });

  it("with --trace-time and --trace-ids, with CRLF line ends, is read alike", () => {
    const dump = traced("abc", false, "12:00:00.123456 [0-0] ");
    expect(bodyOf(requestOf(dump))).toBe("abc");
    expect(bodyOf(requestOf(dump.replaceAll("\n", "\r\n")))).toBe("abc");
  });

  it("puts a body together that was sent in several blocks, and leaves out TLS records", () => {
    const [one, two] = [curlBlock("data", Buffer.from("on"), false), curlBlock("data", Buffer.from("e2"), false)];
    const tls = "=> Send SSL data, 5 bytes (0x5)\n0000: 17 03 03 00 20                                  .... \n";
    expect(bodyOf(requestOf(tls + curlBlock("header", Buffer.from(head("one2")), false) + one + tls + two))).toBe(
      "one2",
    );
  });

  it("that lost lines is truncated", () => {
    const lines = traced("x".repeat(64), false).split("\n");
    const at = lines.findIndex((line) => line.startsWith("=> Send data"));
    expect(requestOf(lines.toSpliced(at + 2, 2).join("\n")).fidelity).toBe("truncated");
  });

  it("of a body that looks like a trace is not mistaken", () => {
    const body = "0000: 50 4f 53 54 \n=> Send data, 9 bytes (0x9)\n";
    for (const ascii of [false, true]) expect(isProven(requestOf(traced(body, ascii)))).toBe(true);
  });
});

describe("curl --trace-ascii", () => {
  it("is exact for a body without dots, line ends included", () => {
    const printable = fc.string({
      unit: fc.constantFrom("{", "}", ":", ",", '"', "a", " ", "0", "\r\n"),
      maxLength: 300,
    });
    fc.assert(
      fc.property(printable, (body) => {
        const request = requestOf(traced(body, true));
        expect(request.fidelity).toBe("exact");
        expect(bodyOf(request)).toBe(body);
      }),
    );
  });

  it.each([
    ['{\n  "a": 1.5,\n\t"b": "x.y"\n}\n', "line ends and tabs"],
    ['{"name":"Zoë"}', "a letter"],
    ['{"text":"it’s"}', "an apostrophe"],
    ['{"text":"ok 😀"}', "an emoji"],
    ['{"a": "Łódź".length}', "nothing when more than one is lost"],
  ])("%j gets back %s", (body, what) => {
    const request = requestOf(traced(body, true));
    expect(request.fidelity).toBe("text");
    expect(isProven(request)).toBe(!what.startsWith("nothing"));
    expect(request.notes.join()).toContain("curl --trace shows every byte.");
  });
});

describe("curl -v", () => {
  const verbose = (...after: string[]): string =>
    ["* Connected to a", "> POST /x?y HTTP/1.1", "> Host: a", "> X-Telepath-Signature: sha256=00", ...after].join("\n");

  it("holds no body, and says how long it was and what to run instead", () => {
    const dump = verbose("> Content-Length: 129", "> ", "} [129 bytes data]", "< HTTP/1.1 200 OK", "< ");
    const request = requestOf(dump);
    expect(request).toMatchObject({ method: "POST", target: "/x?y", fidelity: "absent", declaredBytes: 129 });
    expect(request.headers).toHaveLength(3);
    expect(request.notes.join()).toContain("run curl with --trace");
  });

  it("counts the bytes it sent when no length is announced, and reads several requests", () => {
    const one = verbose("> ", "} [5 bytes data]", "} [6 bytes data]", "< HTTP/1.1 200 OK");
    expect(requestsOf(`${one}\n${one.replaceAll("\n", "\r\n")}`).map(({ declaredBytes }) => declaredBytes)).toEqual([
      11, 11,
    ]);
  });

  it("after the command that was run leaves the body to the command", () => {
    const request = requestOf(`$ curl -v a.test -d '{"a":1}'\n${verbose("> ")}`);
    expect(bodyOf(request)).toBe('{"a":1}');
  });
});

describe("socat", () => {
  const mark = (direction: string, length: number, from = 0): string =>
    `${direction} 2026/11/23 07:57:23.000664613  length=${length} from=${from} to=${from + length - 1}\n`;
  const escaped = (bytes: Buffer): string =>
    [...bytes]
      .map((byte) => {
        const at = [7, 8, 11, 12, 13, 92].indexOf(byte);
        if (at !== -1) return `\\${"abvfr\\"[at]}`;
        return (byte >= 32 && byte < 127) || byte === 9 || byte === 10 ? String.fromCharCode(byte) : ".";
      })
      .join("");
  const hexLines = (bytes: Buffer): string =>
    (bytes.toString("hex").match(/.{1,32}/g) ?? [])
      .map((hex) => {
        const text = Buffer.from(hex, "hex")
          .toString("latin1")
          .replace(/[^ -~]/g, ".");
        return `${hex.replace(/../g, " $&").padEnd(48)}  ${text}\n`;
      })
      .join("");

  it("-v -x and -x keep any body to the byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (body) => {
        const bytes = Buffer.concat([Buffer.from(head(body)), body]);
        const plain = `${bytes.toString("hex").replace(/../g, " $&")} \n`;
        for (const block of [`${hexLines(bytes)}--\n`, plain]) {
          const request = requestOf(mark(">", bytes.length) + block + mark("<", 2) + hexLines(Buffer.from("ok")));
          expect(request.fidelity).toBe("exact");
          expect(Buffer.from(request.body).equals(body)).toBe(true);
        }
      }),
    );
  });

  it("-v is exact for text without dots, whatever follows on the line", () => {
    const body = 'a\\b\\n"c"\r\n\td\\\\';
    const bytes = Buffer.from(head(body) + body);
    const request = requestOf(mark(">", bytes.length) + escaped(bytes) + mark("<", 2) + "ok");
    expect(request.fidelity).toBe("exact");
    expect(bodyOf(request)).toBe(body);
  });

  it("-v with dots is text, tries a letter, and says what shows every byte", () => {
    const bytes = Buffer.from(head('{"a":"Zoë"}') + '{"a":"Zoë"}');
    const request = requestOf(mark(">", bytes.length) + escaped(bytes));
    expect(request.fidelity).toBe("text");
    expect(isProven(request)).toBe(true);
    expect(request.notes.join()).toContain("socat -v -x shows every byte.");
  });

  it("tells connections that run at the same time by their counts", () => {
    const [a, b] = [Buffer.from(`${head("one")}one`), Buffer.from(`${head("four")}four`)];
    const part = (bytes: Buffer, from: number, to?: number): string =>
      mark(">", bytes.subarray(from, to).length, from) + escaped(bytes.subarray(from, to));
    const dump = part(a, 0, 50) + part(b, 0, 60) + part(a, 50) + part(b, 60);
    expect(requestsOf(dump).map(bodyOf)).toEqual(["one", "four"]);
  });

  it("that was cut is truncated", () => {
    const bytes = Buffer.from(head("12345") + "12345");
    expect(requestOf((mark(">", bytes.length) + escaped(bytes)).slice(0, -2)).fidelity).toBe("truncated");
  });

  it.each(["bodies.v.txt", "bodies.vx.txt", "bodies.x.txt"])("%s, of the real tool, holds six bodies", (file) => {
    const requests = requestsOf(readFileSync(join(folder, "socat", file)));
    const proven = requests.filter(isProven).length;
    expect([requests.length, proven]).toEqual([6, file === "bodies.v.txt" ? 4 : 6]);
  });
});

describe("a followed stream", () => {
  const followed = (mode: string, ...content: string[]): string =>
    `\n${"=".repeat(67)}\nFollow: tcp,${mode}\nFilter: tcp.stream eq 1\nNode 0: a:1\nNode 1: b:2\n${content.join("\n")}\n${"=".repeat(67)}\n`;

  it("as text is cut at the lengths it gives, whatever the body looks like", () => {
    const body = "{}\n\t3\n===================================================================x\n4\n";
    const dump = followed("ascii", `${head(body).length}`, head(body), `${body.length}`, body, "\t2", "ok");
    expect(requestOf(dump.replace(/^={67}x\n/m, (line) => line)).fidelity).toBe("exact");
  });

  it("as raw hex is exact", () => {
    const body = Buffer.from([0, 255, 13, 10]);
    const hex = [head(body), body].map((part) => Buffer.from(part).toString("hex"));
    const request = requestOf(followed("raw", ...hex, `\t${Buffer.from("HTTP/1.1 200 OK").toString("hex")}`));
    expect(isProven(request)).toBe(true);
  });

  it("as YAML is read without a YAML parser, and names bad base64", () => {
    const data = Buffer.from(`${head("abc")}abc`).toString("base64");
    const yaml = (text: string): string =>
      `peers:\n  - peer: 0\n    host: a\npackets:\n  - packet: 4\n    peer: 0\n    data: !!binary |\n      ${text}\n`;
    expect(bodyOf(requestOf(yaml(data.replace(/.{40}/g, "$&\n      "))))).toBe("abc");
    expect(() => requestOf(yaml("???"))).toThrow("the data of peer 0 is not base64");
  });
});

describe("mitmproxy", () => {
  const file = readFileSync(join(folder, "mitmproxy/telepath.mitm"));

  it("whose flow file ends early keeps the flows before, and names the one that is damaged", () => {
    const requests = requestsOf(file.subarray(0, -100));
    expect(requests).toHaveLength(7);
    expect(requests.at(-1)?.notes.join()).toContain("Damaged flow file at flow 8: offset");
    expect(() => requestsOf(file.subarray(0, 500))).toThrow("damaged flow file at flow 1: offset 0");
  });

  it("refuses values in one another without end, and lengths that lie", () => {
    let value = "0:~";
    for (let depth = 0; depth < 100; depth += 1) value = `${value.length}:${value}]`;
    expect(() => requestsOf(value, "mitmproxy")).toThrow("too many values in one another");
    expect(() => requestsOf("99999999999:4:type;4:http;", "mitmproxy")).toThrow("a value of 99999999999 bytes");
    expect(() => requestsOf("1:a?", "mitmproxy")).toThrow('"?" is no type');
  });

  it("that streamed a body did not keep it", () => {
    const text = (value: string): string => `${value.length}:${value}`;
    const request = `${text("method")},${text("POST")},${text("path")},${text("/x")},${text("content")},0:~`;
    const flow = `${text("request")};${text(request)}}`;
    expect(requestOf(`${text(flow)}}`, "mitmproxy")).toMatchObject({
      method: "POST",
      target: "/x",
      fidelity: "absent",
    });
  });

  it("prints bodies anew on its console: they are never exact", () => {
    const requests = requestsOf(readFileSync(join(folder, "mitmproxy/flow-detail-3.txt")));
    expect(requests.map(({ fidelity }) => fidelity)).toEqual([
      ...Array.from({ length: 5 }, () => "reserialised"),
      "exact",
    ]);
    expect(requests[5]?.body).toHaveLength(0);
    expect(requests[0]?.notes.join()).toContain("mitmdump -w flows.mitm");
  });

  it("prints no bodies, or the first part of them, when it is told so", () => {
    const printed = (body: string): string =>
      `[12:00:00.123][127.0.0.1:1] client connect\n127.0.0.1:1: POST http://a/x\n    X-Telepath-Signature: sha256=00\n    Content-Length: 9\n${body} << 200 OK 2b\n`;
    expect(requestOf(printed("")).fidelity).toBe("absent");
    expect(requestOf(printed("\n    {\n    (cut off)\n\n")).fidelity).toBe("truncated");
  });

  it("hands a script the decoded text alone: a body without a signature", () => {
    const request = requestOf('{"text": "{\\"a\\":1}"}');
    expect(request).toMatchObject({ headers: [], fidelity: "text" });
    expect(request.notes.join()).toContain("give it with --signature");
  });
});
