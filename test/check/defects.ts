import { timingSafeEqual } from "node:crypto";
import { digest, right, type Receiver, type Steps } from "./receiver.ts";

/** A receiver with one defect, and what a check has to say of it: these cases and no others. */
export interface Defect {
  name: string;
  step: () => Partial<Steps>;
  fails?: string[];
  warns?: string[];
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");

export const defects: readonly Defect[] = [
  {
    name: "checks no signature",
    step: () => ({ signature: () => "", matches: () => true }),
    fails: ["signature/wrong-secret"],
  },
  {
    name: "checks the body as parsed and written again",
    step: () => ({
      matches(signature, body) {
        try {
          return right.matches(signature, Buffer.from(JSON.stringify(JSON.parse(body.toString("utf8")))));
        } catch {
          return right.matches(signature, body);
        }
      },
    }),
    fails: ["payload/spacing"],
  },
  {
    name: "checks the body as decoded from latin1",
    step: () => ({ matches: (signature, body) => right.matches(signature, Buffer.from(body.toString("latin1"))) }),
    fails: ["payload/unicode"],
  },
  {
    name: "stumbles over a signature of another length",
    step: () => ({ matches: (signature, body) => timingSafeEqual(Buffer.from(signature), Buffer.from(digest(body))) }),
    fails: ["signature/truncated"],
  },
  {
    name: "lets a request without the header pass",
    step: () => ({
      signature: (request) =>
        request.headers["x-telepath-signature"] === undefined ? "none" : right.signature(request),
      matches: (signature, body) => signature === "none" || right.matches(signature, body),
    }),
    fails: ["signature/missing"],
  },
  {
    name: "lets an empty signature pass",
    step: () => ({
      signature: (request) => (request.headers["x-telepath-signature"] === "" ? "none" : right.signature(request)),
      matches: (signature, body) => signature === "none" || right.matches(signature, body),
    }),
    fails: ["signature/empty"],
  },
  {
    name: "compares only as far as the signature goes",
    step: () => ({ matches: (signature, body) => digest(body).startsWith(signature) && signature.length >= 32 }),
    fails: ["signature/truncated"],
  },
  {
    name: "takes an upper-case prefix",
    step: () => ({
      signature: (request) => /^sha256=([^,]*)$/i.exec(String(request.headers["x-telepath-signature"]))?.[1] ?? null,
    }),
    fails: ["signature/upper-case-prefix"],
  },
  {
    name: "takes any prefix",
    step: () => ({
      signature: (request) =>
        /^(?:sha256|sha1)=([^,]*)$/.exec(String(request.headers["x-telepath-signature"]))?.[1] ?? null,
    }),
    fails: ["signature/wrong-prefix"],
  },
  {
    name: "decodes the digits before it compares",
    step: () => ({ matches: (signature, body) => hex(signature).equals(hex(digest(body))) }),
    fails: ["signature/upper-case-hex"],
  },
  {
    name: "stumbles over digits that are none",
    step: () => ({
      matches(signature, body) {
        if (signature.length === 64 && !/^[\da-f]+$/i.test(signature)) throw new Error("bad digit");
        return right.matches(signature, body);
      },
    }),
    fails: ["signature/not-hex"],
  },
  {
    name: "reads the signature from another header, too",
    step: () => ({
      signature: (request) =>
        right.signature(request) ?? /^sha256=(.*)$/.exec(String(request.headers["x-hub-signature-256"]))?.[1] ?? null,
    }),
    fails: ["signature/wrong-header-name"],
  },
  {
    name: "takes the first of two signatures",
    step: () => ({
      signature: (request) => /^sha256=([^,]*)/.exec(String(request.headers["x-telepath-signature"]))?.[1] ?? null,
    }),
    fails: ["signature/duplicate-header"],
  },
  {
    name: "tells the sender the signature it expected",
    step: () => ({ refusal: (body) => `expected sha256=${digest(body)}` }),
    fails: ["signature/keeps-secrets"],
  },
  {
    name: "checks the signature, but not of the whole body",
    step: () => ({
      matches: (signature, body) => right.matches(signature, body) || isOfOtherDigits(signature, body),
    }),
    fails: ["signature/tampered-body"],
  },
  {
    name: "answers 500 to a type it does not know",
    step: () => ({
      judge: ({ event }) => (/^(?:call\.(?:started|ended)|agent\.|error\.)/.test(String(event)) ? null : 500),
    }),
    fails: ["payload/unknown-type"],
  },
  {
    name: "forbids members it does not know",
    step: () => ({ judge: (event) => ("recording" in event ? 422 : null) }),
    fails: ["payload/unknown-member"],
  },
  {
    name: "insists on an optional member",
    step: () => ({ judge: (event) => (event["event"] === "call.started" && !("carrier" in event) ? 422 : null) }),
    fails: ["payload/optional-members"],
  },
  {
    name: "does not take null",
    step: () => ({ judge: (event) => (event["error_message"] === null ? 422 : null) }),
    fails: ["payload/null-member"],
  },
  {
    name: "does not know the members of the later edition",
    step: () => ({ judge: (event) => (event["event"] === "call.ended" && !("reason" in event) ? 422 : null) }),
    fails: ["events/call.ended@2026-03"],
  },
  {
    name: "answers 500 to what is no JSON",
    step: () => ({
      parse(body) {
        try {
          return right.parse(body);
        } catch (error) {
          throw String(error).includes("object") ? error : new Error("unhandled");
        }
      },
    }),
    fails: ["payload/invalid-json"],
  },
  {
    name: "answers 500 to JSON that is no object",
    step: () => ({
      parse(body) {
        const event = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
        if (event === null) throw new TypeError("event is null");
        return event;
      },
    }),
    fails: ["payload/not-an-object"],
  },
  {
    name: "takes an empty body for an event",
    step: () => ({ parse: (body) => (body.length === 0 ? {} : right.parse(body)) }),
    warns: ["payload/empty-body"],
  },
  {
    name: "drops the connection at a large body",
    step: () => ({
      async read(request, response) {
        const body = await right.read(request, response);
        if (body.length > 100_000) request.socket.destroy();
        return body;
      },
    }),
    fails: ["payload/large-body"],
  },
  {
    name: "answers 413 to a large body",
    step: () => ({ judge: (_, { body }) => (body.length > 100_000 ? 413 : null) }),
    warns: ["payload/large-body"],
  },
  {
    name: "drops the connection at a duplicate",
    step: () => ({ accept: ({ response }, known) => void (known ? response.destroy() : response.end()) }),
    fails: ["delivery/duplicate"],
  },
  {
    name: "answers 409 to a duplicate",
    step: () => ({ accept: ({ response }, known) => void (known ? response.writeHead(409).end() : response.end()) }),
    fails: ["delivery/duplicate"],
  },
  {
    name: "processes a duplicate again",
    step: () => ({ isKnown: () => false }),
    fails: ["delivery/processed-once"],
  },
  {
    name: "refuses what begins after it ended",
    step: () => ({
      judge: (event, { receiver }) => (event["event"] === "call.started" && hasEnded(event, receiver) ? 409 : null),
    }),
    fails: ["delivery/out-of-order"],
  },
  { name: "remembers what it refused", step: remembersRefused, fails: ["delivery/retry-after-failure"] },
  { name: "gives up when many come at once", step: overwhelmed, fails: ["limits/concurrency"] },
  {
    name: "takes its time",
    step: () => ({ accept: ({ response }) => void setTimeout(() => response.end(), 60) }),
    warns: ["limits/answer-time"],
  },
  {
    name: "answers 200 to GET",
    step: () => ({
      turnAway(seen) {
        if (seen.request.method !== "GET" || seen.request.url === "/count") return right.turnAway(seen);
        seen.response.end("hello");
        return true;
      },
    }),
    fails: ["http/get"],
  },
  {
    name: "answers 200 to HEAD",
    step: () => ({
      turnAway(seen) {
        if (seen.request.method !== "HEAD") return right.turnAway(seen);
        seen.response.end();
        return true;
      },
    }),
    fails: ["http/head"],
  },
  {
    name: "answers 500 to another content type",
    step: () => ({ judge: (_, { request }) => (request.headers["content-type"] === "application/json" ? null : 500) }),
    fails: ["http/content-type"],
  },
  {
    name: "reads as many bytes as Content-Length says",
    step: () => ({
      async read(request, response) {
        const body = await right.read(request, response);
        return body.subarray(0, Number(request.headers["content-length"] ?? 0));
      },
    }),
    fails: ["http/chunked"],
  },
  {
    name: "redirects",
    step: () => ({
      turnAway({ response }) {
        response.writeHead(308, { location: "/elsewhere" }).end();
        return true;
      },
    }),
    fails: ["url/redirect"],
  },
  {
    name: "has another secret",
    step: () => ({ matches: () => false }),
    fails: ["signature/valid"],
  },
];

/** True when the signature is that of the body with one digit changed. */
function isOfOtherDigits(signature: string, body: Buffer): boolean {
  const at = body.findIndex((byte) => byte >= 0x30 && byte <= 0x39);
  if (at === -1) return false;
  return [...Array(10).keys()].some((digit) => {
    const changed = Buffer.from(body);
    changed[at] = 0x30 + digit;
    return right.matches(signature, changed);
  });
}

function hasEnded({ call_id }: Record<string, unknown>, { processed }: Receiver): boolean {
  return processed.has(JSON.stringify([call_id, "call.ended"]));
}

function remembersRefused(): Partial<Steps> {
  const refused = new Set<string>();
  return {
    matches(signature, body) {
      const good = right.matches(signature, body);
      if (!good) refused.add(body.toString("latin1"));
      return good;
    },
    judge: (_, { body }) => (refused.has(body.toString("latin1")) ? 409 : null),
  };
}

/** One after the other, and no more than fifty waiting. */
function overwhelmed(): Partial<Steps> {
  let waiting = 0;
  return {
    judge: () => (waiting >= 50 ? 503 : null),
    accept({ response }) {
      waiting += 1;
      setTimeout(() => {
        waiting -= 1;
        response.end();
      }, 20);
    },
  };
}
