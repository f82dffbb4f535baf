import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bodyOf, requestOf, requestsOf } from "./evidence.ts";
import { readDump } from "../../src/dumps/read.ts";
import { pcapOf, frame } from "./packets.ts";

const message = (body: string, path = "/hooks"): string =>
  `POST http://a.test${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

interface Entry {
  name: string;
  content: string | Uint8Array;
  stored?: boolean;
  flags?: number;
  method?: number;
  /** What the directory says, when it lies. */
  bytes?: number;
}

function zipOf(entries: Entry[], count = entries.length): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, stored = false, flags = 0, method = stored ? 0 : 8, bytes } of entries) {
    const plain = Buffer.from(content);
    const packed = stored ? plain : deflateRawSync(plain);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(bytes ?? plain.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    files.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, ...directory, end]);
}

describe("a Fiddler archive", () => {
  it("that is damaged, encrypted or another's is refused with the reason", () => {
    const whole = zipOf([{ name: "raw/1_c.txt", content: message("abc") }]);
    expect(() => requestOf(whole.subarray(0, -30))).toThrow("damaged zip archive: its directory is missing");
    expect(() => requestOf(zipOf([{ name: "raw/1_c.txt", content: "x" }], 2))).toThrow("at its file 2");
    expect(() => requestOf(zipOf([{ name: "a.txt", content: "x" }]))).toThrow("it is not Fiddler's");
    expect(() => requestOf(zipOf([{ name: "raw/1_c.txt", content: "x", flags: 1 }]))).toThrow("is encrypted");
    expect(() => requestOf(zipOf([{ name: "raw/1_c.txt", content: "x", method: 12 }]))).toThrow("by method 12");
    expect(() => requestOf(zipOf([{ name: "raw/1_c.txt", content: "x".repeat(99), bytes: 9 }]))).toThrow("damaged zip");
  });

  it("cannot make the reader unpack much", () => {
    const zeros = { name: "raw/1_c.txt", content: new Uint8Array(8 << 20) };
    expect(() => requestOf(zipOf([zeros]))).toThrow("too large when unpacked");
    expect(() => requestOf(zipOf([{ ...zeros, bytes: 100 }]))).toThrow("cannot be unpacked to the size it says");
    expect(() => requestOf(zipOf([{ ...zeros, bytes: 0xffff_fff0 }]))).toThrow("too large when unpacked");
    const many = Array.from({ length: 1001 }, (_unused, index) => ({ name: `raw/${index}_c.txt`, content: "" }));
    expect(() => requestOf(zipOf(many))).toThrow("1001 sessions, the most that is read is 1000");
    expect(() => requestOf(zipOf([zeros], 20_000))).toThrow("20000 files in the zip archive");
  });

  it("with a session that cannot be read has the others, and says so", () => {
    const requests = requestsOf(
      zipOf([
        { name: "raw/10_c.txt", content: message("ten", "/10") },
        { name: "raw/9_c.txt", content: "POST / HTTP/1.1\r\nnonsense\r\n\r\n" },
        { name: "raw\\2_c.txt", content: message("two", "/2"), stored: true },
        { name: "raw/2_s.txt", content: "HTTP/1.1 200 OK\r\n\r\n" },
        { name: "../../raw/3_c.txt", content: message("three") },
      ]),
    );
    expect(requests.map(({ target }) => target)).toEqual(["/2", "/10"]);
    expect(requests.map(bodyOf)).toEqual(["two", "ten"]);
    expect(requests[1]?.notes.join()).toContain("1 of 3 sessions could not be read: session 9: line 2");
  });
});

describe("a gzip file", () => {
  it("is read as the dump in it", () => {
    const har =
      '{"log":{"entries":[{"request":{"method":"POST","url":"http://a/x","headers":[],"postData":{"text":"a"}}}]}}';
    expect(readDump(gzipSync(har)).format).toBe("har");
    expect(bodyOf(requestOf(gzipSync(message("abc"))))).toBe("abc");
    const capture = pcapOf([frame({ payload: message("abc"), sequence: 1 })]);
    expect(readDump(gzipSync(capture))).toEqual(readDump(capture));
    const halves = Buffer.concat([gzipSync(message("abc").slice(0, 20)), gzipSync(message("abc").slice(20))]);
    expect(bodyOf(requestOf(halves))).toBe("abc");
  });

  it("that is damaged or cut is named so", () => {
    const whole = gzipSync(message("abc"));
    expect(() => requestOf(whole.subarray(0, -12))).toThrow("gzip file: it ends early");
    const damaged = Buffer.from(whole);
    damaged[12] = 0xff;
    damaged[13] = 0xff;
    expect(() => requestOf(damaged)).toThrow("gzip file: its data is damaged");
  });

  it("that was made to fill the memory is not unpacked", () => {
    expect(() => requestOf(gzipSync(new Uint8Array(10 << 20)))).toThrow(/the gzip file holds 10485760 bytes out of/);
    expect(() => requestOf(gzipSync(new Uint8Array(65 << 20)))).toThrow("more than 64 MB");
  });

  it("in a gzip file is none that is read", () => {
    expect(() => requestOf(gzipSync(gzipSync(message("abc"))))).toThrow("no request was recognised");
  });
});
