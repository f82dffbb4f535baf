import { TelepathError } from "../model/errors.ts";
import { Secret } from "../model/secret.ts";
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
  const secrets = (typeof secret === "object" ? secret : [secret]).map(secretOf);
  if (secrets.length === 0) secretOf("");
  if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return notRaw();

  const values = typeof header === "object" ? (header ?? []) : [header ?? ""];
  const headers = values.map((value) => [signatureHeader, value] as const);
  return verifySignature(bytesOf(payload), headers, secrets).verdict === "valid";
}

function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload, "utf8") : payload;
}

/** JavaScript callers pass `process.env.SOMETHING` that is not set. */
function secretOf(value: unknown): Secret {
  if (typeof value === "string") return new Secret(value, "the secret argument");
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
