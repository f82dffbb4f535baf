import type { Header } from "../../model/http.ts";
import { originForm } from "../http/target.ts";
import { absentBody, announcedBytes, settleBody, type SettledBody } from "../readings.ts";
import { curlData, isData, readsInput, type CurlData } from "./curl-data.ts";
import { curlOptions, type CurlOption } from "./curl-options.ts";
import { expandsNote, printable } from "./notes.ts";
import type { ShellCommand } from "./shell-command.ts";
import { withoutWhite } from "../white.ts";

/** The word that runs curl. */
export const curlProgram = /^(?:\S*\/)?curl(?:\.exe)?$/;

/** What a command asks for with one set of options: the same of each of its URLs. */
export interface Transfer {
  method: string;
  /** Null for the one that has no URL. */
  targets: readonly (string | null)[];
  headers: Header[];
  settled: SettledBody;
  /** What other readings of the command make of it. */
  others: readonly Transfer[];
}

/** The transfers of one command. Another reading that has not as many is none. */
export function curlTransfers(command: ShellCommand): Transfer[] {
  const transfers = transfersOf(command);
  if (command.others.length === 0) return transfers;
  const alike = command.others.map(transfersOf).filter(({ length }) => length === transfers.length);
  for (const [index, transfer] of transfers.entries()) transfer.others = alike.map((other) => other[index]!);
  return transfers;
}

function transfersOf({ words, input, expands }: ShellCommand): Transfer[] {
  const transfers: Transfer[] = [];
  let unread = input;
  for (const options of separated(curlOptions(words))) {
    if (options.some(({ name }) => name === "url" || name === "header" || isData(name))) {
      transfers.push(transferOf(options, unread, expands));
    }
    // Nothing is left of standard input once it is read.
    if (unread !== null && readsInput(options)) unread = "";
  }
  return transfers;
}

function transferOf(options: CurlOption[], input: string | null, expands: boolean): Transfer {
  const data = curlData(options, input);
  const inQuery = has(options, "get");
  const query = inQuery ? (data.body ?? "") : "";
  const asked = lastOf(options, "request-target");
  const targets: string[] = [];
  for (const { name, value } of options) {
    if (name === "url") targets.push(asked ?? target(value, query));
  }
  const list = headers(options, data);
  return {
    method: method(options, data),
    targets: targets.length > 0 ? targets : [asked ?? null],
    headers: list,
    settled: body(data, inQuery, announcedBytes(list), expands),
    others: [],
  };
}

/** `--next` starts anew. */
function separated(options: CurlOption[]): CurlOption[][] {
  if (!has(options, "next")) return [options];
  const all: CurlOption[][] = [];
  let current: CurlOption[] = [];
  for (const option of options) {
    if (option.name !== "next") current.push(option);
    else {
      all.push(current);
      current = [];
    }
  }
  all.push(current);
  return all;
}

function method(options: CurlOption[], data: CurlData): string {
  const named = lastOf(options, "request");
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
    else {
      const header = impliedHeader(name, value);
      if (header !== undefined) implied.push(header);
    }
  }
  if (data.contentType !== null && !has(options, "get")) implied.push(["Content-Type", data.contentType]);
  if (has(options, "json")) implied.push(["Accept", "application/json"]);
  const decided = new Set(suppressed);
  for (const [name] of list) decided.add(name.toLowerCase());
  return [...list, ...implied.filter(([name]) => !decided.has(name.toLowerCase()))];
}

function impliedHeader(option: string, value: string): Header | undefined {
  switch (option) {
    case "user-agent":
      return ["User-Agent", value];
    case "referer":
      return ["Referer", value.replace(/;auto$/, "")];
    case "cookie":
      // Without a `=` the value names a file of cookies.
      return value.includes("=") ? ["Cookie", value] : undefined;
    case "oauth2-bearer":
      return ["Authorization", `Bearer ${value}`];
    case "user":
      return ["Authorization", `Basic ${Buffer.from(value, "latin1").toString("base64")}`];
    default:
      return undefined;
  }
}

/** `Name: value` sends it, `Name:` takes curl's own away, `Name;` sends an empty one, `@file` is not read. */
function addHeader(text: string, list: Header[], suppressed: Set<string>): void {
  const colon = text.indexOf(":");
  if (colon > 0) {
    const value = withoutWhite(text.slice(colon + 1));
    const name = withoutWhite(text.slice(0, colon));
    if (value === "") suppressed.add(name.toLowerCase());
    else list.push([name, value]);
  } else if (/^[^@;][^;]*;$/.test(text)) {
    list.push([text.slice(0, -1), ""]);
  }
}

function body(data: CurlData, inQuery: boolean, declared: number | null, expands: boolean): SettledBody {
  if (data.missing.length > 0) return absentBody(declared, ...data.missing.map(printable));
  const sent = inQuery ? [""] : [data.body ?? "", ...data.otherBodies];
  const settled = settleBody(
    sent.map((text) => ({ held: "text", bytes: Buffer.from(text, "latin1") })),
    declared,
  );
  if (!expands) return settled;
  return {
    ...settled,
    fidelity: settled.fidelity === "exact" ? "exact" : "text",
    notes: [...settled.notes, expandsNote],
  };
}

function has(options: CurlOption[], name: string): boolean {
  return options.some((option) => option.name === name);
}

function lastOf(options: CurlOption[], name: string): string | undefined {
  return options.findLast((option) => option.name === name)?.value;
}
