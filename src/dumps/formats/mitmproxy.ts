import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Header } from "../../model/http.ts";
import { entry, readTnetstring, textOf, type TNode } from "../flows/tnetstring.ts";
import type { DumpFormat } from "../format.ts";
import { originForm } from "../http/target.ts";
import { absentBody, announcedBytes, settleBody } from "../readings.ts";

const START = /^\d{1,9}:(?:\d{1,2}:[a-z_]{1,20}[;,]|\d{1,9}:)/;

/** A file of flows that mitmproxy, mitmdump or mitmweb saved. The content is what was on the wire, without its chunks. */
export const mitmproxy: DumpFormat = {
  name: "mitmproxy",
  description: "mitmproxy's flow files: mitmdump -w, Save in mitmweb",

  recognizes({ bytes }) {
    return START.test(bytes.toString("latin1", 0, 64)) && bytes.subarray(0, 65_536).includes("request");
  },

  parse({ bytes }) {
    const requests: DumpedRequest[] = [];
    let at = 0;
    for (let number = 1; at < bytes.length; number += 1) {
      try {
        const { node, end } = readTnetstring(bytes, at);
        requests.push(...requestIn(node));
        at = end;
      } catch (error) {
        if (!(error instanceof TelepathError)) throw error;
        return endedBy(`damaged flow file at flow ${number}: ${error.message}`, requests);
      }
    }
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no flow in it is an HTTP request");
    return requests;
  },
};

/** What a file holds before the flow at which it is damaged: mitmdump leaves the last one unfinished when it is killed. */
function endedBy(damage: string, requests: DumpedRequest[]): DumpedRequest[] {
  const last = requests.at(-1);
  if (last === undefined) throw new TelepathError("BROKEN_DUMP", damage);
  const note = `${damage.charAt(0).toUpperCase()}${damage.slice(1)}.`;
  return [...requests.slice(0, -1), { ...last, notes: [...last.notes, note] }];
}

function requestIn(flow: TNode): DumpedRequest[] {
  const request = entry(flow, "request");
  const method = textOf(entry(request, "method"));
  if (method === undefined) return [];
  const headers = headersIn(entry(request, "headers"));
  const path = textOf(entry(request, "path"));
  const content = entry(request, "content");
  const declared = announcedBytes(headers);
  const body =
    content?.type === "bytes"
      ? settleBody([{ held: "bytes", bytes: content.value }], declared)
      : absentBody(declared, "mitmproxy did not keep the body: it was streamed. Run it without stream_large_bodies.");
  return [{ method, target: path === undefined ? null : originForm(path), headers, ...body }];
}

function headersIn(node: TNode | undefined): Header[] {
  if (node?.type !== "list") return [];
  return node.items.flatMap((item): Header[] => {
    if (item.type !== "list") return [];
    const [name, value] = item.items.map(textOf);
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}
