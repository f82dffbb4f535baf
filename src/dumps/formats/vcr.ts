import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode, Source } from "../format.ts";
import { originForm } from "../http/target.ts";
import { itemsOf, member, stringOf } from "../json.ts";
import { announcedBytes, settleBody, type Reading } from "../readings.ts";
import { advised } from "../values/advice.ts";
import { bodyReadings, stringReadings } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { parseYaml } from "../yaml/yaml.ts";

const CASSETTE = /^(?:---[^\n]*\n)?(?:[ \t]*(?:#[^\n]*)?\n){0,20}["']?http_interactions["']?:/;

/**
 * Cassettes of VCR, in YAML or JSON. `base64_string` and YAML's `!binary` hold any bytes, `string` text.
 *
 * @see https://github.com/vcr/vcr
 */
export const vcr: DumpFormat = {
  name: "vcr",
  description: "cassettes of VCR, in YAML or JSON",

  recognizes(dump) {
    return CASSETTE.test(dump.text.slice(0, 4096)) || member(dump.json, "http_interactions") !== undefined;
  },

  parse(dump) {
    const root = dump.json ?? parseYaml(dump.text);
    const requests = itemsOf(member(root, "http_interactions")).flatMap((item) => requestsOf(item, dump));
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no http_interactions[].request in it");
    return requests;
  },
};

function requestsOf(interaction: JsonNode, dump: Source): DumpedRequest[] {
  const request = member(interaction, "request");
  if (request?.type !== "object") return [];
  const headers = headersIn(member(request, "headers")) ?? [];
  const uri = stringOf(member(request, "uri"));
  const read: DumpedRequest = {
    method: stringOf(member(request, "method"))?.toUpperCase() ?? null,
    target: uri === undefined ? null : originForm(uri),
    headers,
    ...settleBody(bodyOf(member(request, "body"), dump), announcedBytes(headers)),
  };
  return [advised(read, { text: "With preserve_exact_body_bytes VCR keeps every byte." })];
}

function bodyOf(body: JsonNode | undefined, dump: Source): Reading[] {
  const base64 = stringOf(member(body, "base64_string"));
  if (base64 !== undefined) return stringReadings(base64.replaceAll(" ", ""), "base64");
  // Cassettes of VCR 1 have the text itself.
  const text = member(body, "string") ?? body;
  const readings = bodyReadings(text?.type === "object" ? undefined : text, dump, "text");
  return readings.length > 0 ? readings : [{ held: "bytes", bytes: new Uint8Array() }];
}
