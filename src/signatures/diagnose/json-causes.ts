import type { Cause } from "./cause.ts";
import type { MemberOrder } from "./json-order.ts";
import type { Layout } from "./json-print.ts";
import type { Spelling } from "./json-spelling.ts";

/** What to do when something between the wire and the check parsed the body and wrote it again. */
export const rawBodyAdvice =
  'Check the signature over the raw body, before a JSON parser sees it (Express: express.raw({ type: "*/*" })), and log those bytes.';

/** The body was printed with other white space. The code says what the dump looks like, so what printed it last. */
export function layoutCause(held: string, layout: Layout): Cause {
  return {
    code: layoutCode(held),
    side: "dump",
    step: `print the JSON with other white space: ${layout.name}`,
    summary: `The JSON was parsed and written again with other white space. What was signed is ${layout.name}.`,
    advice: rawBodyAdvice,
  };
}

function layoutCode(held: string): string {
  const space = held.trim().replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""');
  if (/[\r\n]/.test(space)) return "json-reserialised-pretty";
  return /[:,] /.test(space) ? "json-reserialised-python" : "json-reserialised-compact";
}

/** The members were put in another order. */
export function orderCause(order: Pick<MemberOrder, "code" | "name">): Cause {
  return {
    code: order.code,
    side: "dump",
    step: `put the members in order: ${order.name}`,
    summary: `The members of the JSON objects are in another order than in what was signed, where they are ${order.name}.`,
    advice: rawBodyAdvice,
  };
}

/** Characters beyond ASCII were escaped on one side only. */
export function unicodeCause(signed: Exclude<Spelling["unicode"], "held">): Cause {
  const escaped = signed !== "raw";
  const digits = signed === "upper" ? "upper-case" : "lower-case";
  return {
    code: signed === "upper" ? "json-unicode-escapes-upper" : "json-unicode-escapes",
    side: "dump",
    step: escaped
      ? `escape non-ASCII characters with ${digits} \\u digits`
      : "write \\u escapes as the characters they mean",
    summary: escaped
      ? "The sender escapes non-ASCII characters (\\u00eb), as Python's json.dumps does; the dump shows the characters."
      : "The sender sends non-ASCII characters as they are; the dump shows \\u escapes.",
    advice: rawBodyAdvice,
  };
}

/** Slashes were escaped on one side only. */
export function slashCause(signed: Exclude<Spelling["slash"], "held">): Cause {
  return {
    code: "json-slash-escapes",
    side: "dump",
    step: signed === "escaped" ? 'write "/" as "\\/"' : 'write "\\/" as "/"',
    summary:
      signed === "escaped"
        ? 'The sender escapes "/" as "\\/", as PHP\'s json_encode does; the dump has plain slashes.'
        : 'The sender sends plain slashes; the dump has "\\/", as PHP\'s json_encode writes it.',
    advice: rawBodyAdvice,
  };
}

const htmlEncoders = {
  go: "Go's encoding/json and Rails",
  gson: "Gson",
  php: "PHP with the JSON_HEX flags",
  dotnet: ".NET's System.Text.Json",
} as const;

/** The characters that mean something to HTML were escaped on one side only. */
export function htmlCause(signed: Exclude<Spelling["html"], "held">): Cause {
  return {
    code: "json-html-escapes",
    side: "dump",
    step:
      signed === "plain"
        ? "write \\u003c, \\u003e, \\u0026 and the like as characters"
        : `escape <, > and & as ${htmlEncoders[signed]} do`,
    summary:
      signed === "plain"
        ? "The sender sends <, > and & as they are; the dump has them escaped."
        : `The sender escapes <, > and & (\\u003c), as ${htmlEncoders[signed]} do; the dump has the characters.`,
    advice: rawBodyAdvice,
  };
}
