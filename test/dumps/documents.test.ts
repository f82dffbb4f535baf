import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readDump } from "../../src/dumps/read.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { cpuTime, linearMs } from "./cpu-time.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const bodies: [name: string, body: Buffer][] = [
  ["JSON", Buffer.from('{"a":1.0,"b":"é 😀"}\n')],
  ["bytes 0 to 255", Buffer.from(Array.from({ length: 256 }, (_unused, index) => index))],
  ["CRLF", Buffer.from('{\r\n  "a": 1\r\n}\r\n')],
  ["latin1", Buffer.from("caf\xe9", "latin1")],
  ["nothing", Buffer.alloc(0)],
  ["spaces and quotes", Buffer.from(` "a": 'b' # c\n\n  - d\\\t\n`)],
];
const formatOf = (dump: string | Buffer): string => readDump(Buffer.from(dump)).format;
const isText = (body: Buffer): boolean => Buffer.from(body.toString("utf8")).equals(body);

describe("a cassette of VCR", () => {
  const interaction = (body: object, signature: string): object => ({
    http_interactions: [
      {
        request: { method: "post", uri: "http://a.test/p?q", body, headers: { "X-Telepath-Signature": [signature] } },
        response: { status: { code: 200 }, headers: {}, body: { string: "ok" } },
      },
    ],
    recorded_with: "VCR 6",
  });

  it.each([
    ["http_interactions:\n- request: !ruby/object:Foo\n    a: b\n", "line 2: the tag !ruby/object:Foo is not read"],
    ["http_interactions:\n- request:\n    body: 'x\n", "line 3: the quote ' is opened"],
    ["http_interactions: &a [*a]\n", "an alias without its anchor"],
    ["http_interactions: []\n", "no http_interactions[].request"],
    ["---\nhttp_interactions:\n- response: {}\n", "no http_interactions[].request"],
  ])("%j is refused", (dump, message) => {
    expect(() => requestOf(dump)).toThrow(message);
  });

  it("is not made larger by aliases", () => {
    const lines = Array.from(
      { length: 30 },
      (_unused, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`,
    );
    expect(() => requestOf(`http_interactions: []\na0: &a0 [x]\n${lines.join("\n")}\n`)).toThrow("aliases of lists");
  });

  it.each(bodies)("in base64 holds %s", (_name, body) => {
    const encoded = { encoding: "ASCII-8BIT", base64_string: body.toString("base64").replace(/.{60}/g, "$&\n") };
    for (const dump of [JSON.stringify, stringify].map((print) => print(interaction(encoded, signatureOf(body))))) {
      expect(formatOf(dump)).toBe("vcr");
      expect(requestOf(dump)).toMatchObject({ method: "POST", target: "/p?q", fidelity: "exact" });
      expect(isProven(requestOf(dump))).toBe(true);
    }
  });

  it.each(bodies.filter(([, body]) => isText(body)))("as a string holds %s, as text", (_name, body) => {
    const string = { encoding: "UTF-8", string: body.toString() };
    for (const dump of [JSON.stringify, stringify].map((print) => print(interaction(string, signatureOf(body))))) {
      expect(requestOf(dump).fidelity).toBe("text");
      expect(isProven(requestOf(dump))).toBe(true);
    }
  });

  const hasRuby = ((): boolean => {
    try {
      execFileSync("ruby", ["-ryaml", "-rjson", "-e", ""]);
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!hasRuby).each(bodies)("as Ruby writes it holds %s", (_name, body) => {
    const script = `
      body, signature = ARGV[0].unpack1("m"), ARGV[1]
      body = body.dup.force_encoding("UTF-8") if body.dup.force_encoding("UTF-8").valid_encoding?
      request = {"method"=>"post", "uri"=>"http://a.test/p?q", "body"=>{"string"=>body}, "headers"=>{"X-Telepath-Signature"=>[signature]}}
      print({"http_interactions"=>[{"request"=>request}]}.to_yaml)`;
    const options = { encoding: "utf8" as const, env: { ...process.env, LANG: "C.UTF-8" } };
    const dump = execFileSync("ruby", ["-ryaml", "-e", script, body.toString("base64"), signatureOf(body)], options);
    expect(requestOf(dump).fidelity).toBe(dump.includes("!binary") ? "exact" : "text");
    expect(isProven(requestOf(dump))).toBe(true);
  });
});

describe("items of Burp", () => {
  const xml = (request: string, doctype = "", version = '<?xml version="1.0"?>\n'): string =>
    `${version}${doctype}<items burpVersion="2024" exportTime="now">\n<item><url><![CDATA[http://a]]></url>${request}<response base64="true"><![CDATA[eA==]]></response></item>\n</items>\n`;
  const message = (body: Buffer, headers = `Content-Length: ${body.length}\r\n`): Buffer =>
    Buffer.concat([
      Buffer.from(`POST /p HTTP/1.1\r\nX-Telepath-Signature: ${signatureOf(body)}\r\n${headers}\r\n`),
      body,
    ]);
  const encoded = (body: Buffer): string =>
    `<request base64="true"><![CDATA[${message(body).toString("base64")}]]></request>`;

  it.each([
    [xml(encoded(Buffer.from("x")), '<!DOCTYPE items [<!ENTITY a "b">]>'), "XML entities are refused"],
    [
      xml(encoded(Buffer.from("x")), '<!DOCTYPE items SYSTEM "x" [<!ENTITY % a SYSTEM "file:///etc/passwd">]>'),
      "entities",
    ],
    [xml('<request base64="true"><![CDATA[%%]]></request>'), "request 1 is not base64"],
    [xml("").replace("</item>", "<request><![CDATA[x"), "never closed"],
    [xml("<request><a/></request>"), "holds other elements"],
    [xml(""), "there is no <request>"],
  ])("%# are refused", (dump, what) => {
    expect(() => requestOf(dump)).toThrow(what);
  });

  it.each(bodies)("in base64 hold %s, whatever the document type", (_name, body) => {
    for (const dump of [
      xml(encoded(body)),
      xml(encoded(body), '<!DOCTYPE items [\n<!ELEMENT items (item*)>\n<!ATTLIST items burpVersion CDATA "">\n]>\n'),
      xml(encoded(body), "", ""),
    ]) {
      expect(formatOf(dump)).toBe("burp");
      expect(requestOf(dump)).toMatchObject({ method: "POST", target: "/p", fidelity: "exact" });
      expect(isProven(requestOf(dump))).toBe(true);
    }
  });

  it("as text hold a body whose length is announced, and otherwise are not exact", () => {
    const body = Buffer.from('<&>{"a]]>b":"é"}');
    const section = (text: string): string => `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
    const text = message(body).toString().replaceAll("\r", "");
    expect(requestOf(xml(`<request base64="false">${section(text)}</request>`))).toMatchObject({ fidelity: "exact" });
    expect(isProven(requestOf(xml(`<request>${section(text)}</request>`)))).toBe(true);
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("é", "&#xe9;");
    expect(isProven(requestOf(xml(`<request>${escaped}</request>`)))).toBe(true);
    const unframed = requestOf(xml(`<request>${section(message(body, "").toString())}</request>`));
    expect(unframed.fidelity).toBe("text");
    expect(unframed.notes.join()).toContain("Base64-encode");
  });

  it("are all read", () => {
    const two = xml(encoded(Buffer.from("a")) + encoded(Buffer.from("b")));
    expect(requestsOf(two).map(bodyOf)).toEqual(["a", "b"]);
  });
});

describe("a collection of Postman", () => {
  const signed = (body: string): object => ({ key: "X-Telepath-Signature", value: signatureOf(body) });
  const collection = (...item: object[]): string =>
    JSON.stringify({ info: { schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }, item });
  const request = (body: object, header: unknown = []): object => ({
    request: { method: "POST", url: { raw: "https://a.test/p" }, header, body },
  });

  it.each<[object, string, string]>([
    [{ mode: "formdata", formdata: [] }, "absent", "boundary"],
    [{ mode: "file", file: { src: "/etc/passwd" } }, "absent", "not opened"],
    [{ mode: "graphql", graphql: { query: "{a}" } }, "absent", "GraphQL"],
    [{ mode: "urlencoded", urlencoded: [{ key: "a", value: "b c" }] }, "reserialised", "from its fields"],
    [{ mode: "raw", raw: '{"a":"{{b}}"}' }, "text", "variables"],
    [{ mode: "raw", raw: "a\nb" }, "text", "one kind of line end"],
  ])("with %j is never exact, and says why", (body, fidelity, note) => {
    const read = requestOf(collection(request(body)));
    expect(read.fidelity).toBe(fidelity);
    expect(read.notes.join()).toContain(note);
  });

  it("has the requests of its folders and saved responses, those with a signature first", () => {
    const inner = request({ mode: "raw", raw: "x" }, [signed("x"), { key: "X-Off", value: "1", disabled: true }]);
    const saved = {
      response: [
        { originalRequest: { method: "PUT", url: "https://a.test/q", header: `X-Telepath-Signature: a\nB: c` } },
      ],
    };
    const requests = requestsOf(collection(request({ mode: "raw", raw: "y" }), { item: [{ item: [inner] }, saved] }));
    expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual(["POST /p", "PUT /q"]);
    expect(requests[0]?.headers.map(([name]) => name)).toEqual(["X-Telepath-Signature"]);
    expect(requests[0] && isProven(requests[0])).toBe(true);
    expect(requests[1]?.headers).toContainEqual(["B", "c"]);
  });

  it("gives a form in each encoding", () => {
    const form = {
      mode: "urlencoded",
      urlencoded: [
        { key: "a", value: "b c" },
        { key: "x", value: "y", disabled: true },
      ],
    };
    for (const body of ["a=b c", "a=b+c", "a=b%20c"]) {
      expect(isProven(requestOf(collection(request(form, [signed(body)]))))).toBe(true);
    }
  });

  it("is told from the console's log, which holds the body as it is shown", () => {
    const log = (body: unknown): string =>
      `POST https://a.test/p?q: ${JSON.stringify({ Network: {}, "Request Headers": { "x-telepath-signature": signatureOf("{}") }, "Request Body": body }, null, 2)}`;
    expect(formatOf(log("{}"))).toBe("postman-console");
    expect(requestOf(log("{}"))).toMatchObject({ method: "POST", target: "/p?q", fidelity: "text" });
    expect(isProven(requestOf(log("{}")))).toBe(true);
    expect(requestOf(log({})).notes.join()).toContain("raw view");
  });
});

describe("a collection of Insomnia", () => {
  const item = (body: object, signature: string): object => ({
    method: "POST",
    url: "https://a.test/p",
    headers: [{ name: "X-Telepath-Signature", value: signature }],
    body,
  });
  const v4 = (...items: object[]): string =>
    JSON.stringify({
      _type: "export",
      __export_format: 4,
      resources: [{ _type: "workspace" }, ...items.map((each) => Object.assign({ _type: "request" }, each))],
    });
  const v5 = (...items: object[]): string =>
    stringify({ type: "collection.insomnia.rest/5.0", name: "x", collection: [{ name: "folder", children: items }] });

  it.each(bodies.filter(([, body]) => isText(body)))("holds %s in both versions", (_name, body) => {
    for (const dump of [v4, v5].map((print) => print(item({ text: body.toString() }, signatureOf(body))))) {
      expect(formatOf(dump)).toBe("insomnia");
      expect(requestOf(dump)).toMatchObject({ method: "POST", target: "/p", fidelity: "text" });
      expect(isProven(requestOf(dump))).toBe(true);
    }
  });

  it.each<[object, string, string]>([
    [{ mimeType: "multipart/form-data", params: [{ name: "a", value: "b" }] }, "absent", "boundary"],
    [{ fileName: "/etc/passwd" }, "absent", "not opened"],
    [{ params: [{ name: "a", value: "b" }] }, "reserialised", "from its fields"],
    [{ text: '{"a":"{{ _.b }}"}' }, "text", "template tags"],
  ])("with %j is never exact, and says why", (body, fidelity, note) => {
    for (const print of [v4, v5]) {
      expect(requestOf(print(item(body, "a"))).fidelity).toBe(fidelity);
      expect(requestOf(print(item(body, "a"))).notes.join()).toContain(note);
    }
  });

  it("without requests says so", () => {
    expect(() => requestOf(v5())).toThrow("there is no request in this collection");
  });
});

describe("a megabyte of the worst is read in time proportional to it", () => {
  const units = [
    "[",
    "{\n",
    "}\n",
    "- ",
    "a: ",
    "a:\n",
    "'",
    '"',
    '"",',
    "*a ",
    "&a ",
    "|\n",
    " \n",
    "<request>",
    "<![CDATA[",
  ];
  const starts = [
    "",
    "http_interactions:\n",
    "http_interactions: [",
    'http_interactions: "',
    "type: collection.insomnia.rest/5.0\ncollection:\n",
    '<items burpVersion="1"><request>',
    "uuid,content,headers\n",
    "POST https://a.test: {",
  ];

  it.each(starts.flatMap((start) => units.map((unit) => [start, unit] as const)))("after %j: %j", (start, unit) => {
    const dump = Buffer.from(start + unit.repeat(Math.ceil((1 << 20) / unit.length)));
    expect(cpuTime(() => expect(attempt(dump)).toBe(true))).toBeLessThan(linearMs);
  });

  it("of a table with as many columns as rows", () => {
    const dump = Buffer.from(`uuid,content,headers${",a".repeat(1 << 18)}\n${"a,b,{}\n".repeat(1 << 16)}`);
    expect(cpuTime(() => expect(attempt(dump)).toBe(true))).toBeLessThan(linearMs);
  });
});

/** True when a dump was read or refused; what else is thrown is a bug. */
function attempt(dump: Buffer): boolean {
  try {
    readDump(dump);
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
  }
  return true;
}
