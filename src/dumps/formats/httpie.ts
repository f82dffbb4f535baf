import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { readBash } from "../commands/bash.ts";
import { httpieProgram, readHttpie, type HttpieCommand } from "../commands/httpie.ts";
import { literalHex } from "../commands/lost-characters.ts";
import { expandsNote, printable } from "../commands/notes.ts";
import type { ShellCommand } from "../commands/shell-command.ts";
import type { BashReading } from "../commands/words.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import {
  absentBody,
  announcedBytes,
  distinct,
  settleBody,
  withBody,
  type Reading,
  type SettledBody,
} from "../readings.ts";

const HTTPIE_WORD =
  /(?:^|[\n|;&])[ \t]*(?:[$>%#] )?https?[ \t]+(?:--?[a-z]|[A-Za-z]{3,7}[ \t]+['"]?[\w:]|['"]?(?:https?:\/\/|:\d|:\/))/;

const PLAIN_IN_JSON = /^[ !#-[\]-~]*$/;

/** HTTPie's commands, typed, copied out of a browser or exported by mitmproxy. */
export const httpie: DumpFormat = {
  name: "httpie",
  description: "HTTPie commands: mitmproxy's export httpie, or typed",

  recognizes({ bytes }) {
    const script = bytes.toString("latin1");
    return !/^\s*[{[<]/.test(script.slice(0, 1000)) && HTTPIE_WORD.test(script);
  },

  parse({ bytes }) {
    const requests: DumpedRequest[] = [];
    for (const command of readBash(bytes.toString("latin1"), httpieProgram, [asMeant])) {
      const request = requestOf(command);
      if (request !== undefined) requests.push(withReading(request, command.others));
    }
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no http command with a URL in it");
    return requests;
  },
};

/** What `"$(printf …)"` means, as mitmproxy writes it, and a browser's `$'\xe9'`. */
const asMeant: BashReading = { escapes: "code-points", keepsFinalNewlines: true, printsLiterally: true };

/** Undefined for a command without a URL. */
function requestOf(shell: ShellCommand): DumpedRequest | undefined {
  const command = readHttpie(shell.words);
  if (command === undefined) return undefined;
  const settled = bodyOf(command, shell);
  const hasBody = command.raw !== null || command.fields.length > 0 || shell.input !== null;
  const method = command.method ?? (hasBody ? "POST" : "GET");
  const noted = shell.expands ? { ...settled, notes: [...settled.notes, expandsNote] } : settled;
  return withBody(method, originForm(command.url), command.headers, noted);
}

function bodyOf(command: HttpieCommand, { input }: ShellCommand): SettledBody {
  const declared = announcedBytes(command.headers);
  const [file] = command.files;
  if (file !== undefined) {
    return absentBody(
      declared,
      `The body is in the file ${printable(file)}, which is not opened: give it with --body.`,
    );
  }
  if (command.fields.length > 0) return fieldsBody(command, declared);
  return settleBody(textReadings(command.raw ?? input, command.raw === null), declared);
}

/** A here-string ends in a newline that exports did not mean, and mitmproxy's `\x0a` is a newline that it did. */
function textReadings(text: string | null, isInput: boolean): Reading[] {
  const held = text ?? "";
  const texts = isInput ? [held.replace(/\n$/, ""), held] : [held];
  const bodies = texts.map((each) => Buffer.from(each, "latin1"));
  return [...bodies.flatMap(literalHex), ...bodies].map((bytes) => ({ held: "text", bytes }));
}

/** What Python's `json.dumps` makes of the fields, which is how HTTPie 1 to 3 write them. */
function fieldsBody({ fields, isForm }: HttpieCommand, declared: number | null): SettledBody {
  if (isForm || fields.some(({ name }) => /[[\]]/.test(name))) {
    return absentBody(
      declared,
      "HTTPie makes the body of the fields: run it with --print B and give that with --body.",
    );
  }
  const members = fields.map(({ name, value, isJson }) => {
    return `${quoted(name)}: ${isJson ? printable(value) : quoted(value)}`;
  });
  const body = Buffer.from(`{${members.join(", ")}}`);
  const settled = settleBody([{ held: "value", bytes: body }], declared);
  return { ...settled, notes: [...settled.notes, "The body was put together from the fields, as HTTPie does it."] };
}

function quoted(bytes: string): string {
  if (PLAIN_IN_JSON.test(bytes)) return `"${bytes}"`;
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(printable(bytes)).replace(/[\x7f-\uffff]/g, escape);
}

/** Adds what other readings of the command make of the body. */
function withReading(request: DumpedRequest, [meant]: readonly ShellCommand[]): DumpedRequest {
  const other = meant && requestOf(meant);
  if (request.fidelity === "absent" || other === undefined) return request;
  const readings = [...request.otherReadings, other.body, ...other.otherReadings];
  return { ...request, otherReadings: distinct(readings, request.body) };
}
