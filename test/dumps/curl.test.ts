import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerValue } from "../../src/model/http.ts";
import { readBash } from "../../src/dumps/commands/bash.ts";
import { cpuTime, linearMs } from "./cpu-time.ts";
import { bodyOf, requestOf, requestsOf } from "./evidence.ts";

const url = "https://a.test/hooks?x=1";

describe("a curl command", () => {
  it.each([
    [`curl ${url} -d '{"a":1}`, "line 1: the quote ' is opened and never closed"],
    [`echo\ncurl ${url} -d "x`, 'line 2: the quote " is opened and never closed'],
    [`curl ${url} -d $'x`, "line 1: the quote $' is opened and never closed"],
  ])("%j names the line of the open quote", (text, message) => {
    expect(() => requestOf(text)).toThrow(message);
  });

  it.each([
    ["-d @body.json", "body.json"],
    ["--data-binary @/etc/passwd", "/etc/passwd"],
    ["--data-urlencode name@f.txt", "f.txt"],
    ["-T upload.bin", "upload.bin"],
    ["-d a=1 --json @x", "x"],
  ])("%s holds no body and names the file to give", (options, file) => {
    const request = requestOf(`curl ${url} ${options}`);
    expect(request.fidelity).toBe("absent");
    expect(request.body).toHaveLength(0);
    expect(request.notes.join()).toContain(`the file ${file}, which is not opened`);
  });

  it("with a --form or standard input holds no body", () => {
    expect(requestOf(`curl ${url} -F a=b`)).toMatchObject({ method: "POST", fidelity: "absent" });
    expect(requestOf(`cat x | curl ${url} -d @-`).fidelity).toBe("absent");
  });

  it("with substitutions is data, and says that nothing was run", () => {
    const request = requestOf(`curl ${url} -K secrets -H "X: $(id)" -d "$(cat /etc/passwd) \`id\` $HOME" -o /tmp/out`);
    expect(request.headers[0]).toEqual(["X", "$(id)"]);
    expect(request.fidelity).toBe("absent");
    expect(bodyOf(requestOf(`curl ${url} -d "$(cat /etc/passwd) \`id\` $HOME"`))).toBe("$(cat /etc/passwd) `id` $HOME");
    expect(requestOf(`curl ${url} -d "$HOME"`).notes.join()).toContain("nothing in a dump is run");
  });

  it.each([
    [`-d 'a b' -d "c'\\"d" -d e`, `a b&c'"d&e`],
    [`--data-raw @x`, "@x"],
    [`--data 'a'"'"'b'`, "a'b"],
    [`-da=1 -sSXPUT`, "a=1"],
    [`--data-ascii 'x\ny'`, "x\ny"],
    [`--json '{"a":' --json '1}'`, '{"a":1}'],
    [`--data-urlencode 'a=b c&é~' --data-urlencode =x/`, "a=b+c%26%C3%A9~&x%2F"],
    [`-d $'a\\n\\t\\x41\\101\\u0021\\'\\\\q'`, "a\n\tAA!'\\q"],
    [`-d a\\ b\\\n -H 'X: y'`, "a b"],
    [`-d "$(printf 'a\\x0a%%\\012')"`, "a\n%"],
    [`-d ''`, ""],
    [`--data-binary 'a' # -d b`, "a"],
  ])("%s sends %j", (options, body) => {
    expect(bodyOf(requestOf(`curl ${url} ${options}`))).toBe(Buffer.from(body).toString("latin1"));
  });

  it("gets its body from a pipe, a here-string or a here-document", () => {
    expect(bodyOf(requestOf(`printf 'a\\nb' | curl ${url} --data-binary @-`))).toBe("a\nb");
    expect(bodyOf(requestOf(`echo 'x' | curl ${url} --data-binary @-`))).toBe("x\n");
    expect(bodyOf(requestOf(`echo 'x' | curl ${url} -d @-`))).toBe("x");
    expect(bodyOf(requestOf(`curl ${url} --data-binary @- <<< 'y'`))).toBe("y\n");
    expect(bodyOf(requestOf(`curl ${url} --data-binary @- <<'END'\n{"a": 1}\nEND\n`))).toBe('{"a": 1}\n');
  });

  it("makes the method, the target and the headers curl would make", () => {
    const request = requestOf(
      `$ curl -sS -A agent -e http://ref -b 'k=v' -u me:pass --compressed -H 'Accept:' -H 'X-Empty;' -H 'B: 1' -H "b: 2" a.test/p?q -d x`,
    );
    expect(request).toMatchObject({ method: "POST", target: "/p?q" });
    expect(request.headers).toEqual([
      ["X-Empty", ""],
      ["B", "1"],
      ["b", "2"],
      ["User-Agent", "agent"],
      ["Referer", "http://ref"],
      ["Cookie", "k=v"],
      ["Authorization", "Basic bWU6cGFzcw=="],
      ["Content-Type", "application/x-www-form-urlencoded"],
    ]);
    expect(requestOf(`curl -G ${url} -d a=1 -d b=2`)).toMatchObject({ method: "GET", target: "/hooks?x=1&a=1&b=2" });
    expect(requestOf(`curl -I ${url}`).method).toBe("HEAD");
    expect(requestOf(`curl --request PATCH --url ${url}`)).toMatchObject({ method: "PATCH", target: "/hooks?x=1" });
    expect(headerValue(requestOf(`curl ${url} --json '{}'`).headers, "content-type")).toBe("application/json");
  });

  it("among several gives one request each", () => {
    const script = `#!/bin/sh\nFOO=1 curl ${url} -d a; curl b.test/b -d b && curl c.test/c d.test/d -d c --next e.test/e -X PUT > out 2>&1\n`;
    expect(requestsOf(script).map(({ method, target }) => `${method} ${target}`)).toEqual([
      "POST /hooks?x=1",
      "POST /b",
      "POST /c",
      "POST /d",
      "PUT /e",
    ]);
  });

  it("with $'\\xe9' is read as a byte and as a code point", () => {
    const request = requestOf(`curl ${url} -d $'\\xe9'`);
    expect([request.body, ...request.otherReadings].map((body) => Buffer.from(body).toString("hex"))).toEqual([
      "c3a9",
      "e9",
    ]);
    expect(bodyOf(requestOf(`curl ${url} -d $'\\xc3\\xa9'`))).toBe("\xc3\xa9");
  });

  it("for cmd is read with LF and with CRLF, in both styles", () => {
    const now = requestOf(`curl ^"${url}^" ^\r\n  -H ^"a: b^%^41^" ^\r\n  --data-raw ^"^{^\\^"a^\\^":1^}^\r\n\r\n^"`);
    expect(now.headers[0]).toEqual(["a", "b%41"]);
    expect(bodyOf(now)).toBe('{"a":1}\n');
    expect(now.otherReadings).toContainEqual(Buffer.from('{"a":1}\r\n'));
    const before = requestOf(`curl "${url}" ^\n  --data-raw "{""a"":""100"%" \\\\n""}"`);
    expect(bodyOf(before)).toBe('{"a":"100% \\n"}');
  });

  it("for cmd counts as another reading where it makes the same requests, and nowhere else", () => {
    const [posted, got] = requestsOf(`curl a.test -d "{""a"":1}" ;curl -d b`);
    expect([posted, got].map((request) => request?.otherReadings)).toEqual([[], []]);
    const comment = `# curl c.test/3 -d "{""c"":3}"`;
    const [, second] = requestsOf(`curl a.test/1 -d "{""a"":1}" ;curl b.test/2 -d b\n${comment}\n`);
    expect(second).toMatchObject({ target: "/2", otherReadings: [] });
  });

  it("of mitmproxy is read with its literal \\x0a undone as well", () => {
    const request = requestOf(`curl -X POST ${url} -d 'a\\x0a'`);
    expect(request.otherReadings).toEqual([Buffer.from("a\n")]);
  });
});

describe("what a shell would read", () => {
  const megabyte = 1 << 20;
  const large = "a".repeat(9 * megabyte);

  it.each([
    ["$'…'", `$'${large}'`],
    ["single quotes in printf", `"$(printf '${large}')"`],
    ["double quotes in printf", `"$(printf "${large}")"`],
    ["a word of printf's", `"$(printf ${large})"`],
  ])("may be as large as a dump: %s", (_name, word) => {
    expect(requestOf(`curl ${url} -d ${word}`).body).toHaveLength(large.length);
  });

  it("from standard input is read once, as by curl", () => {
    expect(bodyOf(requestOf(`curl ${url} -d @- --data-urlencode n@- -d @- <<'E'\na b\nE\n`))).toBe("a b&&");
    const half = "a".repeat(megabyte / 2);
    expect(requestOf(`curl ${url} ${"-d @- ".repeat(3000)}<<E\n${half}\nE\n`).body).toHaveLength(half.length + 2999);
  });

  it("from standard input is not there for the transfer after the one that read it", () => {
    const requests = requestsOf(`curl -d @- ${url} --next -d @- ${url} <<< 'a'`);
    expect(requests.map(({ body }) => Buffer.from(body).toString())).toEqual(["a", ""]);
  });

  it("of many options that each imply a header takes time in proportion to the dump", () => {
    const script = `curl ${url} ${"-Aa ".repeat(megabyte / 8)}${"-Ha:b ".repeat(megabyte / 12)}`;
    expect(cpuTime(() => expect(requestsOf(script)).toHaveLength(1))).toBeLessThan(linearMs);
  });

  it("of many URLs that get one large body takes time in proportion to the dump", () => {
    const script = `curl -d '${"a".repeat(megabyte / 2)}' ${"a ".repeat(megabyte / 4)}`;
    expect(cpuTime(() => expect(requestsOf(script)).toHaveLength(megabyte / 4))).toBeLessThan(linearMs);
  });

  it("has an escaped backslash before what is no pair of escapes", () => {
    const [reading] = requestOf(`curl ${url} -d $'\\\\ud83d\\ude00\\xe9'`).otherReadings;
    expect(reading?.subarray(0, 6)).toEqual(Buffer.from("\\ud83d"));
  });
});

describe("bash's rules", () => {
  const words = (script: string): string[] => [...readBash(script, /^printf$/, [])].flatMap((command) => command.words);

  it("agree with a real shell's on quoted words", () => {
    const piece = fc.constantFrom(
      "a",
      " ",
      "'b c'",
      '"d e"',
      "\\'",
      '\\"',
      '"\\""',
      "$'\\x41\\n'",
      "$'\\''",
      '""',
      "'",
      "\\\n",
      "\t",
      "é",
      "#",
      "\\\\",
      '"\\q"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const script = `printf '%s\\0' . ${pieces.join("")}`;
        let real: string;
        try {
          real = execFileSync("bash", ["-c", script], { encoding: "latin1", stdio: ["ignore", "pipe", "ignore"] });
        } catch {
          return;
        }
        expect(words(Buffer.from(script).toString("latin1")).slice(1)).toEqual(real.split("\0").slice(0, -1));
      }),
      { numRuns: 150 },
    );
  });
});
