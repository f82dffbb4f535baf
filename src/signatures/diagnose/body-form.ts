import type { BodyTransformation } from "./cause.ts";

const signRaw = "Sign and verify the form exactly as it is sent, or have the sender send application/json.";

/** How programs percent-encode a text: what a space becomes, the case of hex digits, and what they leave alone. */
function encodings(text: string): string[] {
  const form = new URLSearchParams([["", text]]).toString().slice(1);
  const uri = encodeURIComponent(text);
  // Python's quote_plus, Go's QueryEscape and PHP's urlencode escape these; the first two keep "~".
  const all = uri.replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
  const withPlus = all.replaceAll("%20", "+");
  const lower = (encoded: string): string => encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [
    form,
    uri,
    uri.replaceAll("%20", "+"),
    withPlus,
    all,
    withPlus.replaceAll("~", "%7E"),
    lower(form),
    lower(all),
  ];
}

/** Forms: their encoding has many spellings, and a parsed form has lost which it was. */
export const formTransformations: readonly BodyTransformation[] = [
  {
    code: "form-decoded",
    side: "dump",
    step: "write the body as the form it came in (payload=…)",
    summary: "The delivery is a form; the dump holds the value of its payload field, decoded.",
    advice: signRaw,
    undo: ({ text }) => (text === undefined || !/^\s*[{[]/.test(text) ? [] : formsOf([["payload", text]])),
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
  return formsOf(fields);
}

function formsOf(fields: readonly [string, string][]): Buffer[] {
  try {
    const encoded = fields.map(([name, value]) => [encodings(name), encodings(value)] as const);
    return encoded[0]![0].map((_form, way) =>
      Buffer.from(encoded.map(([name, value]) => `${name[way]}=${value[way]}`).join("&"), "utf8"),
    );
  } catch {
    // Half a surrogate pair has no percent-encoding.
    return [];
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
