import { describe, expect, it } from "vitest";
import type { DumpedRequest } from "../../src/model/dump.ts";
import { headerValue } from "../../src/model/http.ts";
import { readDump } from "../../src/dumps/read.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const body = '{"a":1.0,"b":"é"}';
const parsed = '{"a": 1.0, "b": "é"}';
const signature = signatureOf(body);
const base64 = Buffer.from(body).toString("base64");
const bytes = Buffer.from(Array.from({ length: 256 }, (_unused, index) => index));
const headers = { "x-telepath-signature": signature };
const length = String(Buffer.byteLength(body));

const json = (value: unknown): string => JSON.stringify(value).replace('"PARSED"', parsed);
const formatOf = (dump: string): string => readDump(Buffer.from(dump)).format;

/** Each producer's record, with a body it holds parsed. */
const lossy: [format: string, record: object][] = [
  ["pipedream", { method: "POST", client_ip: "::1", headers, body: "PARSED", inferred_body_type: "JSON" }],
  ["hookdeck", { id: "evt_1", event_data_id: "edt_1", data: { headers, body: "PARSED", path: "/p" } }],
  ["smee", { ...headers, host: "a", body: "PARSED", query: {}, timestamp: 1 }],
  ["pino", { level: 30, time: 1, pid: 1, req: { headers }, body: "PARSED" }],
  ["google-cloud", { insertId: "a", jsonPayload: { headers, body: "PARSED" } }],
  ["github-delivery", { guid: "g", delivered_at: "t", request: { headers, payload: "PARSED" } }],
  ["nock", { scope: "http://a", method: "POST", path: "/p", body: "PARSED", status: 200, reqheaders: headers }],
];

describe("a producer that parses the body", () => {
  it.each(lossy)("%s: is never exact, whatever length is announced, and says what to ask for", (format, record) => {
    const announced = JSON.parse(
      JSON.stringify(record).replace('"x-telepath-signature"', `"content-length":"${length}","x-telepath-signature"`),
    ) as object;
    for (const one of [record, announced]) {
      const request = requestOf(json(one));
      expect(request.fidelity).toBe("reserialised");
      expect(bodyOf(request)).toBe(Buffer.from(parsed).toString("latin1"));
      expect(request.notes.join()).toMatch(/parse|raw/);
    }
    expect(formatOf(json(record))).toBe(format);
  });

  it.each(lossy)("%s: is known in lists, in a log, and printed over several lines", (format, record) => {
    const pretty = JSON.stringify(record, null, 2);
    for (const dump of [
      json([record, record]),
      json({ models: [record, record], count: 2 }),
      `${json(record)}\n${json(record)}\n`,
      `${pretty}\n${pretty}\n`,
      `2026-11-23T08:00:00Z app[1]: ${json(record)}\n2026-11-23T08:00:01Z app[1]: ${json(record)}\r\n`,
      `event: ping\ndata: {}\n\nid: 1\ndata: ${json(record)}\n\ndata: ${json(record)}\n\n`.replaceAll("data: ", ""),
    ]) {
      expect(formatOf(dump)).toBe(format);
      expect(requestsOf(dump)).toHaveLength(2);
    }
  });

  it("names the lines that are broken", () => {
    const line = json(lossy[3]?.[1]);
    const [first, second] = requestsOf(`{"level":\n${line}\n{"level":30}x\n${line}\n`);
    expect(first?.notes.join()).toContain("Not JSON and left out: line 1, 3.");
    expect(second?.notes.join()).not.toContain("left out");
  });

  it("says when the signature was redacted", () => {
    for (const value of ["[Redacted]", "REDACTED", "***", "[FILTERED]"]) {
      const record = { level: 30, time: 1, pid: 1, headers: { "x-telepath-signature": value }, rawBody: body };
      expect(requestOf(json(record)).notes.join()).toContain("not to redact");
    }
  });
});

describe("what is no record of theirs is left to other formats", () => {
  it.each([
    { headers, body },
    { level: 30, headers, rawBody: body },
    { id: "msg_1", payload: body, headers },
    { object: "event", headers, body },
    { uuid: "u", headers, content: body },
    { request: { headers, payload: body } },
    { timestamp: 1, headers, body },
    { scope: "a", headers, body },
    { params: { request: { url: "http://a", headers, postData: body } } },
  ])("%j", (record) => {
    expect(formatOf(json(record))).toBe("json");
    expect(isProven(requestOf(json(record)))).toBe(true);
  });
});

describe("Pipedream", () => {
  it("holds the body as text in bodyRaw", () => {
    const event = { client_ip: "::1", headers, body: "PARSED", bodyRaw: body };
    expect(requestOf(json(event)).fidelity).toBe("text");
    expect(isProven(requestOf(json(event)))).toBe(true);
  });
});

describe("Hookdeck", () => {
  it("with a raw body alone has no headers, and says so", () => {
    const request = requestOf(json({ raw_body: body }));
    expect(request).toMatchObject({ headers: [], fidelity: "text" });
    expect(request.notes.join()).toContain("--signature");
  });

  it("has the path of its socket's message", () => {
    const message = {
      type: "attempt",
      body: { cli_path: "/p?q", request: { method: "POST", data_string: body, headers } },
    };
    expect(requestOf(json(message))).toMatchObject({ method: "POST", target: "/p?q" });
    expect(isProven(requestOf(json(message)))).toBe(true);
  });
});

describe("Svix and Stripe", () => {
  const message = { id: "msg_1", eventType: "a", payload: "PARSED" };
  const attempt = { id: "atmpt_1", msgId: "msg_1", url: "https://a.test/p" };

  it.each<[string, object, string, string]>([
    ["svix", message, "reserialised", "no headers"],
    ["svix", { message, attempt }, "reserialised", "no headers"],
    ["svix", { data: [attempt], done: true }, "absent", "Attempts hold no payload"],
    ["stripe", { id: "evt_1", object: "event", livemode: false, data: { object: {} } }, "reserialised", "written anew"],
  ])("%s hold no signature", (format, record, fidelity, note) => {
    expect(formatOf(json(record))).toBe(format);
    expect(requestOf(json(record))).toMatchObject({ headers: [], fidelity });
    expect(requestOf(json(record)).notes.join()).toContain(note);
  });

  it("as Stripe's socket sends them hold headers and text", () => {
    const request = requestOf(json({ type: "webhook_event", event_payload: body, http_headers: headers }));
    expect(isProven(request)).toBe(true);
    expect(request.fidelity).toBe("text");
  });
});

describe("AWS Lambda", () => {
  const v2 = { version: "2.0", rawPath: "/p", rawQueryString: "q=1", headers, isBase64Encoded: false };

  it.each<[string, object, string, string]>([
    ["base64", { ...v2, body: base64, isBase64Encoded: true }, "exact", body],
    ["text", { ...v2, body }, "text", body],
    ["text that looks like base64", { ...v2, body: "YWJjZGVmZ2hpamtsbW5v" }, "text", "YWJjZGVmZ2hpamtsbW5v"],
    ["bytes", { ...v2, body: bytes.toString("base64"), isBase64Encoded: true }, "exact", bytes.toString("latin1")],
    ["nothing", v2, "exact", ""],
    ["null", { httpMethod: "POST", path: "/p", headers, body: null, isBase64Encoded: false }, "exact", ""],
    ["a nested event", { event: { ...v2, body }, context: {} }, "text", body],
  ])("holds %s", (_what, event, fidelity, text) => {
    const request = requestOf(json(event));
    expect(formatOf(json(event))).toBe("lambda");
    expect(request.fidelity).toBe(fidelity);
    expect(Buffer.from(request.body)).toEqual(text === bytes.toString("latin1") ? bytes : Buffer.from(text));
  });

  it("without a body that was announced is absent", () => {
    const event = { ...v2, headers: { ...headers, "content-length": "5" } };
    expect(requestOf(json(event))).toMatchObject({ fidelity: "absent", declaredBytes: 5 });
    expect(requestOf(json(event)).notes.join()).toContain("Log the event whole");
  });

  it("is found in a line of CloudWatch", () => {
    const line = `2026-11-23T08:00:00.000Z\t7f0c2f9e\tINFO\t${json({ ...v2, body })}\n`;
    const log = `START RequestId: 7f0c2f9e Version: $LATEST\n${line}END RequestId: 7f0c2f9e\n`;
    expect(formatOf(log)).toBe("lambda");
    expect(requestOf(log)).toMatchObject({ target: "/p?q=1" });
    expect(isProven(requestOf(log))).toBe(true);
  });

  it("behind a mapping template is read in spite of its \\'", () => {
    const text = '{"it":"it\'s","path":"C:\\\\\\\\"}';
    const escaped = JSON.stringify(text).replaceAll("'", "\\'");
    const dump = `{"headers":{"X-Telepath-Signature":"${signatureOf(text)}"},"rawBody":${escaped}}`;
    expect(formatOf(dump)).toBe("lambda");
    expect(isProven(requestOf(dump))).toBe(true);
  });
});

describe("cloud logs", () => {
  it("of Google hold what was logged as text, or only the request line", () => {
    const text = { insertId: "a", textPayload: `hook ${json({ headers, rawBody: base64 })}` };
    expect(isProven(requestOf(json(text)))).toBe(true);
    const request = requestOf(
      json({ insertId: "a", httpRequest: { requestMethod: "POST", requestUrl: "https://a.test/p?q" } }),
    );
    expect(request).toMatchObject({ method: "POST", target: "/p?q", fidelity: "absent" });
    expect(request.notes.join()).toContain("rawBody");
  });

  it("of Cloudflare hold no body, and point at the message that may be it", () => {
    const event = {
      outcome: "ok",
      event: {
        request: { url: "https://a.test/p", method: "POST", headers: { ...headers, "content-length": length } },
      },
      logs: [{ message: ["hi"] }, { message: [body] }],
    };
    const request = requestOf(json(event));
    expect(request).toMatchObject({ target: "/p", fidelity: "absent", body: new Uint8Array() });
    expect(request.notes.join()).toContain("Message 2 of its logs");
    expect(request.notes.join()).toContain("wrangler tail shows no bodies");
  });
});

describe("pino", () => {
  it.each<[string, unknown, string]>([
    ["a string", body, "text"],
    ["a Buffer", Buffer.from(body).toJSON(), "exact"],
    ["base64", base64, "exact"],
  ])("holds %s", (_what, rawBody, fidelity) => {
    const line = { level: "info", time: "2026", msg: "hook", req: { method: "POST", url: "/p", headers }, rawBody };
    expect(requestOf(json(line))).toMatchObject({ fidelity, method: "POST", target: "/p" });
    expect(isProven(requestOf(json(line)))).toBe(true);
  });
});

describe("nock", () => {
  const record = {
    scope: "http://a",
    method: "POST",
    path: "/p",
    status: 200,
    response: "",
    rawHeaders: ["Host", "other"],
  };

  it("has the request's headers, never the response's, or says how to record them", () => {
    const request = requestOf(json({ ...record, body }));
    expect(request.headers).toEqual([]);
    expect(request.notes.join()).toContain("enable_reqheaders_recording");
  });

  it("holds bytes as hex", () => {
    const request = requestOf(
      json({ ...record, reqheaders: { "x-telepath-signature": signatureOf(bytes) }, body: bytes.toString("hex") }),
    );
    expect(request.fidelity).toBe("exact");
    expect(isProven(request)).toBe(true);
  });
});

describe("Chrome's protocol", () => {
  const request = { url: "https://a.test/p?q#f", method: "POST", headers, initialPriority: "High" };
  const event = (members: object): string =>
    json({ method: "Network.requestWillBeSent", params: { requestId: "1", request: { ...request, ...members } } });
  const signedBytes = { headers: { "x-telepath-signature": signatureOf(bytes) } };

  it.each<[string, object, string]>([
    [
      "pieces",
      { postDataEntries: [{ bytes: base64.slice(0, 8) }, { bytes: base64.slice(8) }], postData: "x" },
      "exact",
    ],
    ["text", { hasPostData: true, postData: body }, "text"],
    ["characters for bytes", { ...signedBytes, hasPostData: true, postData: bytes.toString("latin1") }, "text"],
  ])("holds %s", (_what, members, fidelity) => {
    expect(requestOf(event(members))).toMatchObject({ fidelity, target: "/p?q" });
    expect(isProven(requestOf(event(members)))).toBe(true);
  });

  it("without a body that was too long says so", () => {
    expect(requestOf(event({ hasPostData: true })).fidelity).toBe("absent");
    expect(requestOf(event({ hasPostData: true })).notes.join()).toContain("maxPostDataSize");
    expect(requestOf(event({})).fidelity).toBe("exact");
  });
});

describe("Charles", () => {
  const session = (request: object, pairs: Record<string, string> = headers): string =>
    `\ufeff${json([
      {
        method: "POST",
        actualPort: 80,
        path: "/p",
        query: "q",
        request: { header: { headers: Object.entries(pairs).map(([name, value]) => ({ name, value })) }, ...request },
      },
    ])}`;

  it.each<[string, object, string]>([
    ["base64", { body: { encoding: "base64", encoded: base64 } }, "exact"],
    ["text", { body: { text: body } }, "text"],
    ["text of the size that was sent", { sizes: { body: Number(length) }, body: { text: body } }, "exact"],
  ])("holds %s", (_what, request, fidelity) => {
    expect(requestOf(session(request))).toMatchObject({ fidelity, target: "/p?q" });
    expect(isProven(requestOf(session(request)))).toBe(true);
  });

  it("with a coded body holds what it decodes to, which is not exact", () => {
    const coded = { ...headers, "content-encoding": "gzip", "content-length": length };
    expect(requestOf(session({ body: { text: body } }, coded)).fidelity).toBe("text");
  });

  it("that left the body out is absent", () => {
    expect(requestOf(session({ sizes: { body: 9 }, body: {} }))).toMatchObject({
      fidelity: "absent",
      declaredBytes: 9,
    });
  });

  it("in its binary form asks for the other one", () => {
    const binary = Buffer.concat([Buffer.from("aced0005", "hex"), Buffer.from("..com.xk72.charles.model")]);
    expect(() => readDump(binary)).toThrow("binary sessions (.chls) are not read");
  });
});

describe("webhook.site", () => {
  const record = {
    uuid: "u",
    token_id: "t",
    headers: { "x-telepath-signature": [signature] },
    url: "https://a.test/p",
  };

  it("with fewer bytes than came lost some, and says where they are", () => {
    const request = requestOf(json({ ...record, content: "abc", size: 9 }));
    expect(request).toMatchObject({ fidelity: "truncated", declaredBytes: 9 });
    expect(request.notes.join()).toContain("/raw");
  });

  it("holds text", () => {
    expect(isProven(requestOf(json({ ...record, content: body, size: Number(length) })))).toBe(true);
  });

  const csv = (content: string, separator = ",", end = "\n"): string => {
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const rows = [
      ["uuid", "method", "content", "url", "headers"],
      [
        "u",
        "POST",
        content,
        "https://a.test/p",
        JSON.stringify({ "x-telepath-signature": [signatureOf(content)] }),
      ].map(cell),
    ];
    return rows.map((row) => row.join(separator)).join(end) + end;
  };

  it.each(["", body, "a\r\nb\n", 'x","y""', "a;b", "\n\n", "é😀", '"'])("as CSV holds %j", (content) => {
    for (const dump of [csv(content), csv(content, ";"), csv(content, ",", "\r\n"), csv(content).trimEnd()]) {
      const request = requestOf(dump);
      expect(formatOf(dump)).toBe("webhook.site-csv");
      expect(bodyOf(request)).toBe(Buffer.from(content).toString("latin1"));
      expect(request).toMatchObject({ method: "POST", target: "/p", fidelity: "text" });
      expect(isProven(request)).toBe(true);
    }
  });

  it("as CSV without rows, or with headers that are no JSON, names the place", () => {
    expect(() => requestOf("uuid,content,headers\n")).toThrow("no row below its column names");
    expect(() => requestOf("uuid,content,headers\nu,x,y\n")).toThrow("row 2: its headers are not JSON");
  });
});

describe("GitHub's API", () => {
  it("without a request in it asks for the delivery", () => {
    const [request] = requestsOf(json([{ id: 1, guid: "g", delivered_at: "t", status: "OK" }]));
    expect(request?.fidelity).toBe("absent");
    expect(request?.notes.join()).toContain("deliveries/{id}");
  });
});

describe("Polly.JS", () => {
  it("says what it leaves out", () => {
    const request = { method: "POST", url: "/", headers: [{ name: "X-Telepath-Signature", value: "a" }], bodySize: 9 };
    const recording = json({ log: { _recordingName: "r", entries: [{ request }] } });
    expect(formatOf(recording)).toBe("polly");
    expect(requestOf(recording)).toMatchObject({ fidelity: "absent", declaredBytes: 9 });
    expect(requestOf(recording).notes.join()).toContain("keeps text only");
  });
});

describe("names in records are data", () => {
  it.each(lossy)("%s with __proto__", (_format, record) => {
    const dump = json(record).replace("{", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},');
    const found: DumpedRequest[] = requestsOf(dump);
    expect(found.map((request) => headerValue(request.headers, "x-telepath-signature"))).toEqual([signature]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
