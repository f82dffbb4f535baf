import type { CurlOption } from "./curl-options.ts";

/** What a curl command sends as its body: byte strings, or the reasons why the command does not hold it. */
export interface CurlData {
  /** Null when no option gives data. */
  body: string | null;
  /** Spaces as `%20`, which curl wrote before version 7.83. */
  otherBodies: string[];
  /** A command can name any number of files; a few tell enough. */
  missing: string[];
  contentType: string | null;
}

const DATA = new Set(["data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"]);
const MOST_MISSING = 5;
const PERCENT = Array.from({ length: 256 }, (_unused, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`);

/** Whether an option gives data. */
export function isData(option: string): boolean {
  return DATA.has(option);
}

/** Whether data comes from standard input. */
export function readsInput(options: readonly CurlOption[]): boolean {
  return options.some((option) => isData(option.name) && fileOf(option) === "-");
}

/**
 * Joins the data of a command as curl does: with `&`, and for `--json` with nothing between. Files are never opened:
 * what comes from one is missing, but for `@-` where the dump shows what is piped in.
 */
export function curlData(options: readonly CurlOption[], input: string | null): CurlData {
  const given = options.filter(({ name }) => isData(name));
  const isJson = given.some(({ name }) => name === "json");
  const contentType = given.length === 0 ? null : isJson ? "application/json" : "application/x-www-form-urlencoded";
  const missingFiles = reasons(given, (option) => missingFile(option, input));
  const missing = [...missingFiles, ...reasons(options, otherBodySource)].slice(0, MOST_MISSING);
  if (given.length === 0 || missing.length > 0) return { body: null, otherBodies: [], missing, contentType };
  const body = joined(given, input, true);
  const isEncoded = given.some(({ name }) => name === "data-urlencode");
  const other = isEncoded ? joined(given, input, false) : body;
  return { body, otherBodies: other === body ? [] : [other], missing, contentType };
}

function joined(given: readonly CurlOption[], input: string | null, plus: boolean): string {
  let body = "";
  let unread = input ?? "";
  for (const [index, option] of given.entries()) {
    if (index > 0 && option.name !== "json") body += "&";
    if (fileOf(option) === undefined) body += dataOf(option, undefined, plus);
    else {
      body += dataOf(option, unread, plus);
      // Nothing is left of standard input once it is read.
      unread = "";
    }
  }
  return body;
}

function dataOf({ name, value }: CurlOption, file: string | undefined, plus: boolean): string {
  if (name === "data-urlencode") return urlEncoded(value, file, plus);
  if (file === undefined) return value;
  // Only a file's line ends are dropped; the text of an argument is sent as it stands.
  return name === "data" || name === "data-ascii" ? file.replace(/[\r\n\0]+/g, "") : file;
}

/** `content`, `=content`, `name=content`, `@file`, `name@file`: only the content is encoded. */
function urlEncoded(value: string, file: string | undefined, plus: boolean): string {
  const at = value.search(/[=@]/);
  // Of an empty file curl sends nothing, not even the name (tool_getparam.c, `data_urlencode`).
  if (file === "") return "";
  const content = file ?? value.slice(at + 1);
  const encoded = content.replace(/[^A-Za-z0-9._~-]/g, (byte) =>
    plus && byte === " " ? "+" : PERCENT[byte.charCodeAt(0)]!,
  );
  return at > 0 ? `${value.slice(0, at)}=${encoded}` : encoded;
}

function reasons(options: readonly CurlOption[], reason: (option: CurlOption) => string | undefined): string[] {
  const all: string[] = [];
  for (const option of options) {
    const found = reason(option);
    if (found !== undefined) all.push(found);
    if (all.length === MOST_MISSING) break;
  }
  return all;
}

function missingFile(option: CurlOption, input: string | null): string | undefined {
  const file = fileOf(option);
  if (file === undefined || (file === "-" && input !== null)) return undefined;
  if (file === "-") return "The body comes from standard input: give it with --body.";
  return `The body is in the file ${file}, which is not opened: give it with --body.`;
}

/** The name of the file that data comes from. */
function fileOf({ name, value }: CurlOption): string | undefined {
  if (name === "data-raw") return undefined;
  const at = name === "data-urlencode" ? value.search(/[=@]/) : 0;
  return value.charAt(at) === "@" ? value.slice(at + 1) : undefined;
}

function otherBodySource({ name, value }: CurlOption): string | undefined {
  switch (name) {
    case "form":
    case "form-string":
      return "A --form body has a boundary the command does not show.";
    case "upload-file":
      return `The body is in the file ${value}, which is not opened: give it with --body.`;
    case "config":
      return `The options in the file ${value} are not read.`;
    default:
      return undefined;
  }
}
