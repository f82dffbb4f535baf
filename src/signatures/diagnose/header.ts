import type { HeaderList } from "../../model/http.ts";
import { headerValues } from "../../model/http.ts";
import { signatureHeader } from "../sign.ts";
import type { Cause } from "./cause.ts";

/** A digest that a header may mean. */
export interface Target {
  algorithm: "sha256" | "sha1" | "sha384" | "sha512";
  /** The digest, or its first bytes where the header was cut. */
  digest: Buffer;
  causes: Cause[];
  /** The scheme's own timestamp, when it stands in the header. */
  timestamp?: string;
}

/** What the signature headers of a request look like, before any hashing. */
export type HeaderState = "missing" | "repeated" | "well-formed" | "placeholder" | "malformed";

const longestRead = 4096;
const wellFormed = /^sha256=[0-9a-f]{64}$/;
const placeholder =
  /\[.*\]|<.*>|\*{3}|x{8}|\u2026|\u00e2\u0080\u00a6|\.\.\.$|redact|filter|mask|hidden|secret value|\{\{|\$\{?[A-Za-z_]/i;

/** Classes the header. A `placeholder` is what a logger puts where the signature was. */
export function headerState(headers: HeaderList): HeaderState {
  const values = headerValues(headers, signatureHeader);
  if (values.length === 0) return "missing";
  if (values.length > 1) return "repeated";
  if (wellFormed.test(values[0]!)) return "well-formed";
  return values[0]!.length <= longestRead && placeholder.test(values[0]!) ? "placeholder" : "malformed";
}

/** The digests that the signature headers, or headers of another name, may mean: likeliest first. */
export function targetsOf(headers: HeaderList): Target[] {
  const values = headerValues(headers, signatureHeader);
  if (values.length > 0) return values.flatMap(looseReadings);
  return headers
    .filter(([name, value]) => /signature|hmac|x-hub|digest/i.test(name) || /^sha256=/i.test(value))
    .flatMap(([name, value]) => looseReadings(value).map((target) => withCause(target, wrongName(name))));
}

/** Every digest that one value may mean, however it is dressed. None for what holds no digest. */
export function looseReadings(value: string): Target[] {
  if (value.length > longestRead) return [];
  if (wellFormed.test(value)) return [{ algorithm: "sha256", digest: Buffer.from(value.slice(7), "hex"), causes: [] }];
  const stripe = stripeStyle(value);
  if (stripe.length > 0) return stripe;
  const several = value.split(",").filter((part) => part.trim() !== "");
  if (several.length > 1 && several.length <= 10) {
    return several.flatMap((part) => looseReadings(part.trim()).map((target) => withCause(target, form.several)));
  }
  const { text, causes } = undressed(value);
  const { name, digits, separator } = algorithmAnd(text);
  const target = digestOf(digits, name);
  if (target === undefined) return [];
  if (separator === undefined) causes.push(form.noPrefix);
  else if (`${name}${separator}` !== "sha256=" && target.algorithm === "sha256") causes.push(form.prefixCase);
  return [{ ...target, causes: [...causes, ...target.causes] }];
}

/** Takes off what surrounds a value: white space, quotes, the `b'…'` of Python. */
function undressed(value: string): { text: string; causes: Cause[] } {
  const causes: Cause[] = [];
  let text = value;
  const apply = (changed: string | undefined, cause: Cause): void => {
    if (changed === undefined || changed === text) return;
    text = changed;
    causes.push(cause);
  };
  apply(text.replace(/\s/g, ""), form.whitespace);
  apply(/^b(["'])(.*)\1$/.exec(text)?.[2], form.bytes);
  apply(/^(["'`]|\\")(.*)\1$/.exec(text)?.[2], form.quoted);
  return { text, causes };
}

function algorithmAnd(text: string): { name: string; separator: string | undefined; digits: string } {
  const found = /^(hmac-?)?(sha-?\d{1,3}|v\d)([=:,])(.*)$/i.exec(text);
  if (found === null) return { name: "", separator: undefined, digits: text };
  return { name: (found[1] ?? "") + found[2]!, separator: found[3], digits: found[4]! };
}

const sizes = [
  ["sha256", 32],
  ["sha1", 20],
  ["sha512", 64],
  ["sha384", 48],
] as const;

function digestOf(digits: string, name: string): Target | undefined {
  const named = sizes.find(([algorithm]) => name.toLowerCase().replaceAll("-", "").endsWith(algorithm))?.[0];
  if (/^[0-9a-fA-F]+$/.test(digits)) {
    const algorithm = sizes.find(([, size]) => digits.length === size * 2)?.[0];
    const causes = digits === digits.toLowerCase() ? [] : [form.upperHex];
    if (algorithm !== undefined) return sized(algorithm, Buffer.from(digits, "hex"), causes);
    // 64 bits of a digest are proof enough; fewer could match one of a few thousand candidates by chance.
    const whole = digits.slice(0, digits.length - (digits.length % 2));
    if (digits.length < 16 || digits.length > 63) return undefined;
    return sized(named ?? "sha256", Buffer.from(whole, "hex"), [...causes, form.truncated]);
  }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(digits)) return undefined;
  const bytes = Buffer.from(digits, "base64");
  const algorithm = sizes.find(([, size]) => bytes.length === size)?.[0];
  return algorithm === undefined ? undefined : sized(algorithm, bytes, [form.base64]);
}

function sized(algorithm: Target["algorithm"], digest: Buffer, causes: Cause[]): Target {
  const other = { sha256: undefined, sha1: form.sha1, sha384: form.sha384, sha512: form.sha512 }[algorithm];
  return { algorithm, digest, causes: other === undefined ? causes : [other, ...causes] };
}

/** `t=1614265330,v1=<hex>`, which signs `t.body`. */
function stripeStyle(value: string): Target[] {
  const timestamp = /(?:^|,)\s?t=(\d{1,20})(?:,|$)/.exec(value)?.[1];
  if (timestamp === undefined) return [];
  return [...value.matchAll(/(?:^|,)\s?(?:v\d|s|h1|sha256)=([0-9a-f]{64})(?=,|$)/gi)].map(({ 1: digits }) => ({
    algorithm: "sha256",
    digest: Buffer.from(digits!, "hex"),
    causes: [form.stripe],
    timestamp,
  }));
}

function withCause(target: Target, cause: Cause): Target {
  return { ...target, causes: [cause, ...target.causes] };
}

const strictly =
  "Send X-Telepath-Signature: sha256= and 64 lower-case hex digits; a strict receiver rejects anything else.";

function headerCause(code: string, step: string, summary: string): Cause {
  return { code, side: "header", step, summary, advice: strictly };
}

const form = {
  whitespace: headerCause(
    "header-whitespace",
    "take the white space out of the header",
    "The signature header has white space in or around it.",
  ),
  bytes: headerCause(
    "header-bytes-escaped",
    "take the b'…' of Python off the header",
    "The signature header holds a Python bytes literal.",
  ),
  quoted: headerCause(
    "header-quoted",
    "take the quotes off the header",
    "The signature header has quotes around its value.",
  ),
  noPrefix: headerCause(
    "header-no-prefix",
    'put "sha256=" before the header\'s digits',
    'The signature header lacks the prefix "sha256=".',
  ),
  prefixCase: headerCause(
    "header-prefix-case",
    'write the header\'s prefix as "sha256="',
    'The signature header has another prefix than "sha256=".',
  ),
  upperHex: headerCause(
    "header-upper-hex",
    "write the header's digits in lower case",
    "The signature header has upper-case hex digits.",
  ),
  base64: headerCause(
    "header-base64",
    "write the header's digest in hex",
    "The signature header holds the digest in base64, not in hex.",
  ),
  sha1: headerCause("header-sha1", "compute HMAC-SHA1", "The signature is an HMAC-SHA1, not an HMAC-SHA256."),
  sha384: headerCause("header-sha384", "compute HMAC-SHA384", "The signature is an HMAC-SHA384, not an HMAC-SHA256."),
  sha512: headerCause("header-sha512", "compute HMAC-SHA512", "The signature is an HMAC-SHA512, not an HMAC-SHA256."),
  truncated: headerCause(
    "header-truncated",
    "compare only the digits that are there",
    "The signature header was cut: the digits that are there match.",
  ),
  several: headerCause(
    "header-several",
    "take one of the signatures in the header",
    "The signature header holds several signatures with commas between them.",
  ),
  stripe: headerCause(
    "header-stripe-style",
    "read the header as t=…,v1=…",
    "The signature header is in Stripe's form, t=…,v1=….",
  ),
} as const;

function wrongName(name: string): Cause {
  const shown = /^[\w-]{1,60}$/.test(name) ? name : "of another name";
  return headerCause(
    "header-wrong-name",
    `read the signature from the header ${shown}`,
    `The signature stands in the header ${shown}, not in ${signatureHeader}.`,
  );
}
