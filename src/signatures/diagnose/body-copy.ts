import type { BodyTransformation } from "./cause.ts";

const copyElsewhere = "Save the body to a file, or copy it from a view that shows the raw text.";

const entities: Record<string, string> = { quot: '"', apos: "'", amp: "&", lt: "<", gt: ">", nbsp: "\u00a0" };
const typographic: Record<string, string> = {
  "\u201c": '"',
  "\u201d": '"',
  "\u201e": '"',
  "\u2018": "'",
  "\u2019": "'",
  "\u2013": "-",
  "\u2014": "--",
  "\u2026": "...",
  "\u00a0": " ",
};
const letters: Record<string, string> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0",
  a: "\x07",
  e: "\x1b",
};

/** What a body goes through on its way through a viewer, a chat, a shell or a log. */
export const copyTransformations: readonly BodyTransformation[] = [
  {
    code: "html-entities",
    side: "dump",
    step: "turn HTML entities into characters",
    summary: "The dump was escaped for HTML (&quot;, &amp;), by a log viewer or an inspector's page.",
    advice: copyElsewhere,
    reveals: true,
    undo: ({ text }) => [text?.includes("&") ? utf8(fromHtml(text)) : undefined],
  },
  {
    code: "smart-quotes",
    side: "dump",
    step: "turn typographic quotes, dashes and spaces into plain ones",
    summary: "Quotes were made typographic, as chats, word processors and mail programs do.",
    advice: copyElsewhere,
    reveals: true,
    undo: ({ text }) => [
      text === undefined
        ? undefined
        : utf8(text.replace(/[\u201c\u201d\u201e\u2018\u2019\u00a0]/g, (found) => typographic[found]!)),
      text === undefined
        ? undefined
        : utf8(text.replace(/[\u201c-\u201e\u2018\u2019\u2013\u2014\u2026\u00a0]/g, (found) => typographic[found]!)),
    ],
  },
  {
    code: "backslash-quotes",
    side: "dump",
    step: "take the backslashes before quotes out",
    summary: "Quotes carry backslashes, as addslashes, a shell or one layer of logging writes them.",
    advice: copyElsewhere,
    reveals: true,
    undo: ({ text }) => [
      text?.includes('\\"') ? utf8(text.replaceAll('\\"', '"')) : undefined,
      text?.includes("\\") ? utf8(text.replace(/\\(["'\\])/g, "$1")) : undefined,
    ],
  },
  {
    code: "c-escapes",
    side: "dump",
    step: "undo the escapes of a string literal (\\n, \\xHH, \\ooo)",
    summary: "The dump shows the body as a string literal, with escapes for its control and non-ASCII bytes.",
    advice: copyElsewhere,
    reveals: true,
    undo: ({ text }) => (text?.includes("\\") ? [unescaped(text), unescaped(unquoted(text))] : []),
  },
  {
    code: "body-quoted",
    side: "dump",
    step: "take the quotes around the body off",
    summary: "The dump holds the body in quotes, as a shell or a programming language writes a string.",
    advice: copyElsewhere,
    reveals: true,
    undo: ({ text }) => [text === undefined ? undefined : utf8(unquoted(text))],
  },
];

function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

function fromHtml(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Undoes C's escapes byte by byte, so that `\xc3\xab` is one character of UTF-8. */
function unescaped(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[0-7]{3}|\\[\s\S])/);
  // Halves of a pair stand in neighbouring parts: only a string puts them together again.
  const bytes = parts.map((part) => (part[0] === "\\" && part.length > 1 ? escapeMeaning(part) : part));
  const joined: (string | number)[] = [];
  for (const part of bytes) {
    if (typeof part === "string" && typeof joined.at(-1) === "string") joined.push(String(joined.pop()) + part);
    else joined.push(part);
  }
  return Buffer.concat(joined.map((part) => (typeof part === "string" ? utf8(part) : Buffer.from([part]))));
}

function escapeMeaning(escape: string): string | number {
  if (escape[1] === "x" && escape.length === 4) return Number.parseInt(escape.slice(2), 16);
  if (escape[1] === "u" && escape.length === 6) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  if (escape.length === 4) return Number.parseInt(escape.slice(1), 8) & 0xff;
  return letters[escape[1]!] ?? escape[1]!;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  const [first, last] = [trimmed[0], trimmed.at(-1)];
  return trimmed.length >= 2 && first === last && (first === '"' || first === "'" || first === "`")
    ? trimmed.slice(1, -1)
    : text;
}
