import { Console } from "node:console";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { TelepathError } from "../../src/model/errors.ts";
import { Secret } from "../../src/model/secret.ts";

const value = "whsec_not-to-be-seen";
const secret = new Secret(value, "TELEPATH_WEBHOOK_SECRET");

describe("a secret", () => {
  it.each([
    ["nothing", ""],
    ["spaces", "   "],
    ["a line end", "\r\n"],
    ["a byte order mark", "\ufeff"],
    ["a no-break space", "\u00a0"],
  ])("cannot be %s", (_case, blank) => {
    expect(() => new Secret(blank, ".env")).toThrow(TelepathError);
    expect(() => new Secret(blank, ".env")).toThrow(/from \.env is empty/);
  });

  it("is the key byte for byte, prefix, quotes and white space included", () => {
    expect(new Secret(' "whsec_é"\n', "x").key()).toEqual(Buffer.from(' "whsec_é"\n', "utf8"));
  });

  const printed: [string, () => string][] = [
    ["String()", () => String(secret)],
    ["a template", () => `${secret as unknown as string} ${[secret].join()}`],
    ["JSON", () => JSON.stringify({ secret, list: [secret] })],
    ["inspect", () => inspect(secret)],
    ["inspect of everything", () => inspect(secret, { showHidden: true, depth: null, getters: true })],
    ["inspect without custom functions", () => inspect(secret, { customInspect: false, showHidden: true })],
    ["inspect of an object that holds it", () => inspect({ deep: { er: [secret] } }, { depth: null })],
    ["format", () => format("%s %o %O %j", secret, secret, secret, secret)],
    ["a spread", () => JSON.stringify(Object.assign({}, secret))],
    ["its keys and values", () => JSON.stringify([Reflect.ownKeys(secret), Object.entries(secret)])],
    ["a clone", () => inspect(structuredClone(Object.assign({}, secret)))],
    ["console.log", () => logged({ secret, map: new Map([["secret", secret]]) })],
    ["an error that has it as its cause", () => inspect(new Error("failed", { cause: secret }))],
  ];
  it.each(printed)("is not printed by %s", (_case, print) => {
    const text = print();
    expect(text).not.toContain(value);
    expect(text).not.toContain("not-to-be-seen");
  });

  it("shows its name instead", () => {
    expect(inspect({ secret })).toBe("{ secret: [secret TELEPATH_WEBHOOK_SECRET] }");
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret TELEPATH_WEBHOOK_SECRET]"}');
  });
});

function logged(object: object): string {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  new Console(stream).log(object);
  return text;
}
