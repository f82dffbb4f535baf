import type { HeaderList } from "../../model/http.ts";
import { Secret } from "../../model/secret.ts";
import { signatureHeader, signaturePrefix, signedHeader } from "../../signatures/sign.ts";
import { idsOf, mustAccept, mustRefuse, told, type Answer } from "../answer.ts";
import { acceptsValid, type CheckCase, type Finding } from "../case.ts";
import type { Endpoint } from "../endpoint.ts";

/** Without this one the endpoint checks nothing, and the others would only say the same again. */
const refusesForged = "signature/wrong-secret";

/** A forged request: a payload and what it is signed with, both made from a genuine event. */
interface Forgery {
  name: string;
  sends: string;
  advice: string;
  /** Cases whose failure explains this one's, besides the usual. */
  requires?: readonly string[];
  forge: (body: Buffer, endpoint: Endpoint) => { body?: Uint8Array; signature: HeaderList }[];
}

const compareWell =
  "compute the HMAC of the raw body, compare lengths first and then the bytes in constant time (crypto.timingSafeEqual)";

const forgeries: readonly Forgery[] = [
  {
    name: "missing",
    sends: "an event without a signature",
    advice: `answer 401 when ${signatureHeader} is absent`,
    forge: () => [{ signature: [] }],
  },
  {
    name: "tampered-body",
    sends: "an event of which one byte was changed after it was signed",
    advice: "check the signature against the bytes as received, before they are parsed",
    forge: (body, endpoint) => [{ body: withOtherByte(body), signature: [endpoint.signatureOf(body)] }],
  },
  {
    name: "wrong-prefix",
    sends: "an event whose signature starts with sha1=",
    advice: `take no other prefix than ${signaturePrefix}`,
    forge: (body, endpoint) => [replaced(body, endpoint, (value) => value.replace(signaturePrefix, "sha1="))],
  },
  {
    name: "upper-case-prefix",
    sends: "an event whose signature starts with SHA256=",
    advice: `compare the prefix exactly: it is ${signaturePrefix}, in lower case`,
    forge: (body, endpoint) => [replaced(body, endpoint, (value) => value.replace(signaturePrefix, "SHA256="))],
  },
  {
    name: "upper-case-hex",
    sends: "an event whose signature has upper-case hex digits",
    advice: "compare the text of the signature, not what a hex decoder makes of it: the digits are lower case",
    forge: (body, endpoint) => [
      replaced(body, endpoint, (value) => signaturePrefix + value.slice(signaturePrefix.length).toUpperCase()),
    ],
  },
  {
    name: "wrong-header-name",
    sends: "an event whose right signature stands in X-Hub-Signature-256",
    advice: `read ${signatureHeader} and no other header`,
    requires: ["signature/missing"],
    forge: (body, endpoint) => [{ signature: [["X-Hub-Signature-256", endpoint.signatureOf(body)[1]]] }],
  },
  {
    name: "truncated",
    sends: "an event with the first half of its signature",
    advice: compareWell,
    forge: (body, endpoint) => [replaced(body, endpoint, (value) => value.slice(0, signaturePrefix.length + 32))],
  },
  {
    name: "empty",
    sends: "an event with an empty signature header",
    advice: `treat an empty ${signatureHeader} as an absent one`,
    forge: () => [{ signature: [[signatureHeader, ""]] }],
  },
  {
    name: "not-hex",
    sends: "an event whose signature is 64 letters that are no hex digits",
    advice: compareWell,
    forge: () => [{ signature: [[signatureHeader, `${signaturePrefix}${"z".repeat(64)}`]] }],
  },
  {
    name: "duplicate-header",
    sends: "an event with two signature headers, a right and a wrong one, in both orders",
    advice: `answer 401 when ${signatureHeader} stands there more than once: which one counts is a matter of the server`,
    forge: (body, endpoint) => {
      const right = endpoint.signatureOf(body);
      const wrong = wrongSignature(body, endpoint);
      return [{ signature: [right, wrong] }, { signature: [wrong, right] }];
    },
  },
];

const otherSecret =
  "give the endpoint the secret that this check signs with (telepath-hooks secret), and check the raw body";

/** What is rightly signed is taken, and nothing else. */
export const signatureCases: readonly CheckCase[] = [
  {
    group: "signature",
    name: "valid",
    sends: "a rightly signed call.started",
    expected: "2xx",
    advice: `401 or 403: ${otherSecret}; 404 or 405: the path and method of its route`,
    requires: ["url/redirect"],
    async run(endpoint) {
      const answer = await endpoint.send({ body: endpoint.event("call.started").payload });
      return { ...mustAccept(answer), ...remedyFor(answer.response?.status) };
    },
  },
  {
    group: "signature",
    name: "wrong-secret",
    sends: "an event signed with another secret",
    expected: "4xx, best 401",
    advice: "check the signature of every request before anything else; this one could have come from anybody",
    requires: [acceptsValid],
    async run(endpoint) {
      const { payload } = endpoint.event("call.started");
      const answer = await endpoint.send({ body: payload, signature: [wrongSignature(payload, endpoint)] });
      return { ...mustRefuse(answer), needsRawBody: true };
    },
  },
  ...forgeries.map(({ name, sends, advice, requires = [], forge }): CheckCase => ({
    group: "signature",
    name,
    sends,
    expected: "4xx, best 401",
    advice,
    requires: [acceptsValid, refusesForged, ...requires],
    async run(endpoint) {
      const { payload } = endpoint.event("call.started");
      const answers: Answer[] = [];
      for (const forged of forge(payload, endpoint)) answers.push(await endpoint.send({ body: payload, ...forged }));
      return mustRefuse(...answers);
    },
  })),
  {
    group: "signature",
    name: "keeps-secrets",
    sends: "an event with a wrong signature",
    expected: "an answer that holds neither the right signature nor the secret",
    advice: "say only that the signature does not match: whoever sees the right one can send it",
    requires: [acceptsValid],
    run: keepsSecrets,
  },
];

/** What this status most likely comes from; no code for the raw body where the request found no route. */
function remedyFor(status: number | undefined): Partial<Finding> {
  switch (status) {
    case undefined:
      return { advice: "let the endpoint answer: its own log tells why it did not" };
    case 401:
    case 403:
      return { advice: otherSecret, needsRawBody: true };
    case 404:
      return { advice: "give the URL with the path of the endpoint's route; the app has none at this one" };
    case 405:
      return { advice: "let the route take POST, which is how events come" };
    default:
      return { needsRawBody: true };
  }
}

async function keepsSecrets(endpoint: Endpoint): Promise<Finding> {
  const { payload } = endpoint.event("call.started");
  const answer = await endpoint.send({ body: payload, signature: [wrongSignature(payload, endpoint)] });
  const deliveryIds = idsOf([answer]);
  if (answer.leak !== null) return { verdict: "fail", got: `an answer with ${answer.leak} in it`, deliveryIds };
  return { verdict: "pass", got: told(answer), deliveryIds };
}

function wrongSignature(body: Uint8Array, { settings }: Endpoint) {
  return signedHeader(body, new Secret(`${settings.secret.reveal()}-not`, "another secret"));
}

function replaced(body: Uint8Array, endpoint: Endpoint, change: (value: string) => string) {
  const [name, value] = endpoint.signatureOf(body);
  return { signature: [[name, change(value)]] as HeaderList };
}

/** The first digit of an identifier or a time is another: still JSON. */
function withOtherByte(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  const at = changed.findIndex((byte) => byte >= 0x30 && byte <= 0x39);
  changed[at] = changed[at] === 0x39 ? 0x38 : changed[at]! + 1;
  return changed;
}
