/** A change of a secret, from the value given to the one used. Its texts hold nothing of the value. */
export interface SecretTransformation {
  code: string;
  /** `given`: the secret given here is wrong; `sender`: the one stored at the sender is. */
  at: "given" | "sender";
  step: string;
  summary: string;
  advice: string;
  /** The values it may stand for, likeliest first. */
  undo: (value: string) => (string | Buffer | undefined)[];
}

const fixGiven = "Give the secret exactly as the dashboard shows it: telepath-hooks doctor looks at its shape.";
const fixSender = "Store the secret anew at the sender, without what surrounds it.";

const given: SecretTransformation[] = [
  {
    code: "secret-trailing-newline",
    at: "given",
    step: "cut the line end off the secret given",
    summary: "The secret given ends with a line end (U+000A or U+000D).",
    advice: "Write it without one: printf '%s', not echo; trim what is read from a file.",
    undo: (value) => [value.replace(/[\r\n]{1,4}$/, ""), value.endsWith("\\n") ? value.slice(0, -2) : undefined],
  },
  {
    code: "secret-bom",
    at: "given",
    step: "cut the byte order mark off the secret given",
    summary: "The secret given begins with a byte order mark (U+FEFF).",
    advice: "Save the file that holds it as UTF-8 without BOM.",
    undo: (value) => [value.replace(/^(?:\ufeff|\u00ef\u00bb\u00bf)/, "")],
  },
  {
    code: "secret-whitespace",
    at: "given",
    step: "take the white space around the secret given off",
    summary: "The secret given has white space before or after it.",
    advice: fixGiven,
    undo: (value) => [value.trim(), value.replace(/\s/g, "")],
  },
  {
    code: "secret-quotes",
    at: "given",
    step: "take the quotes around the secret given off",
    summary: "The secret given still has the quotes it stands in (a .env line, a shell, a YAML file).",
    advice: "Take the quotes off, or let a .env reader do it.",
    undo: (value) => [
      /^(["'`])([\s\S]*)\1$/.exec(value)?.[2],
      value.replace(/^["'`\u201c\u201d\u2018\u2019]|["'`\u201c\u201d\u2018\u2019]$/g, ""),
    ],
  },
  {
    code: "secret-zero-width",
    at: "given",
    step: "take the invisible characters out of the secret given",
    summary: "The secret given holds invisible characters (such as U+200B), as copying from a web page leaves them.",
    advice: "Type the secret, or copy it from a plain text view.",
    undo: (value) => [value.replace(/[\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164]/gu, "")],
  },
  {
    code: "secret-variable-assignment",
    at: "given",
    step: "take only the value of the assignment given as the secret",
    summary: "The whole assignment (NAME=value) was given as the secret.",
    advice: "Give only what stands behind the = sign.",
    undo: assignedValues,
  },
];

const prefixes: SecretTransformation[] = [
  {
    code: "secret-prefix-kept",
    at: "given",
    step: "cut the prefix off the secret given",
    summary: "The secret given has a prefix (such as whsec_) that is not part of the key.",
    advice: "Give the secret without that prefix, or have the sender sign with the whole of it.",
    undo: (value) => [
      ...["whsec_", "Bearer ", "sha256=", "secret:", "v1,", "base64:", "hex:"].map((prefix) => after(value, prefix)),
      ...[...value.slice(0, 40).matchAll(/[_:.-]/g)].map(({ index }) => value.slice(index + 1)),
    ],
  },
  {
    code: "secret-prefix-removed",
    at: "given",
    step: "put the prefix whsec_ before the secret given",
    summary: "The prefix whsec_ is part of the key, and the secret given lacks it.",
    advice: "Give the secret whole, prefix included.",
    undo: (value) => ["whsec_", "tp_whsec_", "telepath_", "tp_"].map((prefix) => prefix + value),
  },
];

const encodings: SecretTransformation[] = [
  {
    code: "secret-is-base64",
    at: "given",
    step: "decode the secret given from base64",
    summary: "The signer uses the bytes that the secret encodes in base64, not its text.",
    advice: "Use one form on both sides; Telepath's key is the text as it stands.",
    undo: (value) => [fromBase64(value), fromBase64(value.replace(/^(?:[a-z]{1,10}_){1,2}/, ""))],
  },
  {
    code: "secret-is-hex",
    at: "given",
    step: "decode the secret given from hex",
    summary: "The signer uses the bytes that the secret's hex digits stand for, not its text.",
    advice: "Use one form on both sides; Telepath's key is the text as it stands.",
    undo: (value) => [fromHex(value), fromHex(value.replace(/^(?:[a-z]{1,10}_){1,2}/, ""))],
  },
  {
    code: "secret-is-base64",
    at: "given",
    step: "write the secret given in base64",
    summary: "The signer uses the base64 text of the secret given.",
    advice: "Use one form on both sides; Telepath's key is the text as it stands.",
    undo: (value) => [Buffer.from(value, "utf8").toString("base64")],
  },
  {
    code: "secret-is-hex",
    at: "given",
    step: "write the secret given in hex digits",
    summary: "The signer uses the hex digits of the secret given.",
    advice: "Use one form on both sides; Telepath's key is the text as it stands.",
    undo: (value) => [Buffer.from(value, "utf8").toString("hex"), changedHexCase(value)],
  },
  {
    code: "secret-percent-encoded",
    at: "given",
    step: "undo the percent-encoding of the secret given",
    summary: "The secret given is percent-encoded, as it stands in a URL.",
    advice: "Decode it: %2B is +, %2F is /, %3D is =.",
    undo: (value) => (value.includes("%") ? [percentDecoded(value), percentDecoded(value.replaceAll("+", " "))] : []),
  },
  {
    code: "secret-percent-encoded",
    at: "sender",
    step: "percent-encode the secret given",
    summary: "The sender signs with the percent-encoded form of the secret given.",
    advice: fixSender,
    undo: (value) => [percentEncoded(value)],
  },
];

const sender: SecretTransformation[] = [
  {
    code: "secret-has-newline-at-sender",
    at: "sender",
    step: "put a line end behind the secret given",
    summary: "The secret stored at the sender ends with a line end.",
    advice: fixSender,
    undo: (value) => [`${value}\n`, `${value}\r\n`, `${value}\r`],
  },
  {
    code: "secret-whitespace",
    at: "sender",
    step: "put a space before or behind the secret given",
    summary: "The secret stored at the sender has white space before or after it.",
    advice: fixSender,
    undo: (value) => [`${value} `, ` ${value}`, ` ${value} `, `${value}\t`],
  },
  {
    code: "secret-quotes",
    at: "sender",
    step: "put quotes around the secret given",
    summary: "The secret stored at the sender has quotes around it.",
    advice: fixSender,
    undo: (value) => [`"${value}"`, `'${value}'`],
  },
  {
    code: "secret-bom",
    at: "sender",
    step: "put a byte order mark before the secret given",
    summary: "The secret stored at the sender begins with a byte order mark.",
    advice: fixSender,
    undo: (value) => [`\ufeff${value}`],
  },
  {
    code: "empty-secret",
    at: "sender",
    step: "use an empty secret",
    summary: "The sender signs with an empty secret: anybody could.",
    advice: "Set the secret at the sender, and refuse to start without one.",
    undo: () => [""],
  },
  {
    code: "literal-undefined-secret",
    at: "sender",
    step: "use the text of a missing value (undefined, null, None) as the secret",
    summary: "The sender signs with the text of a missing value, such as undefined: its variable is not set.",
    advice: "Set the secret at the sender, and refuse to start without one.",
    undo: () => ["undefined", "null", "None", "nil", "<nil>", "NaN", "false", "[object Object]"],
  },
];

/** All of them, likeliest first: what went wrong here comes before what went wrong at the sender. */
export const secretTransformations: readonly SecretTransformation[] = [...given, ...prefixes, ...encodings, ...sender];

/** `NAME=value`, also exported or as YAML, on any line of what was given. */
function assignedValues(value: string): string[] {
  const lines = value.split(/\r?\n/);
  const assignment = /^[ \t]*(?:export |set |\$env:|\$)?[A-Za-z_][\w.-]{0,80}\s?(?:=|:)\s?(.+)$/;
  const assigned = lines.map((line) => assignment.exec(line)?.[1]).filter((found) => found !== undefined);
  return lines.length > 1 ? assigned.concat(lines) : assigned;
}

function after(value: string, prefix: string): string | undefined {
  return value.startsWith(prefix) ? value.slice(prefix.length) : undefined;
}

function fromBase64(value: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(value)) return undefined;
  const bytes = Buffer.from(value, "base64");
  return bytes.length === 0 ? undefined : bytes;
}

function fromHex(value: string): Buffer | undefined {
  return /^(?:[0-9a-fA-F]{2})+$/.test(value) ? Buffer.from(value, "hex") : undefined;
}

function changedHexCase(value: string): string | undefined {
  if (!/^[0-9a-fA-F]+$/.test(value)) return undefined;
  return value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase();
}

function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function percentEncoded(value: string): string | undefined {
  try {
    return encodeURIComponent(value);
  } catch {
    return undefined;
  }
}
