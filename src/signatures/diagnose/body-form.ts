import type { BodyTransformation } from "./cause.ts";

const signRaw = "Sign and verify the form exactly as it is sent, or have the sender send application/json.";

/** How programs percent-encode a form: what a space becomes, the case of hex digits, and what they leave alone. */
const encoders: ((text: string) => string)[] = [
  (text) => new URLSearchParams([["", text]]).toString().slice(1),
  encodeURIComponent,
  (text) => encodeURIComponent(text).replaceAll("%20", "+"),
  // Python's quote_plus, Go's QueryEscape and PHP's urlencode escape these; the first two keep "~".
  (text) => encodeRest(text).replaceAll("%20", "+"),
  (text) => encodeRest(text),
  (text) => encodeRest(text).replaceAll("%20", "+").replaceAll("~", "%7E"),
  (text) =>
    new URLSearchParams([["", text]])
      .toString()
      .slice(1)
      .replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  (text) => encodeRest(text).replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
];

/** Forms: their encoding has many spellings, and a parsed form has lost which it was. */
export const formTransformations: readonly BodyTransformation[] = [
  {
    code: "form-decoded",
    side: "dump",
    step: "write the body as the form it came in (payload=…)",
    summary: "The delivery is a form; the dump holds the value of its payload field, decoded.",
    advice: signRaw,
    undo: ({ text }) =>
      text === undefined || !/^\s*[{[]/.test(text) ? [] : encoders.map((encode) => form([["payload", text]], encode)),
  },
  {
    code: "form-decoded",
    side: "dump",
    step: "percent-encode the form again",
    summary: "The dump holds the form with its percent-encoding undone.",
    advice: signRaw,
    undo: ({ text }) => (text === undefined ? [] : forms(text, (part) => part)),
  },
  {
    code: "form-reencoded",
    side: "dump",
    step: "write the percent-encoding of the form another way",
    summary: 'The form was parsed and encoded again: "+" and "%20", "~", or the case of hex digits differ.',
    advice: signRaw,
    undo: ({ text }) => (text === undefined || !/[%+]/.test(text) ? [] : forms(text, decoded)),
  },
  {
    code: "form-wrapped",
    side: "dump",
    step: "decode the payload field of the form",
    summary: "The body is a form; what was signed is the value of its payload field.",
    advice: signRaw,
    reveals: true,
    undo: ({ text }) => {
      const value = /(?:^|&)(?:payload|body|data)=([^&]*)/.exec(text ?? "")?.[1];
      return [value === undefined ? undefined : Buffer.from(decoded(value), "utf8")];
    },
  },
];

function forms(text: string, decode: (part: string) => string): (Buffer | undefined)[] {
  if (text.length > 200_000 || !/^[^{[<&=\s][^=&]*=/.test(text)) return [];
  const fields = text.split("&").map((field): [string, string] => {
    const at = field.indexOf("=");
    return at === -1 ? [decode(field), ""] : [decode(field.slice(0, at)), decode(field.slice(at + 1))];
  });
  return encoders.map((encode) => form(fields, encode));
}

function form(fields: [string, string][], encode: (text: string) => string): Buffer | undefined {
  try {
    return Buffer.from(fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&"), "utf8");
  } catch {
    // Half a surrogate pair has no percent-encoding.
    return undefined;
  }
}

function encodeRest(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
