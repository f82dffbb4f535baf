import { createHash, createHmac } from "node:crypto";
import { headerValue, type HeaderList } from "../../model/http.ts";
import type { Cause } from "./cause.ts";
import type { Target } from "./header.ts";
import type { KeyCandidate } from "./secret.ts";

/** Another way to make a signature of a body and a key. */
export interface Scheme {
  cause: Cause;
  digest: (body: Buffer, key: KeyCandidate, algorithm: Target["algorithm"]) => Buffer;
}

/** A request as far as other schemes sign more of it than the body. */
export interface SignedParts {
  method: string | null;
  target: string | null;
  headers: HeaderList;
}

const rawOnly = "Telepath signs the raw body alone, with HMAC-SHA256: check that the sender is what it is taken for.";

function cause(code: string, step: string, summary: string, advice = rawOnly): Cause {
  return { code, side: "sender", step, summary, advice };
}

const senderBug = "The sender has to compute HMAC-SHA256 with the secret as the key and the body as the message.";

/** Formulas that are mistakes: each has been seen in a sender. */
const mistakes: Scheme[] = [
  {
    cause: cause(
      "unkeyed-hash",
      "hash the body without a key",
      "The signature is a plain hash of the body, without the secret: anybody can make it.",
      senderBug,
    ),
    digest: (body, _key, algorithm) => hash(algorithm, body),
  },
  {
    cause: cause(
      "secret-concatenated",
      "hash the secret followed by the body",
      "The signature is a plain hash of secret and body put together, not an HMAC.",
      senderBug,
    ),
    digest: (body, key, algorithm) => hash(algorithm, key.bytes, body),
  },
  {
    cause: cause(
      "secret-concatenated",
      "hash the body followed by the secret",
      "The signature is a plain hash of body and secret put together, not an HMAC.",
      senderBug,
    ),
    digest: (body, key, algorithm) => hash(algorithm, body, key.bytes),
  },
  {
    cause: cause(
      "arguments-swapped",
      "use the body as the key and the secret as the message",
      "The sender swaps the arguments of its HMAC: the body is the key, the secret the message.",
      senderBug,
    ),
    digest: (body, key, algorithm) => createHmac(algorithm, body).update(key.bytes).digest(),
  },
  {
    cause: cause(
      "double-hmac",
      "compute the HMAC of the HMAC's bytes",
      "The sender signs twice: the signature is the HMAC of the HMAC.",
      senderBug,
    ),
    digest: (body, key, algorithm) => hmac(algorithm, key, hmac(algorithm, key, body)),
  },
  {
    cause: cause(
      "double-hmac",
      "compute the HMAC of the HMAC's hex digits",
      "The sender signs twice: the signature is the HMAC of the first one's hex digits.",
      senderBug,
    ),
    digest: (body, key, algorithm) => hmac(algorithm, key, Buffer.from(hmac(algorithm, key, body).toString("hex"))),
  },
  {
    cause: cause(
      "body-hash-signed",
      "compute the HMAC of the body's SHA-256 in hex",
      "The signature is over the hash of the body, not over the body.",
      senderBug,
    ),
    digest: (body, key, algorithm) => hmac(algorithm, key, Buffer.from(hash("sha256", body).toString("hex"))),
  },
];

/** The schemes worth trying on this request: the mistakes, and those whose parts its headers have. */
export function schemesFor(parts: SignedParts, targets: readonly Target[]): Scheme[] {
  const timestamps = unique([
    ...targets.map(({ timestamp }) => timestamp),
    ...named(parts.headers, /timestamp|^x-.*-time$|request-time/i),
  ]);
  const ids = unique(named(parts.headers, /(?:^|-)(?:id|delivery|message-id|event-id|guid)$/i));
  return [...mistakes, ...timestamps.flatMap((timestamp) => timed(timestamp, ids)), ...withUrl(parts)];
}

function timed(timestamp: string, ids: string[]): Scheme[] {
  return [
    ...[".", "", ":"].map((dot) =>
      prefixed(
        "timestamp-included",
        `sign the timestamp header, ${dot === "" ? "nothing" : `"${dot}"`} and the body`,
        "The sender signs its timestamp together with the body.",
        `${timestamp}${dot}`,
      ),
    ),
    ...ids.map((id) =>
      prefixed(
        "id-timestamp-included",
        "sign id, timestamp and body, with dots between them",
        "The sender signs id.timestamp.body, the scheme of Standard Webhooks.",
        `${id}.${timestamp}.`,
      ),
    ),
    prefixed(
      "slack-style",
      "sign v0:timestamp:body",
      "The sender signs v0:timestamp:body, Slack's scheme.",
      `v0:${timestamp}:`,
    ),
  ];
}

function withUrl({ method, target, headers }: SignedParts): Scheme[] {
  const host = headerValue(headers, "host");
  if (target === null) return [];
  const urls = host === undefined ? [target] : [`https://${host}${target}`, `http://${host}${target}`, target];
  const befores = urls.flatMap((url) => [url, `${url}.`, `${url}\n`]);
  if (method !== null) befores.push(...urls.flatMap((url) => [`${method}${url}`, `${method}\n${url}\n`]));
  return befores.map((before) =>
    prefixed(
      "url-included",
      "sign the URL together with the body",
      "The sender signs the URL together with the body.",
      before,
    ),
  );
}

function prefixed(code: string, step: string, summary: string, before: string): Scheme {
  const prefix = Buffer.from(before, "latin1");
  return {
    cause: cause(code, step, summary),
    digest: (body, key, algorithm) => createHmac(algorithm, key.key).update(prefix).update(body).digest(),
  };
}

function named(headers: HeaderList, name: RegExp): string[] {
  return headers.filter(([candidate, value]) => name.test(candidate) && value.length <= 200).map(([, value]) => value);
}

function unique(values: (string | undefined)[]): string[] {
  // A request with a hundred such headers is an attack on the search, not a scheme.
  return [...new Set(values.filter((value) => value !== undefined))].slice(0, 4);
}

function hash(algorithm: string, ...parts: Buffer[]): Buffer {
  const state = createHash(algorithm);
  for (const part of parts) state.update(part);
  return state.digest();
}

/** The HMAC of a body: the scheme itself. */
export function hmac(algorithm: Target["algorithm"], key: KeyCandidate, body: Buffer): Buffer {
  return createHmac(algorithm, key.key).update(body).digest();
}
