import type { Diagnosis } from "../../model/delivery.ts";
import type { Fidelity } from "../../model/dump.ts";

/**
 * Whether code that reads the raw body is the remedy: the cause lies in what a receiver did to the body before it was
 * checked or logged, or nothing is proved and the dump holds only what a parser left.
 */
export function needsRawBody(
  diagnosis: Pick<Diagnosis, "code" | "firstDifference"> | null,
  fidelity: Fidelity,
): boolean {
  if (diagnosis === null) return fidelity === "reserialised";
  const { code, firstDifference } = diagnosis;
  // A receiver trims; white space that came to the body was added where it was saved.
  if (code === "whitespace-trimmed") {
    return firstDifference !== null && firstDifference.heldBytes < firstDifference.signedBytes;
  }
  return receiverCodes.test(code);
}

/** Codes of the diagnosis guide. What copying, saving or wrapping a dump does is not among them. */
const receiverCodes = new RegExp(
  `^(?:${[
    "json-(?!wrapped)[a-z-]+",
    "body-is-base64",
    "form-[a-z]+",
    "utf8-as-latin1",
    "latin1-as-utf8",
    "replacement-characters",
    "bom-removed",
    "trailing-newline-removed",
    "gzip-signed-compressed",
    "object-object",
  ].join("|")})$`,
);
