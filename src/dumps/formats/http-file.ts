import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import { absentBody, announcedBytes, settleBody, type SettledBody } from "../readings.ts";

const SEPARATOR = /^###/;
const COMMENT = /^\s*(?:#|\/\/)/;
const VARIABLE = /^@([\w.-]{1,200})\s*=\s*(.*)$/;
const REQUEST_LINE = /^\s*(?:[A-Z]{3,32}\s+)?(?:https?:\/\/|\{\{|\/)/;
const LONGEST_LINE = 8192;
const MOST_FILLED_IN = 67_108_864;

/**
 * The `.http` files of VS Code's REST Client and JetBrains' HTTP Client: requests between lines of `###`, with
 * variables, of which those the file itself sets are filled in. Files it names are not opened and scripts are left out.
 *
 * @see https://github.com/JetBrains/http-request-in-editor-spec
 */
export const httpFile: DumpFormat = {
  name: "http-file",
  description: ".http and .rest files of VS Code's REST Client and of JetBrains",

  recognizes({ text }) {
    const lines = text.split("\n", 2000).map((line) => line.trimEnd());
    const start = lines.findIndex((line) => isRequestLine(line));
    const request = requestLineOf(lines[start] ?? "");
    if (request === undefined || lines.slice(0, start).some((line) => SEPARATOR.test(line)))
      return request !== undefined;
    if (request.version === undefined) return request.method !== undefined && !request.url.startsWith("/");
    // With its version it is an HTTP message as well; only the separators tell.
    return !request.url.startsWith("/") && lines.some((line) => SEPARATOR.test(line));
  },

  parse({ text }) {
    const lines = text.split("\n");
    const variables = variablesOf(lines);
    const requests = sectionsOf(lines).flatMap((section, index, all) =>
      requestOf(section, variables, index === all.length - 1),
    );
    if (requests.length === 0)
      throw new TelepathError("BROKEN_DUMP", "line 1: expected a request line such as POST https://…");
    return requests;
  },
};

/** Whether a line can only be the request's first: it is neither blank nor a comment nor a variable. */
function isRequestLine(line: string): boolean {
  return line.trim() !== "" && !COMMENT.test(line) && !VARIABLE.test(line.slice(0, LONGEST_LINE));
}

function requestLineOf(
  line: string,
): { method: string | undefined; url: string; version: string | undefined } | undefined {
  if (!REQUEST_LINE.test(line)) return undefined;
  const words = line.trim().split(/\s+/);
  const version = /^HTTP\/\d/.test(words.at(-1) ?? "") ? words.pop() : undefined;
  const method = words.length > 1 && /^[A-Z]{3,32}$/.test(words[0] ?? "") ? words.shift() : undefined;
  return { method, url: words.join(" "), version };
}

function variablesOf(lines: readonly string[]): Variables {
  const variables = new Variables();
  for (const line of lines) {
    const [, name, value] = line.length > LONGEST_LINE ? [] : (VARIABLE.exec(line.trimEnd()) ?? []);
    if (name !== undefined && value !== undefined) variables.set(name, variables.fill(value));
  }
  return variables;
}

function sectionsOf(lines: readonly string[]): string[][] {
  const sections: string[][] = [[]];
  for (const line of lines) {
    if (SEPARATOR.test(line)) sections.push([]);
    else sections.at(-1)?.push(line);
  }
  return sections;
}

function requestOf(lines: readonly string[], variables: Variables, isLast: boolean): DumpedRequest[] {
  const start = lines.findIndex(isRequestLine);
  const request = requestLineOf(lines[start] ?? "");
  if (request === undefined) return [];
  const head = headOf(lines, start + 1, variables);
  return [
    {
      method: request.method ?? "GET",
      target: originForm(variables.fill(request.url + head.query)),
      headers: head.headers,
      ...bodyOf(lines.slice(head.end), head.headers, variables, isLast),
    },
  ];
}

interface Head {
  headers: Header[];
  /** Lines that go on with the URL. */
  query: string;
  end: number;
}

function headOf(lines: readonly string[], start: number, variables: Variables): Head {
  const headers: Header[] = [];
  const query: string[] = [];
  for (let at = start; at < lines.length; at += 1) {
    const line = (lines[at] ?? "").trimEnd();
    if (line === "") return { headers, query: query.join(""), end: at + 1 };
    const colon = line.indexOf(":");
    if (/^\s+[?&/]/.test(line) && headers.length === 0) query.push(line.trim());
    else if (!COMMENT.test(line) && colon > 0) {
      const value = variables.fill(line.slice(colon + 1).trim());
      headers.push([line.slice(0, colon).trim(), Buffer.from(value).toString("latin1")]);
    }
  }
  return { headers, query: query.join(""), end: lines.length };
}

function bodyOf(lines: string[], headers: Header[], variables: Variables, isLast: boolean): SettledBody {
  const declared = announcedBytes(headers);
  const script = lines.findIndex((line) => /^\s*(?:>\s*\{%|>\s+\S+\.js\b|<>\s)/.test(line));
  const own = script === -1 ? lines : lines.slice(0, script);
  const input = own.find((line) => line.trim() !== "");
  const file = /^<(?:@\w*)?\s+(\S.*?)\s*$/.exec((input ?? "").slice(0, LONGEST_LINE))?.[1];
  if (file !== undefined) {
    return absentBody(declared, `The body is in the file ${file}, which is not opened: give it with --body.`);
  }
  const text = variables.fill(own.join("\n"));
  // What stands before ### ends with a line end that is not the body's; an editor ends the file with one as well.
  const trimmed = text.replace(/[\r\n]+$/, "");
  const withoutOne = isLast && script === -1 ? text.replace(/\r?\n$/, "") : text.replace(/\r$/, "");
  const bodies = [withoutOne, trimmed, text, withoutOne.replaceAll("\r\n", "\n"), trimmed.replaceAll("\r\n", "\n")];
  const settled = settleBody(
    bodies.map((body) => ({ held: "text", bytes: Buffer.from(body) })),
    declared,
  );
  const missing = /\{\{[^{}\n]{1,200}\}\}/.exec(text)?.[0];
  if (missing === undefined) return settled;
  const note = `The body has the variable ${missing}, whose value is not in the file: give the body as it was sent.`;
  return { ...settled, fidelity: "text", notes: [...settled.notes, note] };
}

/** Fills in the variables a file sets, and leaves the others; all it fills in together has a limit. */
class Variables {
  private readonly values = new Map<string, string>();
  private left = MOST_FILLED_IN;

  set(name: string, value: string): void {
    this.values.set(name, value);
  }

  /** @throws TelepathError `BROKEN_DUMP` when variables of variables grow beyond measure. */
  fill(text: string): string {
    return text.replace(/\{\{\s?([\w.-]{1,200})\s?\}\}/g, (all, name: string) => {
      const value = this.values.get(name) ?? all;
      this.left -= value.length;
      if (this.left < 0) throw new TelepathError("BROKEN_DUMP", "its variables make more than 64 MB of text");
      return value;
    });
  }
}
