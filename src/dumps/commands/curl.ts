import type { DumpedRequest } from "../../model/dump.ts";
import { headerValue, type Header } from "../../model/http.ts";
import { originForm } from "../http/target.ts";
import { absentBody, announcedBytes, settleBody, type SettledBody } from "../readings.ts";
import { curlData, type CurlData } from "./curl-data.ts";
import { curlOptions, type CurlOption } from "./curl-options.ts";

/** The words of one command whose first is `curl`, and what is written for its standard input. */
export interface CurlCommand {
  words: readonly string[];
  input: string | null;
  expands: boolean;
}

/** The commands that run curl, without what stands before the word: a prompt, `VARIABLE=value`, `sudo`. */
export function curlCommands(commands: readonly CurlCommand[]): CurlCommand[] {
  return commands.flatMap((command) => {
    const at = command.words.findIndex((word) => /^(?:\S*\/)?curl(?:\.exe)?$/.test(word));
    return at === -1 || at > 4 ? [] : [{ ...command, words: command.words.slice(at + 1) }];
  });
}

/** The requests of one command: one for each of its URLs. */
export function curlRequests({ words, input, expands }: CurlCommand): DumpedRequest[] {
  return transfers(curlOptions(words)).flatMap((options) => {
    const data = curlData(options, input);
    const urls = valuesOf(options, "url");
    if (urls.length === 0 && data.contentType === null && !has(options, "header")) return [];
    const asked = valuesOf(options, "request-target").at(-1);
    const common = { method: method(options, data), headers: headers(options, data) };
    const settled = body(data, has(options, "get"), announcedBytes(common.headers), expands);
    const query = has(options, "get") ? (data.body ?? "") : "";
    return (urls.length > 0 ? urls : [null]).map((url) =>
      Object.assign({ target: asked ?? (url === null ? null : target(url, query)) }, common, settled),
    );
  });
}

/** `--next` starts anew. */
function transfers(options: CurlOption[]): CurlOption[][] {
  const all: CurlOption[][] = [[]];
  for (const option of options) {
    if (option.name === "next") all.push([]);
    else all.at(-1)?.push(option);
  }
  return all;
}

function method(options: CurlOption[], data: CurlData): string {
  const named = valuesOf(options, "request").at(-1);
  // Windows knows no single quotes: DevTools' -X 'POST' reaches curl with them.
  if (named !== undefined) return named.replace(/^'(.*)'$/, "$1");
  if (has(options, "head")) return "HEAD";
  if (has(options, "upload-file")) return "PUT";
  if (has(options, "get")) return "GET";
  return data.contentType !== null || has(options, "form") || has(options, "form-string") ? "POST" : "GET";
}

function target(url: string, query: string): string {
  const path = originForm(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(url) ? url : `http://${url}`);
  return query === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

function headers(options: CurlOption[], data: CurlData): Header[] {
  const list: Header[] = [];
  const suppressed = new Set<string>();
  const implied: Header[] = [];
  for (const { name, value } of options) {
    if (name === "header") addHeader(value, list, suppressed);
    if (name === "user-agent") implied.push(["User-Agent", value]);
    if (name === "referer") implied.push(["Referer", value.replace(/;auto$/, "")]);
    // Without a `=` the value names a file of cookies.
    if (name === "cookie" && value.includes("=")) implied.push(["Cookie", value]);
    if (name === "oauth2-bearer") implied.push(["Authorization", `Bearer ${value}`]);
    if (name === "user") implied.push(["Authorization", `Basic ${Buffer.from(value, "latin1").toString("base64")}`]);
  }
  if (data.contentType !== null && !has(options, "get")) implied.push(["Content-Type", data.contentType]);
  if (has(options, "json")) implied.push(["Accept", "application/json"]);
  const wanted = implied.filter(
    ([name]) => headerValue(list, name) === undefined && !suppressed.has(name.toLowerCase()),
  );
  return [...list, ...wanted];
}

/** `Name: value` sends it, `Name:` takes curl's own away, `Name;` sends an empty one, `@file` is not read. */
function addHeader(text: string, list: Header[], suppressed: Set<string>): void {
  const colon = text.indexOf(":");
  if (colon > 0) {
    const value = text.slice(colon + 1).trim();
    const name = text.slice(0, colon).trim();
    if (value === "") suppressed.add(name.toLowerCase());
    else list.push([name, value]);
  } else if (/^[^@;][^;]*;$/.test(text)) {
    list.push([text.slice(0, -1), ""]);
  }
}

function body(data: CurlData, inQuery: boolean, declared: number | null, expands: boolean): SettledBody {
  // A command can name any number of files; a few tell enough.
  if (data.missing.length > 0) return absentBody(declared, ...data.missing.slice(0, 5).map(printable));
  const sent = inQuery ? [""] : [data.body ?? "", ...data.otherBodies];
  const settled = settleBody(
    sent.map((text) => ({ held: "text", bytes: Buffer.from(text, "latin1") })),
    declared,
  );
  if (!expands) return settled;
  const note = "The command holds $… or backticks, which a shell would replace; nothing in a dump is run.";
  return { ...settled, fidelity: settled.fidelity === "exact" ? "exact" : "text", notes: [...settled.notes, note] };
}

function has(options: CurlOption[], name: string): boolean {
  return options.some((option) => option.name === name);
}

function valuesOf(options: CurlOption[], name: string): string[] {
  return options.filter((option) => option.name === name).map(({ value }) => value);
}

/** A byte string as it may stand in a note. */
function printable(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}
