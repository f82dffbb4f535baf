import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import { absentBody, announcedBytes, settleBody, type Reading, type SettledBody } from "../readings.ts";

const REQUEST =
  /^(?:\[[^\]\n]{1,60}\] ?){0,2}(?:\S{1,100}: )?(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (https?:\/\/\S+)(?: HTTP\/\d\S{0,3})?$/;
const RESPONSE = /^ {1,200}<< /;
const HEADER = /^ {4}([!#$%&'*+.^_`|~0-9A-Za-z-]+):(?: (.*))?$/;

/** What mitmdump prints with `--flow-detail 2` and more. Bodies are printed anew: JSON indented, with its keys sorted. */
export const mitmproxyConsole: DumpFormat = {
  name: "mitmproxy-console",
  description: "what mitmdump prints; bodies are not as sent: use mitmdump -w",

  recognizes({ text }) {
    if (!/(?:^|\n)(?: {1,200}<< | {4}x-telepath-)/i.test(text)) return false;
    return text.split("\n").some((line) => line.length < 10_000 && REQUEST.test(line.trimEnd()));
  },

  parse({ text }) {
    const blocks: { method: string; url: string; lines: string[]; isOpen: boolean }[] = [];
    for (const raw of text.split("\n")) {
      const line = raw.replace(/\r$/, "");
      const [, method, url] = (line.length < 10_000 && REQUEST.exec(line)) || [];
      const block = blocks.at(-1);
      if (method !== undefined && url !== undefined) blocks.push({ method, url, lines: [], isOpen: true });
      else if (block && RESPONSE.test(line)) block.isOpen = false;
      else if (block?.isOpen) block.lines.push(line);
    }
    if (blocks.length === 0) throw new TelepathError("BROKEN_DUMP", 'there is no line such as "POST http://…" in it');
    return blocks.map(requestOf);
  },
};

const instead = "use mitmdump -w flows.mitm, then verify flows.mitm.";

function requestOf({ method, url, lines }: { method: string; url: string; lines: string[] }): DumpedRequest {
  const blank = lines.findIndex((line) => line.trim() === "");
  const head = blank === -1 ? lines : lines.slice(0, blank);
  const headers = head.flatMap((line): Header[] => {
    const [, name, value = ""] = HEADER.exec(line) ?? [];
    return name === undefined ? [] : [[name, Buffer.from(value.trim()).toString("latin1")]];
  });
  const content = blank === -1 ? [] : lines.slice(blank + 1).map((line) => line.replace(/^ {4}/, ""));
  return { method, target: originForm(url), headers, ...bodyOf(content.join("\n").trimEnd(), announcedBytes(headers)) };
}

function bodyOf(text: string, declared: number | null): SettledBody {
  // Under the headers of an empty request it prints the query.
  if (declared === 0) return settleBody([{ held: "bytes", bytes: new Uint8Array() }], declared);
  if (text === "" || text === "(content missing)") return absentBody(declared, `The body was not printed: ${instead}`);
  const cut = /\n?\(cut off\)$/.exec(text);
  const shown = text.slice(0, cut?.index);
  const readings = [Buffer.from(shown), escapesUndone(shown)].map((bytes): Reading => ({ held: "value", bytes }));
  const settled = settleBody(readings, declared);
  const note = `mitmdump prints bodies anew: ${instead}`;
  return { ...settled, fidelity: cut ? "truncated" : settled.fidelity, notes: [...settled.notes, note] };
}

/** Other bodies than JSON and forms are shown as text, with `\xe9` for what is no UTF-8. */
function escapesUndone(text: string): Buffer {
  const bytes = Buffer.from(text).toString("latin1");
  const undone = bytes.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(undone, "latin1");
}
