/** Which of the characters of a string that may be written in two ways are escaped. `held`: as they are written. */
export interface Spelling {
  /** What is not ASCII: itself, or `\u` with lower-case or upper-case hex digits. */
  unicode: "held" | "raw" | "lower" | "upper";
  /** `/`: itself, or `\/` as PHP writes it. */
  slash: "held" | "plain" | "escaped";
  /** The characters that mean something to HTML: themselves, or escaped by the rules of one family of encoders. */
  html: "held" | "plain" | "go" | "gson" | "php" | "dotnet";
}

/** The strings of a body as they are written. */
export const asHeld: Spelling = { unicode: "held", slash: "held", html: "held" };

/** Whether it changes no string. */
export function isAsHeld({ unicode, slash, html }: Spelling): boolean {
  return unicode === "held" && slash === "held" && html === "held";
}

/** The spellings of each kind, likeliest first. */
export const spellingChoices = {
  unicode: ["raw", "lower", "upper"],
  slash: ["plain", "escaped"],
  html: ["plain", "go", "gson", "php", "dotnet"],
} as const;

/**
 * What each family of encoders escapes, and with which hex digits: Go's `encoding/json` and Rails (U+2028 and U+2029
 * too), Gson, PHP with all `JSON_HEX_*` flags, and System.Text.Json.
 */
const htmlEscapes = {
  plain: { characters: "", upper: false },
  go: { characters: "<>&\u2028\u2029", upper: false },
  gson: { characters: "<>&='\u2028\u2029", upper: false },
  php: { characters: "<>&'\"", upper: true },
  dotnet: { characters: "<>&'\"+`\u007f", upper: true },
} as const;

const htmlCharacters = "<>&'=+`\u007f";
const shortEscapes: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
};
const escapeMeanings: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Escapes, and the characters that some encoder escapes. Everything else is written in one way only. */
const unit = /\\u[0-9a-fA-F]{4}|\\.|[/<>&'=+`\u007f-\uffff]/g;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const unitOnce = new RegExp(unit.source);

/** Whether there is anything in a token that can be written in another way. */
export function canBeRespelled(token: string): boolean {
  return token[0] === '"' && unitOnce.test(token);
}

/** A way to spell strings anew: takes and gives a string literal of JSON with its quotes. */
export function respelled(spelling: Spelling): (raw: string) => string {
  if (isAsHeld(spelling)) return (raw) => raw;
  return (raw) => raw.replace(unit, (written) => spell(written, spelling)).replace(loneSurrogate, hexLower);
}

function spell(written: string, { unicode, slash, html }: Spelling): string {
  const character = meaning(written);
  if (character === "/") return slash === "held" ? written : slash === "escaped" ? "\\/" : "/";
  if (html !== "held") {
    const { characters, upper } = htmlEscapes[html];
    if (characters.includes(character)) return upper ? hexUpper(character) : hexLower(character);
    if (htmlCharacters.includes(character)) return character;
  } else if (character === '"' || htmlCharacters.includes(character)) {
    return written;
  }
  if (character >= "\u0080" || character < " ") {
    if (unicode === "held") return written;
    if (character < " " && shortEscapes[character] !== undefined) return `\\${shortEscapes[character]}`;
    if (unicode === "raw") return character < " " ? hexLower(character) : character;
    return unicode === "upper" ? hexUpper(character) : hexLower(character);
  }
  const short = shortEscapes[character];
  return short === undefined ? character : `\\${short}`;
}

function meaning(written: string): string {
  if (written[0] !== "\\") return written;
  if (written[1] === "u") return String.fromCharCode(Number.parseInt(written.slice(2), 16));
  return escapeMeanings[written[1]!] ?? written[1]!;
}

function hexLower(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function hexUpper(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
