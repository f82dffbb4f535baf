import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat } from "../format.ts";
import { readMessages } from "../http/messages.ts";
import { asBuffer } from "../readings.ts";
import { fromBase64 } from "../values/bodies.ts";

const ITEMS = /<items\b[^>]{0,1000}\bburpVersion=/;
const LONGEST_PROLOG = 16_384;
const REQUEST = /<request(?:\s+base64="(true|false)")?\s*>/g;
const CLOSE = "</request>";

/**
 * Burp Suite's "Save items": XML in which each request is the raw message, in base64 or, without that option, as text
 * whose carriage returns are lost. Read by hand: its document type is passed over, and one with entities is refused.
 *
 * @see https://portswigger.net/burp/documentation/desktop/tools/proxy/http-history
 */
export const burp: DumpFormat = {
  name: "burp",
  description: "items saved by Burp Suite as XML",

  recognizes({ bytes }) {
    const start = bytes.toString("latin1", 0, LONGEST_PROLOG);
    return /^\s*</.test(start) && ITEMS.test(start);
  },

  parse({ bytes }) {
    const xml = bytes.toString("latin1");
    const start = ITEMS.exec(xml.slice(0, LONGEST_PROLOG))?.index;
    if (start === undefined) throw new TelepathError("BROKEN_DUMP", "there is no <items burpVersion=…> in it");
    if (xml.slice(0, start).includes("<!ENTITY")) throw new TelepathError("BROKEN_DUMP", "XML entities are refused");
    const requests = itemsIn(xml, start);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no <request> in it");
    return requests;
  },
};

function itemsIn(xml: string, start: number): DumpedRequest[] {
  const requests: DumpedRequest[] = [];
  REQUEST.lastIndex = start;
  for (let tag = REQUEST.exec(xml); tag; tag = REQUEST.exec(xml)) {
    const { text, end } = contentOf(xml, REQUEST.lastIndex);
    requests.push(...(tag[1] === "true" ? encoded(text, requests.length) : plain(text)));
    REQUEST.lastIndex = end;
  }
  return requests;
}

/** The text of an element without children: CDATA sections, which may hold its own end tag, and text between. */
function contentOf(xml: string, start: number): { text: string; end: number } {
  let text = "";
  let at = start;
  for (;;) {
    const section = xml.startsWith("<![CDATA[", at) ? at : -1;
    if (section === -1) {
      const next = xml.indexOf("<", at);
      if (next === -1) throw new TelepathError("BROKEN_DUMP", "a <request> is opened and never closed");
      text += unescaped(xml.slice(at, next));
      if (xml.startsWith(CLOSE, next)) return { text, end: next + CLOSE.length };
      if (!xml.startsWith("<![CDATA[", next))
        throw new TelepathError("BROKEN_DUMP", "a <request> holds other elements");
      at = next;
      continue;
    }
    const end = xml.indexOf("]]>", at);
    if (end === -1) throw new TelepathError("BROKEN_DUMP", "a CDATA section is opened and never closed");
    text += xml.slice(at + "<![CDATA[".length, end);
    at = end + "]]>".length;
  }
}

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g, (all, name, decimal, hex) => {
    if (name !== undefined) return named[name as string] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code > 0x10ffff ? all : Buffer.from(String.fromCodePoint(code)).toString("latin1");
  });
}

function encoded(text: string, index: number): DumpedRequest[] {
  const message = fromBase64(text.trim(), true);
  if (message === undefined) throw new TelepathError("BROKEN_DUMP", `request ${index + 1} is not base64`);
  return readMessages(message);
}

function plain(text: string): DumpedRequest[] {
  return readMessages(Buffer.from(text, "latin1")).map((request) => {
    const isLost = asBuffer(request.body).includes("\ufffd");
    if (!isLost && request.declaredBytes === request.body.length) return request;
    const note = "Burp saved it as text, which loses bytes: tick Base64-encode requests and responses.";
    const fidelity = request.fidelity === "exact" ? "text" : request.fidelity;
    return Object.assign(request, { fidelity, notes: request.notes.concat(note) });
  });
}
