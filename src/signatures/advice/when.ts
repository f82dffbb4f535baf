import type { Diagnosis } from "../../model/delivery.ts";
import type { Fidelity } from "../../model/dump.ts";

/**
 * Whether code that reads the raw body is the remedy: the cause lies in what a receiver did to the body before it was
 * checked or logged, or nothing is proved and the dump holds only what a parser left.
 */
export function needsRawBody(diagnosis: Pick<Diagnosis, "code"> | null, fidelity: Fidelity): boolean {
  return diagnosis === null ? fidelity === "reserialised" : receiverCodes.test(diagnosis.code);
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
    "whitespace-trimmed",
    "gzip-signed-compressed",
    "object-object",
  ].join("|")})$`,
);
