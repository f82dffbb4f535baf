import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { judge } from "../../src/signatures/judge.ts";
import { dumped, secret } from "./sample.ts";

/** What senders sign, with everything in it that programs like to write another way. */
const bodies: Record<string, string> = {
  plain: '{"event":"call.started","call_id":"call_abc123xyz","from":"+1-555-555-0142","carrier":null}',
  accents: '{"event":"call.ended","call_id":"call_1","note":"Zoë said “hi” 東京 😀","metrics":{"ai_latency_ms":3}}',
  escapes: '{"event":"call.ended","url":"https:\\/\\/x.test\\/a?b=1&c=<d>","name":"Zo\\u00eb","list":[]}',
  numbers: '{"event":"call.ended","duration_seconds":47.0,"big":12345678901234567890,"small":0.10,"many":1e3}',
  sorted: '{"alpha":1,"beta":{"x":[1,2,{"a":true,"b":null}]},"zeta":"z"}',
  python: '{"event": "agent.connected", "agent_id": "a/1", "tags": ["x", "y"], "empty": {}}',
  lines: '{\n  "event": "error.occurred",\n  "message": "it\'s \\"broken\\"\\n<b>"\n}\n',
};

/** What a program makes of every body, by what it does: a process for each of these takes too long. */
type Rendered = [does: string, outputs: Buffer[]][];

/** Expressions of a language over the bytes of a body, all in one process. */
const scripts: Record<
  string,
  { argv: (script: string) => string[]; script: (rows: string) => string; ways: [string, string][] }
> = {
  python3: {
    argv: (script) => ["-c", script],
    script: (rows) =>
      `import sys, json, base64\nways = [${rows}]\nbodies = [base64.b64decode(b) for b in json.load(sys.stdin)]
encode = lambda made: base64.b64encode(made.encode() if isinstance(made, str) else made).decode()
print(json.dumps([[encode(way(b)) for b in bodies] for way in ways]))`,
    ways: [
      ["json.dumps", "lambda b: json.dumps(json.loads(b))"],
      ["json.dumps, sorted", "lambda b: json.dumps(json.loads(b), sort_keys=True)"],
      ["json.dumps, compact", "lambda b: json.dumps(json.loads(b), separators=(',', ':'))"],
      ["json.dumps, indented", "lambda b: json.dumps(json.loads(b), indent=4) + '\\n'"],
      ["json.dumps, no escapes", "lambda b: json.dumps(json.loads(b), ensure_ascii=False)"],
      ["json.dumps of text", "lambda b: json.dumps(b.decode())"],
      ["base64", "lambda b: base64.b64encode(b)"],
      ["base64 in lines", "lambda b: base64.encodebytes(b)"],
      ["hex", "lambda b: b.hex()"],
      ["Latin-1 taken for text", "lambda b: b.decode('latin-1')"],
      ["repr", "lambda b: repr(b)"],
    ],
  },
  php: {
    argv: (script) => ["-r", script],
    script: (rows) => `$ways = [${rows}]; $bodies = array_map('base64_decode', json_decode(stream_get_contents(STDIN)));
echo json_encode(array_map(fn($way) => array_map(fn($b) => base64_encode($way($b)), $bodies), $ways));`,
    ways: [
      ["json_encode", "fn($b) => json_encode(json_decode($b))"],
      ["json_encode of arrays", "fn($b) => json_encode(json_decode($b, true))"],
      ["json_encode, pretty", "fn($b) => json_encode(json_decode($b), JSON_PRETTY_PRINT)"],
      [
        "json_encode, unescaped",
        "fn($b) => json_encode(json_decode($b), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION)",
      ],
      ["addslashes", "fn($b) => addslashes($b)"],
      ["htmlspecialchars", "fn($b) => htmlspecialchars($b)"],
      ["urlencode", "fn($b) => urlencode($b)"],
    ],
  },
  ruby: {
    argv: (script) => ["-rjson", "-rbase64", "-e", script],
    script: (rows) => `ways = [${rows}]
bodies = JSON.parse(STDIN.read).map { |b| Base64.strict_decode64(b).force_encoding("UTF-8") }
print JSON.generate(ways.map { |way| bodies.map { |b| Base64.strict_encode64(way.call(b)) } })`,
    ways: [
      ["JSON.generate", "->(b) { JSON.generate(JSON.parse(b)) }"],
      ["JSON.pretty_generate", '->(b) { JSON.pretty_generate(JSON.parse(b)) + "\\n" }'],
      ["JSON.generate of text", "->(b) { JSON.generate(b) }"],
      ["inspect", "->(b) { b.inspect }"],
    ],
  },
};

/** Programs that turn what they read into what they write. */
const filters: Record<string, [does: string, argv: string[]][]> = {
  jq: [
    ["pretty", ["."]],
    ["compact", ["-c", "."]],
    ["sorted", ["-S", "."]],
    ["sorted and compact", ["-cS", "."]],
    ["ASCII", ["-ca", "."]],
    ["tabs", ["--tab", "."]],
    ["text in an envelope", ["-Rs", "{body: .}"]],
  ],
  perl: [
    ["CRLF", ["-pe", "s/\\n/\\r\\n/"]],
    ["no line ends", ["-pe", "s/\\r?\\n//g"]],
    ["a final newline", ["-pe", 'END { print "\\n" }']],
  ],
  sed: [
    ["indented", ["s/^/    /"]],
    ["backslashes before quotes", ['s/"/\\\\"/g']],
    ["the last digit changed", ["s/[0-9]\\([^0-9]*\\)$/7\\1/"]],
  ],
  iconv: [
    ["UTF-16", ["-f", "UTF-8", "-t", "UTF-16"]],
    ["UTF-16LE", ["-f", "UTF-8", "-t", "UTF-16LE"]],
    ["Latin-1 or what comes near", ["-f", "UTF-8", "-t", "ISO-8859-1//TRANSLIT"]],
    ["UTF-8 taken for Windows-1252", ["-c", "-f", "WINDOWS-1252", "-t", "UTF-8"]],
  ],
};

const names = Object.keys(bodies);
const signed = names.map((name) => Buffer.from(bodies[name]!));

function renderedBy(tool: string): Rendered {
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const language = scripts[tool];
  if (language === undefined) {
    return filters[tool]!.map(([does, argv]) => [
      does,
      signed.map((input) => spawnSync(tool, argv, { input, env }).stdout),
    ]);
  }
  const script = language.script(language.ways.map(([, way]) => way).join(", "));
  const input = JSON.stringify(signed.map((body) => body.toString("base64")));
  const { stdout, stderr } = spawnSync(tool, language.argv(script), { input, env, encoding: "utf8" });
  expect(stderr).toBe("");
  const outputs = JSON.parse(stdout) as string[][];
  return language.ways.map(([does], way) => [does, outputs[way]!.map((output) => Buffer.from(output, "base64"))]);
}

const tools = [...Object.keys(scripts), ...Object.keys(filters)];
const absent = new Set(tools.filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).status !== 0));

describe("what real programs make of a body", () => {
  const counts = { changed: 0, proven: 0 };

  describe.each(tools)("%s", (tool) => {
    const name = absent.has(tool) ? `is skipped: ${tool} is not installed` : "gives no false proof";
    it.skipIf(absent.has(tool))(name, { timeout: 300_000 }, () => {
      for (const [does, outputs] of renderedBy(tool)) {
        for (const [index, held] of outputs.entries()) {
          const sent = signed[index]!;
          if (held.length === 0 || held.equals(sent)) continue;
          const place = `${does} of ${names[index]}`;
          const judged = (key: object = {}) =>
            judge(dumped(held, sent, key), [secret], { explain: true, now: () => 0 });
          const { verdict, diagnosis, proof } = judged();
          if (diagnosis === null) expect(verdict, place).toBe("unverifiable");
          else expect([place, proof?.signed.toString()]).toEqual([place, sent.toString()]);
          counts.changed += 1;
          counts.proven += diagnosis === null ? 0 : 1;
          if (index === 0) expect(judged({ key: "a secret that nobody has" }).diagnosis, place).toBeNull();
        }
      }
    });
  });

  afterAll(() => {
    const tried = tools.filter((tool) => !absent.has(tool));
    const words = `${counts.proven} of ${counts.changed} re-renderings by ${tried.join(", ")} are proved`;
    expect(counts.proven, words).toBeGreaterThanOrEqual(counts.changed / 2);
  });
});
