import { withoutWhite } from "../white.ts";

/** What one HTTPie command says of its request: byte strings, one character for each byte. */
export interface HttpieCommand {
  method: string | null;
  url: string;
  headers: [name: string, value: string][];
  /** `name=value` and `name:=json`: HTTPie makes JSON, or a form, of them. */
  fields: { name: string; value: string; isJson: boolean }[];
  /** `--raw`; null without it. */
  raw: string | null;
  isForm: boolean;
  /** Files that parts of it come from. */
  files: string[];
}

const WITH_VALUE = new Set(
  `--auth -a --auth-type -A --bearer --boundary --cert --cert-key --cert-key-pass --check-status --chunked --ciphers
  --default-scheme --download-dir --format-options --history-print -P --max-headers --max-redirects --output -o
  --path-as-is --pretty --print -p --proxy --raw --response-charset --response-mime --session --session-read-only
  --sorted --ssl --style -s --timeout --unsorted --verify`.split(/\s+/),
);
const FLAGS = new Set(["--check-status", "--chunked", "--path-as-is", "--sorted", "--unsorted"]);
const ESCAPED = /\\([\\:=@;])/g;
const SPECIAL = /[\\:=@;]/g;
/** The longest at a place counts. */
const SEPARATOR = /:=@|=@|:@|==|:=|[=@:;]/y;

/** The word that runs HTTPie. */
export const httpieProgram = /^(?:\S*\/)?https?$/;

/**
 * Reads the words after `http` or `https`; undefined for what has no URL.
 *
 * @see https://httpie.io/docs/cli/http-method
 */
export function readHttpie(words: readonly string[]): HttpieCommand | undefined {
  const positional: string[] = [];
  const command = { raw: null as string | null, isForm: false };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!/^-./.test(word)) {
      positional.push(word);
      continue;
    }
    const [, name = word, given] = /^(--[a-z-]+)=([^]*)$/.exec(word) ?? [];
    const takesValue = WITH_VALUE.has(name) && !FLAGS.has(name);
    const value = given ?? (takesValue ? (words[(at += 1)] ?? "") : "");
    if (name === "--raw") command.raw = value;
    if (/^(?:--form|--multipart|-[a-z]+)$/.test(name) && name.includes("f")) command.isForm = true;
  }
  const hasMethod = positional.length > 1 && /^[A-Za-z]+$/.test(positional[0] ?? "");
  const method = hasMethod ? (positional.shift() ?? "").toUpperCase() : null;
  const url = positional.shift();
  return url === undefined ? undefined : { method, url: absolute(url), ...command, ...itemsOf(positional) };
}

/** `:8080/path` is on this machine, `example.test/path` has no scheme. */
function absolute(url: string): string {
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(url)) return url;
  return url.startsWith(":") ? `http://localhost${/^:\d/.test(url) ? url : url.slice(1)}` : `http://${url}`;
}

function itemsOf(items: readonly string[]): Pick<HttpieCommand, "headers" | "fields" | "files"> {
  const headers: [string, string][] = [];
  const fields: HttpieCommand["fields"] = [];
  const files: string[] = [];
  for (const item of items) {
    const { name, separator, value } = split(item);
    if (separator === ":" && value !== "") headers.push([name, withoutWhite(value)]);
    if (separator === ";") headers.push([name, ""]);
    if (separator === "=" || separator === ":=") fields.push({ name, value, isJson: separator === ":=" });
    if (separator.endsWith("@")) files.push(value);
  }
  return { headers, fields, files };
}

function split(item: string): { name: string; separator: string; value: string } {
  const at = separatorAt(item);
  if (at === -1) return { name: item, separator: "", value: "" };
  SEPARATOR.lastIndex = at;
  SEPARATOR.test(item);
  const end = SEPARATOR.lastIndex;
  const name = item.slice(0, at);
  return {
    name: name.includes("\\") ? name.replace(ESCAPED, "$1") : name,
    separator: item.slice(at, end),
    value: item.slice(end),
  };
}

/** The first separator that no backslash protects. */
function separatorAt(item: string): number {
  SPECIAL.lastIndex = 0;
  while (SPECIAL.test(item)) {
    const at = SPECIAL.lastIndex - 1;
    if (item.charAt(at) !== "\\") return at;
    if (/[\\:=@;]/.test(item.charAt(at + 1))) SPECIAL.lastIndex = at + 2;
  }
  return -1;
}
