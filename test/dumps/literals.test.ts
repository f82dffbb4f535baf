import { inspect, format } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerValue } from "../../src/model/http.ts";
import { readDump } from "../../src/dumps/read.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const body = '{"a":1.0,"b":"it\'s"}\n';
const signature = signatureOf(body);
const length = Buffer.byteLength(body);
const headers = { host: "a.test", "x-telepath-signature": signature, "content-length": String(length) };

/** Bytes with what ends strings and arrays in these forms among them. */
const awkwardBytes = fc.oneof(
  fc.uint8Array(),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        "\\",
        "\n",
        "\r\n",
        "}",
        ")",
        "\n)\n",
        '"\n',
        '"]=>',
        "    [x] => ",
        "Array\n(\n",
        "\0",
        "é",
        "b",
      ),
      { maxLength: 12 },
    )
    .map((parts) => new Uint8Array(Buffer.from(parts.join("")))),
);

describe("what console.log prints", () => {
  it("of a Buffer is cut, and the notes say what to log instead", () => {
    const long = Buffer.alloc(60, "a");
    const request = requestOf(inspect({ headers: { "x-telepath-signature": signatureOf(long) }, body: long }));
    expect(request).toMatchObject({ fidelity: "truncated", declaredBytes: 60 });
    expect(request.notes.join()).toContain("The dump holds 50 of 60 bytes.,console.log shows 50 bytes of a Buffer");
    expect(request.notes.join()).toContain('toString("base64")');
  });

  it("of a Buffer whose rest is hidden is not whole because it is as long as announced", () => {
    const text = inspect({ headers: { ...headers, "content-length": "50" }, body: Buffer.alloc(60, "a") });
    expect(requestOf(text).fidelity).toBe("truncated");
  });

  it("of a string beyond 10,000 characters is cut", () => {
    const long = "x".repeat(10_001);
    const request = requestOf(inspect({ headers: { ...headers, "content-length": "10001" }, body: long }));
    expect(request).toMatchObject({ fidelity: "truncated", declaredBytes: 10_001 });
    expect(request.body).toHaveLength(10_000);
  });

  it("of an object is the object's JSON and never exact", () => {
    const request = requestOf(format(headers, { id: "x", n: 1, list: [1, { a: null }], "key-1": undefined }));
    expect(bodyOf(request)).toBe('{"id":"x","n":1,"list":[1,{"a":null}],"key-1":null}');
    expect(request.fidelity).toBe("reserialised");
    expect(request.notes.join()).toContain("before the JSON parser");
  });

  it("of a deep object shows [Object], and then the body is cut", () => {
    const request = requestOf(format({ headers, body: { a: { b: { c: { d: 1 } } } } }));
    expect(request.fidelity).toBe("truncated");
  });

  it("of JSON that may have been printed from a parsed body is not exact, whatever its length", () => {
    const sent = '{"id":12345678901234567890}';
    const logged = JSON.stringify(JSON.parse(sent));
    expect(logged).toHaveLength(sent.length);
    const text = format({ ...headers, "content-length": String(sent.length) }, logged);
    expect(requestOf(text).fidelity).toBe("reserialised");
    expect(requestOf(format({ headers }, "body:", body)).fidelity).toBe("exact");
  });

  it.each<[string, string]>([
    ["two arguments", format(headers, body)],
    ["a label and two arguments", format("webhook", headers, "body:", body)],
    ["two calls", `${format("headers:", headers)}\n${format("raw body:", body)}\n`],
    ["two calls, the body first", `${inspect({ rawBody: body })}\n${inspect(headers)}\n`],
    [
      "a call among others",
      `[info] {starting}\n10:00 [{ a: 1 }\n${format(headers, Buffer.from(body))}\n[info] { done: true }\n`,
    ],
    ["an object", inspect({ method: "POST", headers, rawBody: Buffer.from(body), body: { a: 1 } })],
    ["raw headers", inspect({ rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body) })],
    ["a Headers object", inspect({ headers: new Headers(headers), body })],
    ["a Map", inspect({ headers: new Map(Object.entries(headers)), body })],
    ["an object without a prototype", inspect({ headers: Object.assign(Object.create(null), headers), body })],
    ["bytes", inspect({ headers, body: new Uint8Array(Buffer.from(body)) })],
    ["a string in pieces", inspect({ headers, body }).replace("1.0,", "1.0,` +\n    `")],
    ["all kinds of values", inspect([{ headers, body, d: new Date(0), s: Symbol("x"), f: () => 1, e: /a'b/, n: 1n }])],
    [
      "an object of Bun's",
      `{\n  headers: {\n    "x-telepath-signature": "${signature}",\n  },\n  body: ${JSON.stringify(body)},\n}`,
    ],
  ])("in %s gives the request", (_form, text) => {
    expect(readDump(Buffer.from(text)).format).toBe("node-inspect");
    expect(requestsOf(text).map(isProven)).toEqual([true]);
  });

  it("of several requests gives each with its own body", () => {
    const bodies = ["one=1", "two=2&x", "three"];
    const text = bodies.map((own) => format({ host: "a", "x-telepath-signature": signatureOf(own) }, own)).join("\n");
    expect(requestsOf(text).map(isProven)).toEqual([true, true, true]);
    expect(requestsOf(`${text}\n${text}`)).toHaveLength(6);
  });

  it("of a text keeps it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.integer({ min: 20, max: 120 }),
        (own, breakLength) => {
          const request = requestOf(inspect({ headers: { "x-telepath-signature": "a" }, body: own }, { breakLength }));
          expect(Buffer.from(request.body).toString()).toBe(Buffer.from(own).toString());
        },
      ),
    );
  });

  it("is data: nothing in it is run or becomes a member of every object", () => {
    const request = requestOf(
      `{ headers: { 'x-telepath-signature': 'a', ['__proto__']: { polluted: 1 } }, __proto__: { polluted: 1 }, body: { constructor: process.exit(1), x: \`\${process.exit(1)}\` } }`,
    );
    expect(bodyOf(request)).toContain("process.exit");
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("what Python prints", () => {
  const dict = `{'HTTP_X_TELEPATH_SIGNATURE': '${signature}', 'CONTENT_LENGTH': '${length}', 'REQUEST_METHOD': 'POST', 'PATH_INFO': '/p', 'QUERY_STRING': 'q=1', 'wsgi.input': <_io.BufferedReader name='<stdin>'>, 'wsgi.version': (1, 0)}`;
  const bytes = `b'{"a":1.0,"b":"it\\'s"}\\n'`;

  it("without a body says what to print", () => {
    expect(requestOf(dict)).toMatchObject({
      method: "POST",
      target: "/p?q=1",
      fidelity: "absent",
      declaredBytes: length,
    });
    expect(requestOf(dict).notes.join()).toContain("request.get_data()");
  });

  it("of a parsed body is its JSON", () => {
    const request = requestOf(`${dict} {'a': 1.0, 'b': True, 'c': None, 'd': [1, (2,)], 'e': Decimal('1.50')}`);
    expect(bodyOf(request)).toBe('{"a":1.0,"b":true,"c":null,"d":[1,2],"e":"1.50"}');
    expect(request.fidelity).toBe("reserialised");
  });

  it.each<[string, string]>([
    ["the environ and bytes", `${dict} ${bytes}`],
    ["the environ, then bytes", `${dict}\nBODY = ${bytes}\n`],
    ["the environ, then bytes in pieces", `${dict}\n(b'{"a":1.0,'\n b'"b":"it\\'s"}'\n b'\\n')\n`],
    ["bytes in double quotes", `${dict}\nbody: b"{\\"a\\":1.0,\\"b\\":\\"it's\\"}\\n"`],
    ["a tuple", `('POST', ${dict}, ${bytes})`.replace(`, ${bytes})`, `) ${bytes}`)],
    [
      "pairs of bytes",
      `{'type': 'http', 'headers': [(b'host', b'a'), (b'x-telepath-signature', b'${signature}')], 'body': ${bytes}}`,
    ],
    ["Django's headers", `{'X-Telepath-Signature': '${signature}', 'Content-Length': '${length}'} ${bytes}`],
    ["Flask's headers", `EnvironHeaders([('Host', 'a'), ('X-Telepath-Signature', '${signature}')]) ${bytes}`],
    [
      "Starlette's headers",
      `Headers({'host': 'a', 'x-telepath-signature': '${signature}'})\nbody ${bytes}`.replace("body ", "body: "),
    ],
    [
      "a log line",
      `2024-01-01 10:00:00,123 INFO [app] got ${dict}\n2024-01-01 body=${bytes}`.replace("2024-01-01 body", "body"),
    ],
    ["Python 2's", `{'HTTP_X_TELEPATH_SIGNATURE': u'${signature}', 'body': '{"a":1.0,"b":"it\\'s"}\\n'}`],
  ])("as %s gives the request", (_form, text) => {
    expect(readDump(Buffer.from(text)).format).toBe("python");
    expect(requestsOf(text).map(isProven)).toEqual([true]);
  });

  it("as text with surrogates for bytes has the bytes", () => {
    const own = Buffer.from([0x61, 0xe9, 0xff]);
    const text = `{'HTTP_X_TELEPATH_SIGNATURE': '${signatureOf(own)}', 'body': 'a\\udce9\\udcff'}`;
    expect(isProven(requestOf(text))).toBe(true);
  });

  it("as bytes keeps every byte", () => {
    const repr = (own: Uint8Array): string =>
      [...own]
        .map((byte) =>
          byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
            ? String.fromCharCode(byte)
            : `\\x${byte.toString(16).padStart(2, "0")}`,
        )
        .join("");
    fc.assert(
      fc.property(fc.uint8Array(), (own) => {
        const request = requestOf(`{'HTTP_X_TELEPATH_SIGNATURE': 'a', 'body': b'${repr(own)}'}`);
        expect(request.fidelity).toBe("exact");
        expect(Buffer.from(own).equals(request.body)).toBe(true);
      }),
    );
  });
});

describe("what Ruby prints", () => {
  const env = `"HTTP_X_TELEPATH_SIGNATURE"=>"${signature}", "REQUEST_METHOD"=>"POST", "PATH_INFO"=>"/p", "rack.input"=>#<StringIO:0x1 @a={"x"=>1}>, "rack.errors"=>#<IO:<STDERR>>, "at"=>2024-01-01 10:00:00 +0000, "app"=>My::App, :s=>:"a b", "rack.version"=>[1, 6]`;
  const string = '"{\\"a\\":1.0,\\"b\\":\\"it\'s\\"}\\n"';

  it.each<[string, string]>([
    ["an env and a string", `{${env}}\n${string}\n`],
    ["an env and an assignment", `{${env}}\nBODY=${string}\n`],
    ["a hash", `{:env=>{${env}}, :body=>${string}}`],
    ["a hash of Ruby 3.4", `{env: {${env.replaceAll("=>", " => ")}}, raw_post: ${string}}`],
  ])("as %s gives the request", (_form, text) => {
    expect(readDump(Buffer.from(text)).format).toBe("ruby");
    expect(requestsOf(text).map(isProven)).toEqual([true]);
    expect(requestOf(text)).toMatchObject({ method: "POST", target: "/p" });
  });

  it("undoes every escape", () => {
    const request = requestOf(
      `{"HTTP_X_TELEPATH_SIGNATURE"=>"a"}\n"\\xEB\\u00EB\\u{1F600 41}\\e\\#{x}\\#$y\\0\\x7F\\s\\q"`,
    );
    expect(request.fidelity).toBe("exact");
    expect(Buffer.from(request.body).toString("hex")).toBe("ebc3abf09f9880411b237b787d232479007f2071");
  });

  it("without a body says what to print", () => {
    expect(requestOf(`{${env}}`).notes.join()).toContain("request.raw_post");
  });
});

describe("what PHP prints", () => {
  it("with var_dump keeps any body to the byte, by its length", () => {
    fc.assert(
      fc.property(awkwardBytes, (own) => {
        const dump = [
          `array(1) {\n  ["X-Telepath-Signature"]=>\n  string(1) "a"\n}\nstring(${own.length}) "`,
          own,
          '"\n',
        ];
        const request = requestOf(Buffer.concat(dump.map((part) => Buffer.from(part))));
        expect(request.fidelity).toBe("exact");
        expect(Buffer.from(own).equals(request.body)).toBe(true);
      }),
    );
  });

  it("with var_export keeps any body to the byte", () => {
    fc.assert(
      fc.property(awkwardBytes, (own) => {
        const escaped = Buffer.from(own).toString("latin1").replace(/[\\']/g, "\\$&").replaceAll("\0", `' . "\\0" . '`);
        const dump = `array (\n  'headers' => \n  array (\n    'X-Telepath-Signature' => 'a',\n  ),\n  'body' => '${escaped}',\n)`;
        const request = requestOf(Buffer.from(dump, "latin1"));
        expect(request.fidelity).toBe("exact");
        expect(Buffer.from(own).equals(request.body)).toBe(true);
      }),
    );
  });

  it("with print_r keeps any body to the byte, by the Content-Length", () => {
    fc.assert(
      fc.property(awkwardBytes, (own) => {
        fc.pre(own.length > 0);
        const dump = [
          `Array\n(\n    [body] => `,
          own,
          `\n    [headers] => Array\n        (\n            [X-Telepath-Signature] => a\n            [Content-Length] => ${own.length}\n        )\n\n)\n`,
        ];
        const request = requestOf(Buffer.concat(dump.map((part) => Buffer.from(part))));
        expect(request.fidelity).toBe("exact");
        expect(Buffer.from(own).equals(request.body)).toBe(true);
      }),
    );
  });

  it("with print_r and no Content-Length is text, and says what to use instead", () => {
    const request = requestOf(
      `Array\n(\n    [HTTP_X_TELEPATH_SIGNATURE] => ${signatureOf("a\nb")}\n    [REQUEST_METHOD] => PUT\n    [REQUEST_URI] => /x?y\n)\nArray\n(\n    [body] => a\nb\n)\n`,
    );
    expect(request).toMatchObject({ method: "PUT", target: "/x?y", fidelity: "text" });
    expect(isProven(request)).toBe(true);
    const whole = requestOf(
      `Array\n(\n    [h] => Array\n        (\n            [X-Telepath-Signature] => ${signatureOf("a\nb")}\n        )\n\n    [body] => a\nb\n)\n`,
    );
    expect(whole.fidelity).toBe("text");
    expect(isProven(whole)).toBe(true);
    expect(whole.notes.join()).toContain("var_dump");
  });

  const own = '{"a":\r\n1}';
  const dumped = (text: string, count = own.length): string =>
    `array(2) {\n  ["headers"]=>\n  array(1) {\n    ["X-Telepath-Signature"]=>\n    string(71) "${signatureOf(own)}"\n  }\n  ["body"]=>\n  string(${count}) "${text}"\n}\n`;

  it("with var_dump in a file whose line ends were changed is put right by the length", () => {
    expect(isProven(requestOf(dumped(own)))).toBe(true);
    const unix = '{"a":\n1}';
    const changed = dumped(unix, unix.length).replaceAll("\n", "\r\n").replace(signatureOf(own), signatureOf(unix));
    expect(requestOf(changed).fidelity).toBe("exact");
    expect(isProven(requestOf(changed))).toBe(true);
  });

  it("with var_dump and a string that was cut is truncated", () => {
    expect(requestOf(dumped("short", 600))).toMatchObject({ fidelity: "truncated", declaredBytes: 600 });
    expect(requestOf(dumped("short", 600).replace('short"', 'short"...')).fidelity).toBe("truncated");
  });

  it("with Xdebug's var_dump is read alike", () => {
    const xdebug = `/app/index.php:3:\n${dumped(own)}`.replace(/\["([^"]*)"\]=>\n\s*/g, "'$1' =>\n  ");
    expect(readDump(Buffer.from(xdebug)).format).toBe("php-var-dump");
    expect(isProven(requestOf(xdebug))).toBe(true);
  });

  it("as objects is read as arrays are", () => {
    const object = `object(Request)#3 (3) {\n  ["headers":protected]=>\n  array(1) {\n    ["X-Telepath-Signature"]=>\n    string(71) "${signatureOf(own)}"\n  }\n  ["n"]=>\n  float(1.5)\n  ["content":"Request":private]=>\n  string(${own.length}) "${own}"\n}\n`;
    expect(isProven(requestOf(object))).toBe(true);
    const exported = `\\Request::__set_state(array(\n   'headers' => \n  (object) array(\n     'X-Telepath-Signature' => '${signatureOf(own)}',\n  ),\n   'content' => '${own}',\n))`;
    expect(isProven(requestOf(exported))).toBe(true);
    const printed = `Request Object\n(\n    [headers:protected] => Array\n        (\n            [X-Telepath-Signature] => ${signatureOf("x")}\n        )\n\n    [content] => x\n)\n`;
    expect(isProven(requestOf(printed))).toBe(true);
  });

  it("of a parsed body is its JSON and never exact", () => {
    const request = requestOf(
      `array (\n  'headers' => \n  array (\n    'X-Telepath-Signature' => 'a',\n  ),\n  'body' => \n  array (\n    'a' => 1.0,\n    'b' => \n    array (\n      0 => true,\n      1 => NULL,\n    ),\n  ),\n)`,
    );
    expect(bodyOf(request)).toBe('{"a":1.0,"b":[true,null]}');
    expect(request.fidelity).toBe("reserialised");
    expect(request.notes.join()).toContain("php://input");
    expect(headerValue(request.headers, "x-telepath-signature")).toBe("a");
  });
});
