import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerValue } from "../../src/model/http.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";
import { frame, packet, pcapngOf, pcapOf } from "./packets.ts";

const folder = join(import.meta.dirname, "../data/dumps/pcap");

function message(body: string | Uint8Array, path = "/hooks"): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Telepath-Signature: ${signatureOf(bytes)}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The message in segments that start at these offsets of it. */
function segments(bytes: Buffer, ...cuts: number[]): { payload: Buffer; sequence: number }[] {
  return [0, ...cuts].map((start, index) => ({
    payload: bytes.subarray(start, cuts[index] ?? bytes.length),
    sequence: 1000 + start,
  }));
}

describe("a damaged capture", () => {
  const whole = pcapOf(segments(message("abc"), 10, 30).map(frame));

  it("whose length field lies is named with its packet", () => {
    const lying = Buffer.from(whole);
    lying.writeUInt32LE(0xffff_ffff, 24 + 8);
    expect(() => requestOf(lying)).toThrow(
      "pcap dump: damaged capture at packet 1: its length field says 4294967295 bytes",
    );
    const second = 24 + 16 + 54 + 10;
    const later = Buffer.from(whole);
    later.writeUInt32LE(0x7fff_ffff, second + 8);
    const request = requestOf(Buffer.concat([pcapOf(segments(message("abc")).map(frame)), later.subarray(second)]));
    expect(bodyOf(request)).toBe("abc");
    expect(request.notes).toEqual([expect.stringContaining("Damaged capture at packet 2: its length field says")]);
  });

  it("that ends within a packet keeps the requests before it", () => {
    const [first, second] = [message("one", "/1"), message("two", "/2")];
    const two = pcapOf([frame({ payload: first, sequence: 1 }), frame({ payload: second, sequence: 1, port: 5 })]);
    const request = requestOf(two.subarray(0, -1));
    expect(request).toMatchObject({ target: "/1", fidelity: "exact" });
    expect(request.notes.join()).toContain("Damaged capture at packet 2");
    expect(() => requestOf(two.subarray(0, 50))).toThrow("damaged capture at packet 1: it has");
    expect(() => requestOf(two.subarray(0, 30))).toThrow("damaged capture at packet 1: the file ends in its header");
    expect(() => requestOf(two.subarray(0, 12))).toThrow("damaged capture at packet 1");
  });

  it("of pcapng names the packet as well", () => {
    const one = pcapngOf([frame({ payload: message("a"), sequence: 1 })]);
    const wrong = Buffer.from(one);
    wrong.writeUInt32LE(7, 28 + 20 + 20 + 4);
    expect(() => requestOf(wrong)).toThrow("damaged capture at packet 1: a block there has a wrong length, 7 bytes");
    const beyond = Buffer.from(one);
    beyond.writeUInt32LE(100_000, 28 + 20 + 20 + 20);
    expect(() => requestOf(beyond)).toThrow("damaged capture at packet 1: it has 100000 bytes");
    expect(() => requestOf(one.subarray(0, -3))).toThrow("damaged capture at packet 1");
  });

  it("that lacks a packet has a truncated request, and says why", () => {
    const [first, , third] = segments(message("x".repeat(100)), 150, 200);
    const request = requestOf(pcapOf([first!, third!].map(frame)));
    expect(request.fidelity).toBe("truncated");
    expect(request.notes.join(" ")).toContain("Packets of this connection are missing from the capture.");
  });
});

describe("a capture without requests", () => {
  it.each([
    ["\x16\x03\x01\x02\x00", "encrypted (TLS)"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"],
  ])("%j says what there is instead", (payload, hint) => {
    const dump = pcapOf([frame({ payload: Buffer.from(payload, "latin1"), sequence: 1 })]);
    expect(() => requestOf(dump)).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) as string }));
  });

  it("of a link type that is not read names it", () => {
    expect(() => requestOf(pcapOf([Buffer.alloc(60)], { linkType: 105 }))).toThrow("packets of link type 105");
  });

  it("takes what a server quotes for no request", () => {
    const payload = `HTTP/1.1 200 OK\r\n\r\n\n${message("a").toString()}`;
    expect(() => requestOf(pcapOf([frame({ payload, sequence: 1, fromServer: true })]))).toThrow("no HTTP request");
  });
});

describe("TCP segments", () => {
  const body = Uint8Array.from({ length: 256 }, (_unused, index) => index);

  it("in any order, sent again and overlapping, give the bytes that were sent", () => {
    const whole = message(body);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.array(fc.tuple(fc.nat(whole.length), fc.nat(100)), { maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        (cuts, first, again, order) => {
          const parts = segments(whole, ...cuts.toSorted((a, b) => a - b));
          for (const [start, length] of again) {
            parts.push({ payload: whole.subarray(start, start + length), sequence: 1000 + start });
          }
          const opening = frame({ payload: "", sequence: first, flags: 2 });
          const shuffled = parts
            .map((part) => ({ part, at: order.next().value ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ part }) => frame({ ...part, sequence: part.sequence - 1000 + first + 1 }));
          const request = requestOf(pcapOf([opening, ...shuffled]));
          expect(request.fidelity).toBe("exact");
          expect(Buffer.from(request.body).equals(body)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("of several connections, interleaved, and of a port that is used anew are kept apart", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => message(name.repeat(50), `/${name}`)) as [Buffer, Buffer, Buffer];
    const open = (sequence: number, port: number): Buffer => frame({ payload: "", sequence, port, flags: 2 });
    const packets = [
      open(9, 1),
      frame({ payload: a.subarray(0, 120), sequence: 10, port: 1 }),
      open(9, 2),
      frame({ payload: b, sequence: 10, port: 2 }),
      frame({ payload: a.subarray(120), sequence: 130, port: 1 }),
      open(500_000, 1),
      frame({ payload: c, sequence: 500_001, port: 1 }),
    ];
    const requests = requestsOf(pcapOf(packets));
    expect(requests.map(({ target }) => target)).toEqual(["/a", "/b", "/c"]);
    expect(requests.every(isProven)).toBe(true);
  });

  it("that carry several requests give each", () => {
    const both = Buffer.concat([message("1", "/1"), message("2", "/2")]);
    expect(requestsOf(pcapOf(segments(both, 100, 150).map(frame))).map(bodyOf)).toEqual(["1", "2"]);
  });
});

describe("a packet", () => {
  const sent = { payload: message("abc"), sequence: 7 };
  const ipv6 = Buffer.concat([
    Buffer.from([0x60, 0, 0, 0, 0, sent.payload.length + 28, 0, 64]),
    Buffer.alloc(32, 1),
    Buffer.from([6, 0, 1, 4, 0, 0, 0, 0]),
    packet(sent).subarray(20),
  ]);

  it.each([
    ["Ethernet", 1, frame(sent)],
    ["Ethernet with padding", 1, Buffer.concat([frame(sent), Buffer.alloc(20)])],
    ["VLAN", 1, Buffer.concat([Buffer.alloc(12), Buffer.from("810000010800", "hex"), packet(sent)])],
    ["a loopback device of BSD", 0, Buffer.concat([Buffer.from("02000000", "hex"), packet(sent)])],
    ["raw IP", 101, packet(sent)],
    ["raw IPv6 with options", 229, ipv6],
    ["Linux cooked", 113, Buffer.concat([Buffer.alloc(14), Buffer.from("0800", "hex"), packet(sent)])],
    ["Linux cooked, version 2", 276, Buffer.concat([Buffer.from("0800", "hex"), Buffer.alloc(18), packet(sent)])],
  ])("of %s is read", (_name, linkType, bytes) => {
    for (const dump of [
      pcapOf([bytes], { linkType }),
      pcapOf([bytes], { linkType, bigEndian: true }),
      pcapngOf([bytes], { linkType }),
      pcapngOf([bytes], { linkType, simple: true }),
    ]) {
      expect(bodyOf(requestOf(dump))).toBe("abc");
    }
  });

  it("that is a fragment, or of another protocol, is left out", () => {
    const fragment = frame(sent);
    fragment.writeUInt16BE(0x2000, 14 + 6);
    const udp = frame(sent);
    udp[14 + 9] = 17;
    for (const bytes of [fragment, udp]) expect(() => requestOf(pcapOf([bytes]))).toThrow("no HTTP request");
  });
});

describe("packets as hex", () => {
  const groups = (bytes: Buffer): string => (bytes.toString("hex").match(/.{1,4}/g) ?? []).join(" ");
  const lines = (bytes: Buffer): string[] =>
    Array.from({ length: Math.ceil(bytes.length / 16) }, (_unused, index) => {
      const part = bytes.subarray(index * 16, index * 16 + 16);
      const text = part.toString("latin1").replace(/[^!-~]/g, ".");
      return `\t0x${(index * 16).toString(16).padStart(4, "0")}:  ${groups(part).padEnd(39)}  ${text}`;
    });

  it("are exact for any body, also when their text looks like hex", () => {
    for (const body of [
      Uint8Array.from({ length: 256 }, (_u, index) => index),
      Buffer.from("ab cd ef 0123 4567 ".repeat(9)),
    ]) {
      for (const bytes of [packet, frame]) {
        const dump = ["12:00:00.1 IP a.1 > b.80: Flags [P.]", ...lines(bytes({ payload: message(body), sequence: 1 }))];
        const request = requestOf(dump.join("\n"));
        expect(request.fidelity).toBe("exact");
        expect(Buffer.from(request.body).equals(Buffer.from(body))).toBe(true);
      }
    }
  });

  it("that lack a line are truncated", () => {
    const dump = lines(packet({ payload: message("x".repeat(200)), sequence: 1 }));
    const request = requestOf(dump.toSpliced(-3, 1).join("\n"));
    expect(request.fidelity).toBe("truncated");
  });
});

describe("what real tools printed of six bodies: bytes 0 to 255, CRLF, indented UTF-8, latin1, none, backslashes", () => {
  it.each(["bodies.pcapng", "tshark-x-reassembled.txt"])("%s holds all of them, each in two segments", (file) => {
    const requests = requestsOf(readFileSync(join(folder, file)));
    expect(requests).toHaveLength(6);
    expect(requests.every((request) => request.fidelity === "exact" && isProven(request))).toBe(true);
  });

  it("tcpdump -A holds what is text, and never calls a body with dots exact", () => {
    const requests = requestsOf(readFileSync(join(folder, "tcpdump-A.txt")));
    const states = requests.map((request) => [request.target?.slice(9), request.fidelity, isProven(request)]);
    expect(states).toEqual([
      ["binary", "text", false],
      ["crlf", "text", true],
      ["pretty", "text", true],
      ["latin1", "text", false],
      ["empty", "exact", true],
      ["backslash", "text", true],
    ]);
  });

  it.each(["one.ek", "one.pdml", "tshark-raw.json", "follow-tcp-hex.txt", "follow-tcp-raw.txt"])(
    "%s has the one it shows",
    (file) => {
      const request = requestOf(readFileSync(join(folder, file)));
      expect(request).toMatchObject({ method: "POST", target: "/hooks?n=pretty", fidelity: "exact" });
      expect(isProven(request)).toBe(true);
    },
  );

  it("tshark -T fields has text whose line ends can be told", () => {
    const requests = requestsOf(readFileSync(join(folder, "tshark-fields-named.tsv")));
    expect(requests.map(isProven)).toEqual([false, true, false, false, true, true]);
    expect(requests.map(({ fidelity }) => fidelity)).toEqual(["absent", "exact", "text", "text", "exact", "exact"]);
    expect(requests.every(({ headers }) => headerValue(headers, "x-telepath-signature") !== undefined)).toBe(true);
  });
});

describe("what tshark took apart", () => {
  const header = `X-Telepath-Signature: ${signatureOf("{}")}\\r\\n`;
  const packetWith = (http: string, tcp = ""): string =>
    `[{"_source":{"layers":{"tcp":{${tcp}},"http":{"a":{"http.request.method":"PUT"},${http}}}}}]`;

  it("without the bytes of the message has what it shows of the body, and says so", () => {
    const request = requestOf(
      packetWith(`"http.request.line":"A: b\\r\\n","http.request.line":"${header}","http.file_data":"{ }"`),
    );
    expect(request).toMatchObject({ method: "PUT", fidelity: "text" });
    expect(request.headers.map(([name]) => name)).toEqual(["A", "X-Telepath-Signature"]);
    expect(request.notes.join()).toContain("tshark -w capture.pcap");
  });

  it("of version 4.2 shows the body as bytes, with --no-duplicate-keys the headers as a list", () => {
    const lines = `"http.request.line":["${header}","Content-Length: 2\\r\\n"],"http.file_data":"7b:7d"`;
    const request = requestOf(packetWith(lines));
    expect(request.fidelity).toBe("exact");
    expect(isProven(request)).toBe(true);
  });

  it("of a coded body is never exact", () => {
    const lines = `"http.request.line":"Content-Encoding: gzip\\r\\n","http.request.line":"Content-Length: 2\\r\\n","http.file_data":"{}"`;
    expect(requestOf(packetWith(lines)).fidelity).toBe("text");
  });

  it("as PDML is refused with entities", () => {
    const dump = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><pdml version="0"><packet></packet></pdml>';
    expect(() => requestOf(dump)).toThrow("it declares XML entities");
  });
});
