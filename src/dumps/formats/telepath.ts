import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { countOf, itemsOf, member, stringOf, tryParseJson } from "../json.ts";
import { absentBody, announcedBytes } from "../readings.ts";
import { fromBase64 } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { startedAtOf } from "../values/times.ts";

/**
 * What this tool prints about deliveries: `export --format json` and `show --json`, one object a line. Headers are
 * pairs, and the body is `{"text": …}` or `{"base64": …}`: every byte is there. Lines of `log --json` have no body.
 */
export const telepath: DumpFormat = {
  name: "telepath",
  description: "telepath-hooks show --json, log --json and export --format json",

  recognizes(dump) {
    if (dump.json !== undefined) return isOurs(dump.json);
    const [first = ""] = dump.text.split("\n", 1);
    const node = first.startsWith("{") ? tryParseJson(first) : undefined;
    return node !== undefined && isOurs(node);
  },

  parse(dump) {
    const nodes = dump.json === undefined ? linesOf(dump.text) : [dump.json];
    const requests = nodes.filter(isOurs).map(requestOf);
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "no delivery of telepath-hooks in it");
    return requests;
  },
};

function linesOf(text: string): JsonNode[] {
  return text.split("\n").flatMap((line) => (line.startsWith("{") ? (tryParseJson(line) ?? []) : []));
}

function isOurs(node: JsonNode): boolean {
  if (stringOf(member(node, "method")) === undefined || stringOf(member(node, "target")) === undefined) return false;
  const body = contentOf(node);
  const isLogLine = stringOf(member(node, "type")) === "delivery" && member(node, "attempts") !== undefined;
  const arePairs = itemsOf(member(node, "headers")).every((item) => item.type === "array" && item.items.length === 2);
  return (body !== undefined && member(node, "headers")?.type === "array" && arePairs) || isLogLine;
}

function requestOf(node: JsonNode): DumpedRequest {
  const list = member(node, "headers");
  const headers = (itemsOf(list).length > 0 ? headersIn(list) : undefined) ?? [];
  const body = contentOf(node);
  const size = countOf(member(node, "bytes")) ?? announcedBytes(headers);
  const start = {
    method: stringOf(member(node, "method")) ?? null,
    target: stringOf(member(node, "target")) ?? null,
    headers,
    ...startedAtOf(member(node, "receivedAt")),
  };
  if (body === undefined) {
    return {
      ...start,
      ...absentBody(size, "Lines of the log hold no bodies: use telepath-hooks export --format json."),
    };
  }
  return { ...start, body, ...keptOf(node), declaredBytes: size, otherReadings: [] };
}

/** What `bodyState` says of the body. */
function keptOf(node: JsonNode): Pick<DumpedRequest, "fidelity" | "notes"> {
  const state = stringOf(member(node, "bodyState")) ?? "whole";
  if (state === "whole") return { fidelity: "exact", notes: [] };
  if (state === "inexact")
    return { fidelity: "reserialised", notes: ["It was read from a dump that kept no exact bytes."] };
  return { fidelity: "truncated", notes: ["Only the first part of the body was received or kept."] };
}

function contentOf(node: JsonNode): Buffer | undefined {
  const content = member(node, "body");
  if (content?.type !== "object" || content.members.length !== 1) return undefined;
  const text = stringOf(member(content, "text"));
  const base64 = stringOf(member(content, "base64"));
  return text === undefined ? (base64 === undefined ? undefined : fromBase64(base64)) : Buffer.from(text);
}
