import type { Fidelity } from "../model/dump.ts";
import { TelepathError } from "../model/errors.ts";
import { headerValue, type HeaderList } from "../model/http.ts";
import { Secret } from "../model/secret.ts";
import { judge } from "./judge.ts";
import type { Judgement } from "./judgement.ts";
import { signature, signatureHeader } from "./sign.ts";
import { verifySignature } from "./verify.ts";

/**
 * The value of `X-Telepath-Signature` for a payload: `sha256=` and 64 hex digits.
 *
 * @param payload the exact body that is sent; text counts as UTF-8
 * @throws TelepathError `EMPTY_SECRET`
 */
export function sign(payload: string | Uint8Array, secret: string): string {
  return signature(bytesOf(payload), secretOf(secret));
}

/**
 * Whether a webhook was signed with a secret, in constant time. Never throws for what a sender can send: a header that
 * is missing, malformed, or there more than once is simply not valid.
 *
 * @param payload the raw body, before any JSON parser has seen it
 * @param header the value of `X-Telepath-Signature`, as Node or a framework hands it over
 * @param secret the signing secret; several while they are being rotated
 * @throws TelepathError `EMPTY_SECRET`: an empty or missing secret would let anyone in
 */
export function verify(
  payload: string | Uint8Array,
  header: string | readonly string[] | null | undefined,
  secret: string | readonly string[],
): boolean {
  const secrets = (typeof secret === "object" ? secret : [secret]).map((value) => secretOf(value));
  if (secrets.length === 0) secretOf("");
  if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return notRaw();

  const values = typeof header === "object" ? (header ?? []) : [header ?? ""];
  const headers = values.map((value) => [signatureHeader, value] as const);
  return verifySignature(bytesOf(payload), headers, secrets).verdict === "valid";
}

/** A request whose signature is to be explained: one that `readDump` found, or what a handler was given. */
export interface RequestToDiagnose {
  /** A list of pairs, or an object as Node's `request.headers`. */
  headers: HeaderList | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The raw body. A parsed one is printed as JSON, and is then only as good as what a parser leaves. */
  body: string | Uint8Array | object;
  /** How much of the body there is; without it, a raw body is taken for all of it. */
  fidelity?: Fidelity;
  /** How long the body was on the wire; without it, `Content-Length` tells. */
  declaredBytes?: number | null;
  /** Other bodies that the same text can mean. */
  otherReadings?: readonly Uint8Array[];
}

/** What `diagnose` found out. */
export type SignatureJudgement = Omit<Judgement, "proof">;

/**
 * Says whether the signature of a request is right and, when it is not, looks for the cause: a change of body, secret,
 * header or formula that makes it match. For a developer's eyes, not for a server's hot path: it takes up to 2 s.
 *
 * A cause is named only when an HMAC matched; `observations` are what else was seen. Neither holds the secret or the
 * signature that would be right.
 *
 * @param secret the signing secret; of several, the first is the one that signs
 * @throws TelepathError `EMPTY_SECRET`
 */
export function diagnose(request: RequestToDiagnose, secret: string | readonly string[]): SignatureJudgement {
  const given = typeof secret === "object" ? secret : [secret];
  const secrets = given.map((value, index) => secretOf(value, given.length > 1 ? `secret ${index + 1}` : undefined));
  if (secrets.length === 0) secretOf("");
  const headers = headerList(request.headers);
  const length = headerValue(headers, "content-length") ?? "";
  const isRaw = typeof request.body === "string" || request.body instanceof Uint8Array;
  const {
    verdict,
    reason,
    secret: matched,
    diagnosis,
    observations,
  } = judge(
    {
      method: null,
      target: null,
      headers,
      body: bytesOf(isRaw ? (request.body as string | Uint8Array) : (JSON.stringify(request.body) ?? "")),
      fidelity: request.fidelity ?? (isRaw ? "exact" : "reserialised"),
      declaredBytes: request.declaredBytes ?? (/^\d{1,15}$/.test(length) ? Number(length) : null),
      otherReadings: [...(request.otherReadings ?? [])],
      notes: [],
    },
    secrets,
    { explain: true },
  );
  return { verdict, reason, secret: matched, diagnosis, observations };
}

function headerList(headers: RequestToDiagnose["headers"]): HeaderList {
  if (Array.isArray(headers)) return headers as HeaderList;
  return Object.entries(headers as Record<string, string | readonly string[] | undefined>).flatMap(([name, value]) =>
    (typeof value === "object" ? value : value === undefined ? [] : [value]).map((one) => [name, one] as const),
  );
}

function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload, "utf8") : payload;
}

/** JavaScript callers pass `process.env.SOMETHING` that is not set. */
function secretOf(value: unknown, name = "the secret argument"): Secret {
  if (typeof value === "string") return new Secret(value, name);
  throw new TelepathError("EMPTY_SECRET", "no signing secret was given", "is the environment variable set?");
}

let warned = false;

/**
 * Frameworks type the body as `any`, so a parsed one gets here. That is the app's mistake, yet what the body is can
 * depend on the sender's Content-Type: one warning tells the developer, and no sender can make this throw.
 */
function notRaw(): false {
  if (warned) return false;
  warned = true;
  process.emitWarning("the payload is not the raw body (a string or bytes), so no signature can match", {
    type: "TelepathWarning",
    code: "TELEPATH_NOT_RAW",
    detail: "Read the body before a JSON parser does: express.raw({ type: 'application/json' }), for instance.",
  });
  return false;
}
