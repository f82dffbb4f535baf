import type { BodyTransformation } from "./cause.ts";

/** The sender signed before it had its body. */
export const emptyBodyHashed = constant(
  "empty-body-hashed",
  "sign no bytes at all",
  "The signature is that of an empty body: the stream was read before, or the body was not there yet.",
  [""],
);

/** Bodies that have nothing to do with the one sent: what a sender signs when it has lost hold of its own body. */
export const constantBodies: readonly BodyTransformation[] = [
  emptyBodyHashed,
  constant(
    "object-object",
    "sign the text [object Object]",
    "The signature is over the text [object Object]: an object was turned into text without JSON.",
    ["[object Object]"],
  ),
  constant(
    "constant-body-signed",
    "sign a constant: {}, null, undefined and the like",
    "The signature is over a constant such as {} or undefined, not over the body.",
    ["{}", "[]", "null", "undefined", "None", "nil", '""', "true", "false", "Array"],
  ),
];

function constant(code: string, step: string, summary: string, texts: string[]): BodyTransformation {
  const bodies = texts.map((text) => Buffer.from(text, "utf8"));
  const advice = "Sign the very bytes that are sent: build the body once, sign it, send it.";
  return { code, side: "sender", step, summary, advice, undo: () => bodies };
}
