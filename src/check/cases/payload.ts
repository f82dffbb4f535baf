import { isAccepted, isRefused, mustAccept, mustRefuse, orWarn } from "../answer.ts";
import { acceptsValid, type CheckCase, type Finding } from "../case.ts";
import type { Endpoint } from "../endpoint.ts";

const largeBytes = 256 * 1024;

const largeBody: CheckCase = {
  group: "payload",
  name: "large-body",
  sends: `a signed event of ${largeBytes / 1024} KB`,
  expected: "2xx",
  advice: "raise the limit of the body parser to 1 MB: an event that is refused with 413 never arrives",
  requires: [acceptsValid],
  async run(endpoint) {
    const members = { error_message: "x".repeat(largeBytes) };
    const answer = await endpoint.send({ body: endpoint.event("agent.disconnected", { members }).payload });
    return orWarn(mustAccept(answer), [answer], ({ response }) => response?.status === 413);
  },
};

/** Payloads as they can come: all of them rightly signed. */
export const payloadCases: readonly CheckCase[] = [
  accepted({
    name: "unknown-type",
    sends: "a signed event of a type that does not exist yet",
    advice:
      "answer 200 to types you do not know, and ignore them: anything else is sent again for two and a half hours",
    body: (endpoint) => endpoint.event("call.started", { members: { event: "call.held" } }).payload,
  }),
  accepted({
    name: "unknown-member",
    sends: "a signed event with a member that does not exist yet",
    advice: "ignore members you do not know: do not validate with a schema that forbids them",
    body: (endpoint) =>
      endpoint.event("call.ended", { members: { recording: { url: null, channels: [1, 2] } } }).payload,
  }),
  accepted({
    name: "optional-members",
    sends: "a signed call.started without carrier",
    advice: "carrier is there only if it is available: take an event without it",
    body: (endpoint) => endpoint.event("call.started", { members: { carrier: undefined } }).payload,
  }),
  accepted({
    name: "null-member",
    sends: "a signed agent.disconnected whose error_message is null",
    advice: "take null for a member that has no value",
    body: (endpoint) => endpoint.event("agent.disconnected", { members: { error_message: null } }).payload,
  }),
  accepted({
    name: "unicode",
    sends: "a signed event with letters of many scripts, emoji and right-to-left text",
    advice: "read the body as bytes, check the signature on them, and decode them as UTF-8 afterwards",
    body: (endpoint) => endpoint.event("agent.disconnected", { members: { reason: manyScripts } }).payload,
    needsRawBody: true,
  }),
  accepted({
    name: "spacing",
    sends: "a signed event in JSON with spaces, escapes and numbers that a serialiser would write in another way",
    advice: "check the signature on the bytes as received: a body that was parsed and written again is another body",
    body: (endpoint) => respaced(endpoint.event("call.ended").payload),
    needsRawBody: true,
  }),
  largeBody,
  refused("invalid-json", "a signed body that is no JSON", '{"event":"call.ended",'),
  refused("not-an-object", "a signed body that is JSON, and no object", "null"),
  refused("empty-body", "a signed empty body", "", ["payload/invalid-json"]),
];

interface Accepted extends Pick<CheckCase, "name" | "sends" | "advice"> {
  needsRawBody?: boolean;
  body: (endpoint: Endpoint) => Uint8Array;
}

function accepted({ body, needsRawBody = false, ...words }: Accepted): CheckCase {
  return {
    group: "payload",
    expected: "2xx",
    requires: [acceptsValid],
    ...words,
    run: async (endpoint) => ({ ...mustAccept(await endpoint.send({ body: body(endpoint) })), needsRawBody }),
  };
}

/** Telepath never sends these, so an endpoint that answers first and reads later may take them; it must not stumble. */
function refused(name: string, sends: string, text: string, requires: readonly string[] = []): CheckCase {
  return {
    group: "payload",
    name,
    sends,
    expected: "4xx, best 400; never 5xx",
    advice: "catch what the JSON parser throws, check that the result is an object, and answer 400",
    requires: [acceptsValid, ...requires],
    async run(endpoint): Promise<Finding> {
      const answer = await endpoint.send({ body: Buffer.from(text) });
      return orWarn(mustRefuse(answer), [answer], (each) => isAccepted(each) || isRefused(each));
    },
  };
}

const manyScripts = "Zoë 東京 🎧👩‍🚀 עברית العربية ñ n̄ ﬀ ";

/** The same values in other bytes: indented, with escapes, `1.50` and `1e2` for numbers. All of it is JSON (RFC 8259). */
function respaced(payload: Buffer): Buffer {
  const indented = JSON.stringify(JSON.parse(payload.toString("utf8")), null, 3);
  const withEscapes = indented.replace('"event"', String.raw`"\u0065vent"`);
  const withNumbers = withEscapes.replace(/("duration_seconds":) (\d+)/, "$1   $2.50").replace(/: (\d+)\b/g, ": $1e0");
  return Buffer.from(` ${withNumbers}\r\n`);
}
