import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { readDump, type DumpReading } from "../../src/dumps/read.ts";
import { headerValue } from "../../src/model/http.ts";
import { isProven, secret } from "./evidence.ts";

interface Expected {
  secret: string;
  requests: Record<string, string>;
  files: { file: string; request: string | null; expect: "valid" | "unverifiable" | "not-invalid" | null }[];
}

const folder = join(import.meta.dirname, "../data/dumps");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
const found = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.includes(sep) && statSync(join(folder, file)).isFile())
  .map((file) => file.split(sep).join("/"));

/** The producers' folders and the formats that read them. */
const formats: Record<string, string[]> = {
  aws: ["json", "lambda"],
  burp: ["burp"],
  charles: ["charles"],
  cloud: ["cloudflare-tail", "google-cloud", "lambda"],
  "curl-copy": ["curl", "fetch", "httpie", "powershell"],
  "curl-trace": ["curl-trace", "curl-verbose"],
  express: ["express-log"],
  fiddler: ["fiddler"],
  "github-delivery": ["github-delivery"],
  har: ["cdp", "har"],
  hookdeck: ["hookdeck"],
  insomnia: ["insomnia"],
  mitmproxy: ["curl", "httpie", "mitmproxy", "mitmproxy-console", "mitmproxy-text", "raw-http"],
  netcat: ["raw-http"],
  "ngrok-agent": ["ngrok"],
  nock: ["nock"],
  "node-inspect": ["json", "node-inspect"],
  pcap: ["followed", "packet-hex", "pcap", "pdml", "tcpdump-ascii", "tshark", "tshark-fields"],
  php: ["json", "php-print-r", "php-var-dump", "php-var-export"],
  pino: ["pino"],
  pipedream: ["pipedream"],
  polly: ["polly"],
  postman: ["postman"],
  rack: ["json", "ruby"],
  "raw-http": ["raw-http"],
  smee: ["smee"],
  socat: ["socat"],
  svix: ["svix"],
  vcr: ["vcr"],
  "webhook.site": ["webhook.site", "webhook.site-csv"],
  wsgi: ["json", "python"],
};

it("says what is expected of every dump in the folder", () => {
  expect(expected.secret).toBe(secret);
  expect(found.toSorted()).toEqual(expected.files.map(({ file }) => file).toSorted());
});

const expecting = (verdict: string): Expected["files"] => expected.files.filter((dump) => dump.expect === verdict);
const read = (file: string): DumpReading => readDump(readFileSync(join(folder, file)));

describe("every dump", () => {
  it.each(expected.files)("$file is recognised, and read alike when its format is named", ({ file }) => {
    const reading = read(file);
    expect(formats[file.split("/")[0] ?? ""] ?? ["json"]).toContain(reading.format);
    expect(readDump(readFileSync(join(folder, file)), { format: reading.format })).toEqual(reading);
  });

  it.each(expected.files)("$file holds no body that is called exact and is not what was signed", ({ file }) => {
    for (const request of read(file).requests) {
      const signed = headerValue(request.headers, "x-telepath-signature") !== undefined;
      expect(signed && request.fidelity === "exact" && !isProven(request)).toBe(false);
    }
  });
});

it.each(expecting("valid"))("$file holds the bytes that were signed", ({ file, request: name }) => {
  const { requests } = read(file);
  expect(requests.map(isProven)).toEqual([true]);
  // Its body is another: JSON with CRLF, which the file lost.
  if (file.includes("whole-file-lf")) return;
  const body = Buffer.from(expected.requests[name ?? ""] ?? "?", "base64");
  expect(
    requests.flatMap((request) => [request.body].concat(request.otherReadings)).some((bytes) => body.equals(bytes)),
  ).toBe(true);
});

it.each(expecting("unverifiable"))("$file lacks what is needed, and its request says so", ({ file }) => {
  for (const request of read(file).requests) {
    const signed = headerValue(request.headers, "x-telepath-signature") !== undefined;
    expect(signed ? request.fidelity : "absent").toMatch(/truncated|absent/);
  }
});

describe("dumps of eight bodies: JSON, tricky JSON, a form, bytes 0 to 255, gzip, CRLF, empty, latin1", () => {
  it.each([
    ["har/cdp-requestWillBeSent.json", 8],
    ["mitmproxy/telepath.mitm", 8],
    ["pcap/tcpdump-X.txt", 8],
    ["pcap/telepath.pcap", 8],
    ["pcap/tshark-x.txt", 8],
    ["pcap/tshark.json", 8],
    // Text only: bytes and gzip are lost, and so is latin1.
    ["har/playwright-chromium.har", 5],
    ["polly/telepath_4008393614/recording.har", 5],
    // Parsed JSON is left to the diagnosis.
    ["nock/recorded-objects.json", 5],
  ])("%s holds %i of them", (file, count) => {
    const { requests } = readDump(readFileSync(join(folder, file)));
    expect(requests).toHaveLength(8);
    expect(requests.filter(isProven)).toHaveLength(count);
  });
});
