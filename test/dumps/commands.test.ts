import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerValue } from "../../src/model/http.ts";
import { readDump } from "../../src/dumps/read.ts";
import { TelepathError } from "../../src/model/errors.ts";
import { cpuTime, linearMs } from "./cpu-time.ts";
import { bodyOf, isProven, requestOf, requestsOf, signatureOf } from "./evidence.ts";

const tricky = '{"name":"Zoë \\u00e9 😀","n":1.0,"note":"100% $HOME `id` !x \'sq\' \\\\ \\"q\\""}\n';
const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

describe("a PowerShell command", () => {
  const url = "https://a.test/hooks?x=1";

  it.each([
    [`Invoke-WebRequest ${url} -Body "x`, 'line 1: the quote " is opened'],
    [`\nInvoke-WebRequest ${url} -Body 'x`, "line 2: the quote ' is opened"],
    [`Invoke-RestMethod ${url} -Headers @{ "a"="b"`, "a table @{ is opened and never closed"],
    [`Invoke-RestMethod ${url} -Headers @{ a b }`, 'expected "name = value"'],
    [`irm ${url} -Body @"\nx`, 'the here-string @" is opened and never closed'],
    [`irm ${url} -Body ${"(".repeat(40)}`, "nested deeper than 32 levels"],
    [`$a="${"x".repeat(5000)}"\n$b="${"$a".repeat(1000)}"\n$c="${"$b".repeat(9)}"\nirm ${url}`, "grow without end"],
  ])("%# is refused with its place", (script, message) => {
    expect(() => requestOf(script, "powershell")).toThrow(message);
  });

  it.each([
    ["-InFile body.json", "the file body.json, which is not opened"],
    ["-Body (Get-Content secret.txt)", "nothing of a dump is run"],
    ["-Body ($x | ConvertTo-Json)", "nothing of a dump is run"],
    ["-Body $(Remove-Item x)", "nothing of a dump is run"],
    ["-Body @{ a = 1 }", "sends as a form"],
  ])("with %s has no body", (options, note) => {
    const request = requestOf(`Invoke-RestMethod -Uri ${url} -Method Post ${options}`);
    expect(request.fidelity).toBe("absent");
    expect(request.notes.join()).toContain(note);
  });

  it.each([
    ['"a`"b``c`$d`n`t$([char]235)$([char]0x41)`u{1F600}""e"', 'a"b`c$d\n\tëA😀"e'],
    ["'it''s $x `n'", "it's $x `n"],
    ['@"\nline "1"\nline 2 `$\n"@', 'line "1"\nline 2 $'],
    ["@'\n$x `n \"\n'@", '$x `n "'],
    ['([System.Text.Encoding]::UTF8.GetBytes("é"))', "é"],
    ["([Text.Encoding]::UTF8.GetBytes('é'))", "é"],
    ["$body", "from a variable"],
  ])("sends %s", (value, body) => {
    const request = requestOf(`$body = 'from a variable'\r\niwr ${url} -Method POST -Body ${value} -TimeoutSec 3`);
    expect(bodyOf(request)).toBe(utf8(body));
    expect(request).toMatchObject({ method: "POST", target: "/hooks?x=1", fidelity: "text" });
  });

  it("names the line of an open quote, whatever quotes stand doubled in it", () => {
    const script = `Invoke-WebRequest -Uri "${url}" -Body 'it''s\n''quoted''`;
    expect(() => requestOf(script)).toThrow("line 1: the quote ' is opened and never closed");
  });

  it("may be as large as a dump", () => {
    const large = 9 << 20;
    expect(requestOf(`Invoke-WebRequest -Uri "${url}" -Body '${"a".repeat(large)}'`).body).toHaveLength(large);
    expect(requestOf(`${"# \n".repeat(large / 3)}Invoke-WebRequest -Uri "${url}"`).method).toBe("GET");
  });

  it("with variables that are not known says that they stand as they are", () => {
    const request = requestOf(`iwr ${url} -Body "a $x $(Get-Date)"`);
    expect(request.fidelity).toBe("text");
    expect(request.notes.join()).toContain("nothing of a dump is run");
  });

  it("is read as Windows PowerShell sends it as well, in latin1", () => {
    expect(requestOf(`iwr ${url} -Body "é→"`).otherReadings).toEqual([Buffer.from("\xe9?", "latin1")]);
  });

  it("has the headers of its table, its content type and its agent", () => {
    const [first, second] = requestsOf(
      `$h = @{ 'X-A'='1'; "X-B"="2 3"\n X = 'y' }\n$r = Invoke-WebRequest -UseBasicParsing -Uri "${url}" \`\n-Method "PUT" -Headers $h -ContentType "a/b" -UserAgent me\nirm b.test`,
    );
    expect(first?.headers).toEqual([
      ["X-A", "1"],
      ["X-B", "2 3"],
      ["X", "y"],
      ["User-Agent", "me"],
      ["Content-Type", "a/b"],
    ]);
    expect(second).toMatchObject({ method: "GET", target: "b.test" });
  });

  it("as DevTools writes it holds any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const escaped = text
          .replace(/[`$"]/g, "`$&")
          .replace(/[^\x20-\x7e]/g, (unit) => `$([char]${unit.charCodeAt(0)})`);
        expect(bodyOf(requestOf(`Invoke-WebRequest -Uri "${url}" -Body "${escaped}"`))).toBe(utf8(text));
      }),
    );
  });
});

describe("a call of fetch", () => {
  it.each([
    [`fetch("https://a.test", {"body": "x`, "line 1: the quote"],
    [`fetch("https://a.test", {"body": "x"`, 'expected "," or "}"'],
    [`fetch("https://a.test", {"body": "x",`, 'expected "}" before the end'],
    [`fetch("https://a.test", ${"[".repeat(80)}`, "nested deeper than 64 levels"],
    [`fetch(\`https://a.test/\${x}\`)`, "no call of fetch with a URL"],
  ])("%j is refused", (script, message) => {
    expect(() => requestOf(script)).toThrow(message);
  });

  it.each(["JSON.stringify({a: 1})", "body", "`${x}`", '"a" + b', "fs.readFileSync('/etc/passwd')", "new FormData()"])(
    "with the body %s has none, and runs nothing",
    (expression) => {
      const request = requestOf(`await fetch("https://a.test/p", { method: "POST", body: ${expression} });`);
      expect(request).toMatchObject({ method: "POST", target: "/p", fidelity: "absent" });
      expect(request.notes.join()).toContain("nothing of a dump is run");
    },
  );

  it("as it is typed has JavaScript's strings, names and commas", () => {
    const request = requestOf(
      `const r = await fetch('https://a.test/p', { // comment\n method: 'PUT', headers: { 'X-A': "1", accept: \`*/*\`, }, /* { */ body: 'it\\'s \\x41\\u00e9\\u{1F600}\\\n!', signal, ...rest, });`,
    );
    expect(request).toMatchObject({
      method: "PUT",
      headers: [
        ["X-A", "1"],
        ["accept", "*/*"],
      ],
    });
    expect(bodyOf(request)).toBe(utf8("it's Aé😀!"));
  });

  it("may be as large as a dump", () => {
    const large = 5 << 20;
    const call = `fetch("https://a.test", ${"/**/".repeat(large)}{ method: "POST", body: "${"\\n".repeat(large)}" })`;
    expect(requestOf(call).body).toHaveLength(large);
  });

  it("with comments that are not closed takes time in proportion to the dump", () => {
    const dump = Buffer.from(`fetch("https://a.test", ${"a/*,".repeat(1 << 18)}`);
    expect(cpuTime(() => expect(() => readDump(dump)).toThrow(TelepathError))).toBeLessThan(linearMs);
  });

  it("among several gives one request each", () => {
    const script = `fetch("https://a.test/a", {"method":"POST","body":null}) ;\nfetch("https://a.test/b")`;
    expect(requestsOf(script).map(({ method, target }) => `${method} ${target}`)).toEqual(["POST /a", "GET /b"]);
  });

  it("as DevTools writes it holds any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const options = JSON.stringify({ headers: { "x-telepath-signature": signatureOf(text) }, body: text });
        expect(isProven(requestOf(`fetch("https://a.test", ${options});`))).toBe(true);
      }),
    );
  });
});

describe("an HTTPie command", () => {
  it.each([
    ["http POST a.test x@file.json", "the file file.json, which is not opened"],
    ["http POST a.test x:=@file.json", "the file file.json"],
    ["http -f POST a.test a=b", "run it with --print B"],
    ["http POST a.test a[b]=c", "run it with --print B"],
  ])("%s has no body", (command, note) => {
    const request = requestOf(command);
    expect(request.fidelity).toBe("absent");
    expect(request.notes.join()).toContain(note);
  });

  it.each([
    ["http --raw '{\"a\":1}' a.test/p X-A:1 X-B: 'X-C;'", "POST", "/p", '{"a":1}'],
    ["http --raw=x PUT :8080/p q==1", "PUT", "/p", "x"],
    ["https -v --auth me:pass GET https://a.test/p", "GET", "/p", ""],
    ["printf 'a\\nb' | http POST a.test/p", "POST", "/p", "a\nb"],
    ["$ http POST a.test/p <<< 'a'", "POST", "/p", "a"],
    ["http POST a.test/p a=é n:=1.0 'k\\=x=v'", "POST", "/p", '{"a": "\\u00e9", "n": 1.0, "k=x": "v"}'],
  ])("%s", (command, method, target, body) => {
    expect(requestOf(command)).toMatchObject({ method, target });
    expect(bodyOf(requestOf(command))).toBe(body);
    expect(readDump(Buffer.from(command)).format).toBe("httpie");
  });

  it("has the headers it is given, and no others", () => {
    expect(requestOf("http a.test X-A:1 'X-B: 2 ' X-C: 'X-D;' 'X\\:E:3' q==1", "httpie").headers).toEqual([
      ["X-A", "1"],
      ["X-B", "2"],
      ["X-D", ""],
      ["X:E", "3"],
    ]);
  });

  it("never is exact by its text alone", () => {
    expect(requestOf("http --raw x a.test").fidelity).toBe("text");
    expect(requestOf("http POST a.test a=b").fidelity).toBe("reserialised");
  });
});

/** `shlex.quote` of Python. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

describe("mitmproxy's exports", () => {
  const header = `X-Telepath-Signature: ${signatureOf(tricky)}`;
  const escaped = tricky.replaceAll("\n", "\\x0a");

  it.each([
    ["curl 8.1", `curl -H '${header}' -X POST http://a.test/ -d ${shellQuote(escaped)}`],
    ["curl 9", `curl -H '${header}' -X POST http://a.test/ -d "$(printf ${shellQuote(escaped)})"`],
    ["httpie 8.1", `http POST http://a.test/ '${header}' <<< ${shellQuote(escaped)}`],
    ["httpie 9", `http POST http://a.test/ '${header}' <<< "$(printf ${shellQuote(escaped)})"`],
  ])("%s are proven, though a shell would send something else", (_version, command) => {
    const request = requestOf(command);
    expect(isProven(request)).toBe(true);
    expect(request.fidelity).toBe("text");
    expect(headerValue(request.headers, "x-telepath-signature")).toBe(signatureOf(tricky));
  });

  it("are read as bash reads them, too", () => {
    const format = `a\\x0a%%'"'"'b"'"\\n`;
    const real = execFileSync("bash", ["-c", `printf '${format.replaceAll('"\'"', "")}'`], { encoding: "latin1" });
    const command = `curl http://a.test/ -d "$(printf '${format.replaceAll('"\'"', "")}')"`;
    expect(bodyOf(requestOf(command))).toBe(real.replace(/\n+$/, ""));
  });
});

describe("a megabyte of the worst is read in time proportional to it", () => {
  const units = [
    "'",
    '"',
    "`",
    "$",
    "$(",
    "${",
    "@{",
    '@"\n',
    "(",
    "[",
    "{",
    "/*",
    "//",
    "\\",
    "a=b ",
    "-a ",
    "<<E ",
    "$a",
  ];
  const starts = [
    "Invoke-WebRequest ",
    'Invoke-WebRequest -Body "',
    "Invoke-WebRequest -Headers @{",
    '$a="b"\nInvoke-WebRequest -Body ',
    'fetch("https://a.test", ',
    'fetch("https://a.test", {"body":',
    "fetch(`",
    "http POST a.test ",
    "http POST a.test <<< ",
    'curl a.test -d "$(printf ',
  ];

  it.each(starts.flatMap((start) => units.map((unit) => [start, unit] as const)))("after %j: %j", (start, unit) => {
    const dump = Buffer.from(start + unit.repeat(Math.ceil((1 << 20) / unit.length)));
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
