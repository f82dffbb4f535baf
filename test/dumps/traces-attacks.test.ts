import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { readDump } from "../../src/dumps/read.ts";
import { cpuTime, linearMs } from "./cpu-time.ts";
import { frame, pcapOf } from "./packets.ts";

const megabyte = (unit: string, before = "", after = ""): [string, Buffer] => [
  `${before.slice(0, 30)}${unit.slice(0, 30)}…`,
  Buffer.from(before + unit.repeat(Math.ceil((1 << 20) / unit.length)) + after, "latin1"),
];
const mark = (length: number, from = 0): string =>
  `> 2026/11/23 07:57:23.000664613  length=${length} from=${from} to=${from + length}\n`;
const tcp = "12:00:00.000001 IP a.1 > b.80: Flags [P.], seq 1:9, ack 1, options [nop], length 8\n";
const followed = (mode: string): string => `${"=".repeat(67)}\nFollow: tcp,${mode}\nFilter: x\nNode 0: a\nNode 1: b\n`;
const pdml = '<?xml version="1.0"?><pdml><packet>';
const curlData = "=> Send header, 40 bytes (0x28)\n0000: POST / HTTP/1.1\n=> Send data, 1048576 bytes (0x100000)\n";

describe("a megabyte of the worst trace is read in time proportional to it", () => {
  it.each([
    megabyte("=> Send header, 1 bytes (0x1)\n"),
    megabyte("0000: 41 \n", curlData),
    megabyte(".", `${curlData}0000: `),
    megabyte("[", "12:00:00.000000 "),
    megabyte(mark(5)),
    megabyte(mark(5, 7)),
    megabyte("\\", mark(9_999_999)),
    megabyte(" 41\n", mark(9_999_999)),
    megabyte(">\n", mark(5)),
    megabyte(tcp),
    megabyte("\n", tcp, "\nPOST / HTTP/1.1\n"),
    megabyte(" IP a > b: Flags ["),
    megabyte("\t0x0000:  4500 0000\n"),
    megabyte("41 ", "0000  "),
    megabyte(" ", "0000  41 41\n"),
    megabyte("1\na\n", followed("ascii")),
    megabyte("\t41\n", followed("raw")),
    megabyte("    data: !!binary |\n      QQ==\n", "peers:\n  - peer: 0\n!!binary"),
    megabyte('<field name="tcp.payload" ', pdml),
    megabyte(' value="41', `${pdml}<field name="tcp.payload"`, ">"),
    megabyte("POST\t/\ta\n"),
    megabyte("\\r\\n", "POST\t/\t"),
    megabyte("* x\n", "> POST / HTTP/1.1\n"),
    megabyte("POST http://a/\n << 200\n"),
    megabyte("\\x41", "POST http://a/\n    a: b\n\n", " << \n"),
    megabyte("9:", "9:4:type;request"),
    megabyte("0:,0:~", "1048577:7:request;0:~", "}"),
    megabyte("PK\x05\x06", "PK\x03\x04"),
    megabyte("a", "\x1f\x8b\x08"),
    megabyte('{"_source":{"layers":{"frame_raw":["4500"],"http":{"http.request.line":"a: b"}}}},', "[", "1]"),
    ["packets without bytes", pcapOf(Array.from({ length: 65_536 }, () => Buffer.alloc(0)))],
    [
      "segments that overlap",
      pcapOf(Array.from({ length: 700 }, (_u, at) => frame({ payload: "a".repeat(1400), sequence: at }))),
    ],
    [
      "segments with gaps",
      pcapOf(Array.from({ length: 15_000 }, (_u, at) => frame({ payload: "a", sequence: -2 * at }))),
    ],
    ["connections", pcapOf(Array.from({ length: 15_000 }, (_u, port) => frame({ payload: "a", sequence: 1, port })))],
  ] as [string, Buffer][])("%j", (_name, dump) => {
    expect(
      cpuTime(() => {
        try {
          readDump(dump);
        } catch (error) {
          if (!(error instanceof TelepathError)) throw error;
        }
      }),
    ).toBeLessThan(linearMs);
  });
});
