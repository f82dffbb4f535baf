import type { CurlOption } from "./curl-options.ts";

/** What a curl command sends as its body: byte strings, or the reasons why the command does not hold it. */
export interface CurlData {
  /** Null when no option gives data. */
  body: string | null;
  /** Spaces as `%20`, which curl wrote before version 7.83. */
  otherBodies: string[];
  missing: string[];
  contentType: string | null;
}

const DATA = new Set(["data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"]);

/**
 * Joins the data of a command as curl does: with `&`, and for `--json` with nothing between. Files are never opened:
 * what comes from one is missing, but for `@-` where the dump shows what is piped in.
 */
export function curlData(options: readonly CurlOption[], input: string | null): CurlData {
  const given = options.filter(({ name }) => DATA.has(name));
  const missing = [...given.flatMap((option) => missingFile(option, input)), ...otherBodySources(options)];
  const json = given.some(({ name }) => name === "json");
  const join = (plus: boolean): string => {
    let body = "";
    for (const [index, option] of given.entries()) {
      body += (index > 0 && option.name !== "json" ? "&" : "") + dataOf(option, input, plus);
    }
    return body;
  };
  const body = given.length > 0 && missing.length === 0 ? join(true) : null;
  return {
    body,
    otherBodies: body === null ? [] : [join(false)].filter((other) => other !== body),
    missing,
    contentType: given.length === 0 ? null : json ? "application/json" : "application/x-www-form-urlencoded",
  };
}

function dataOf({ name, value }: CurlOption, input: string | null, plus: boolean): string {
  if (name === "data-raw") return value;
  if (name === "data-urlencode") return urlEncoded(value, input, plus);
  if (!value.startsWith("@")) return value;
  // Only a file's line ends are dropped; the text of an argument is sent as it stands.
  return name === "data" || name === "data-ascii" ? (input ?? "").replace(/[\r\n\0]/g, "") : (input ?? "");
}

/** `content`, `=content`, `name=content`, `@file`, `name@file`: only the content is encoded. */
function urlEncoded(value: string, input: string | null, plus: boolean): string {
  const at = value.search(/[=@]/);
  const content = value.charAt(at) === "@" ? (input ?? "") : value.slice(at + 1);
  const encoded = content.replace(/[^A-Za-z0-9._~-]/g, (byte) =>
    plus && byte === " " ? "+" : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return at > 0 ? `${value.slice(0, at)}=${encoded}` : encoded;
}

function missingFile({ name, value }: CurlOption, input: string | null): string[] {
  if (name === "data-raw") return [];
  const at = name === "data-urlencode" ? value.search(/[=@]/) : 0;
  if (value.charAt(at) !== "@") return [];
  const file = value.slice(at + 1);
  if (file !== "-") return [`The body is in the file ${file}, which is not opened: give it with --body.`];
  return input === null ? ["The body comes from standard input: give it with --body."] : [];
}

function otherBodySources(options: readonly CurlOption[]): string[] {
  return options.flatMap(({ name, value }) => {
    if (name === "form" || name === "form-string") return ["A --form body has a boundary the command does not show."];
    if (name === "upload-file") return [`The body is in the file ${value}, which is not opened: give it with --body.`];
    return name === "config" ? [`The options in the file ${value} are not read.`] : [];
  });
}
