import { idsOf, isAccepted, isRefused, judged, mustAccept, orWarn, told, type Answer } from "../answer.ts";
import { acceptsValid, type CheckCase, type Finding } from "../case.ts";
import type { Endpoint } from "../endpoint.ts";

/** The ways of HTTP that an endpoint on the internet meets. */
export const httpCases: readonly CheckCase[] = [
  bodiless("get", "GET"),
  bodiless("head", "HEAD"),
  {
    group: "http",
    name: "content-type",
    sends: "a signed event that calls itself text/plain",
    expected: "2xx, or 415: the contract says JSON, and some servers insist on it",
    advice: "read the raw body whatever Content-Type says, or answer 415; an error on the way is no answer",
    requires: [acceptsValid],
    async run(endpoint) {
      const answer = await endpoint.send({ body: endpoint.event("call.ended").payload, contentType: "text/plain" });
      return judged([answer], (each) => isAccepted(each) || isRefused(each));
    },
  },
  {
    group: "http",
    name: "expect-continue",
    sends: "a signed event whose body comes only after 100 Continue",
    expected: "2xx",
    advice:
      "let the server answer Expect: 100-continue, as HTTP/1.1 servers do unless told otherwise (RFC 9110 §10.1.1)",
    requires: [acceptsValid],
    async run(endpoint) {
      const answer = await endpoint.sendFramed({ body: endpoint.event("call.ended").payload }, "expect-continue");
      return orWarn(mustAccept(answer), [answer], ({ response }) => response?.status === 417);
    },
  },
  {
    group: "http",
    name: "chunked",
    sends: "a signed event whose body comes in chunks, without Content-Length",
    expected: "2xx",
    advice:
      "read the body to its end instead of Content-Length bytes (RFC 9112 §7.1); a proxy in front may send chunks",
    requires: [acceptsValid],
    async run(endpoint) {
      const answer = await endpoint.sendFramed({ body: endpoint.event("call.ended").payload }, "chunked");
      return orWarn(mustAccept(answer), [answer], ({ response }) => response?.status === 411);
    },
  },
];

function bodiless(name: string, method: string): CheckCase {
  return {
    group: "http",
    name,
    sends: `a ${method} request`,
    expected: "an answer that is not 2xx, best 405: events come by POST",
    advice: "answer 405 to everything but POST, so that a wrong method shows",
    requires: [acceptsValid],
    run: (endpoint) => refusesMethod(endpoint, method),
  };
}

async function refusesMethod(endpoint: Endpoint, method: string): Promise<Finding> {
  const answer = await endpoint.send({ body: new Uint8Array(), method, signature: [] });
  return { verdict: methodVerdict(answer), got: told(answer), deliveryIds: idsOf([answer]) };
}

function methodVerdict(answer: Answer): Finding["verdict"] {
  const { response } = answer;
  if (!response || isAccepted(answer)) return "fail";
  return response.status >= 500 ? "warn" : "pass";
}
