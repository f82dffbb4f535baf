import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { headerValue, type Header } from "../../model/http.ts";
import type { PowerShellValue } from "../commands/powershell-strings.ts";
import { readPowerShell, type PowerShellCommand } from "../commands/powershell.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import { absentBody, announcedBytes, settleBody, withBody, type Reading, type SettledBody } from "../readings.ts";
import { headerBytes } from "../values/headers.ts";

const COMMAND = /(?:^|[\s=(;|])(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)[ \t`]/i;

/** PowerShell commands, as browsers copy them and as people type them. Nothing of them is run. */
export const powershell: DumpFormat = {
  name: "powershell",
  description: "Invoke-WebRequest and Invoke-RestMethod: a browser's Copy as PowerShell",

  recognizes({ text }) {
    return !/^\s*[{[<]/.test(text.slice(0, 1000)) && COMMAND.test(text);
  },

  parse({ text }) {
    const requests: DumpedRequest[] = [];
    for (const command of readPowerShell(text)) requests.push(requestOf(command));
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no Invoke-WebRequest in this dump");
    return requests;
  },
};

function requestOf(command: PowerShellCommand): DumpedRequest {
  const headers = headersOf(command);
  const body = valueOf(command, "body");
  const url = textOf(valueOf(command, "uri"));
  const file = textOf(valueOf(command, "infile"));
  const settled =
    file === undefined
      ? bodyOf(body, announcedBytes(headers))
      : absentBody(
          announcedBytes(headers),
          `The body is in the file ${file}, which is not opened: give it with --body.`,
        );
  const method = textOf(valueOf(command, "method")) ?? textOf(valueOf(command, "custommethod"));
  const target = url === undefined ? null : originForm(url);
  return withBody((method ?? "GET").toUpperCase(), target, headers, settled);
}

function headersOf(command: PowerShellCommand): Header[] {
  const table = valueOf(command, "headers");
  const headers: Header[] = [];
  for (const { name, value } of table?.type === "table" ? table.entries : []) {
    headers.push([headerBytes(name), headerBytes(textOf(value) ?? "")]);
  }
  const implied: [string, string][] = [
    ["User-Agent", "useragent"],
    ["Content-Type", "contenttype"],
  ];
  for (const [name, parameter] of implied) {
    const value = textOf(valueOf(command, parameter));
    if (value && headerValue(headers, name) === undefined) headers.push([name, headerBytes(value)]);
  }
  return headers;
}

/** Windows PowerShell 5 sends strings as latin1, PowerShell 7 as UTF-8, and either what it is told to. */
function bodyOf(body: PowerShellValue | undefined, declared: number | null): SettledBody {
  if (body === undefined) return settleBody([{ held: "text", bytes: new Uint8Array() }], declared);
  if (body.type === "unknown") {
    return absentBody(declared, "The body is an expression, and nothing of a dump is run: give its value with --body.");
  }
  if (body.type === "table") {
    return absentBody(
      declared,
      "The body is a table, which PowerShell sends as a form: give what was sent with --body.",
    );
  }
  const settled = settleBody(readingsOf(body), declared);
  if (!body.expands) return settled;
  const note = "The command holds $…, which PowerShell would replace; nothing of a dump is run.";
  return { ...settled, fidelity: "text", notes: [...settled.notes, note] };
}

function readingsOf({ value, utf8 }: Extract<PowerShellValue, { type: "string" }>): Reading[] {
  const texts = [value];
  if (value.includes("\r\n")) texts.push(value.replaceAll("\r\n", "\n"));
  else if (value.includes("\n")) texts.push(value.replaceAll("\n", "\r\n"));
  const readings = texts.map((text): Reading => ({ held: "text", bytes: Buffer.from(text) }));
  if (utf8 || /^[\0-\x7f]*$/.test(value)) return readings;
  const latin1 = value.replace(/[\u{100}-\u{10ffff}]/gu, "?");
  return [...readings, { held: "text", bytes: Buffer.from(latin1, "latin1") }];
}

/** Parameters may be given by the start of their name, as long as it is theirs alone. */
function valueOf(command: PowerShellCommand, name: string): PowerShellValue | undefined {
  const shortest = name === "method" || name === "infile" ? 3 : name === "useragent" ? 5 : name.length > 4 ? 4 : 3;
  for (const [given, value] of command) {
    if (given.length >= shortest && name.startsWith(given)) return value;
  }
  return undefined;
}

function textOf(value: PowerShellValue | undefined): string | undefined {
  return value?.type === "string" ? value.value : undefined;
}
