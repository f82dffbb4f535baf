import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { originForm } from "../http/target.ts";
import { itemsOf, member, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody, type SettledBody } from "../readings.ts";
import { advised } from "../values/advice.ts";
import { stringReadings } from "../values/bodies.ts";
import { formReadings } from "../values/forms.ts";
import { headersIn } from "../values/headers.ts";
import { signedFirst, unfilled } from "../values/collections.ts";
import { parseYaml } from "../yaml/yaml.ts";

const V5 = /(?:^|\n)type: ["']?collection\.insomnia/;

/**
 * Insomnia's exports: version 4 in JSON, version 5 in YAML. The body is the text of the editor, before template tags are
 * filled in.
 *
 * @see https://docs.insomnia.rest/insomnia/import-export-data
 */
export const insomnia: DumpFormat = {
  name: "insomnia",
  description: "collections of Insomnia: exports of version 4 (JSON) and 5 (YAML)",

  recognizes(dump) {
    const { json } = dump;
    if (json === undefined) return V5.test(dump.text.slice(0, 4096));
    if (stringOf(member(json, "_type")) === "export") return itemsOf(member(json, "resources")).some(isRequest);
    return stringOf(member(json, "type"))?.startsWith("collection.insomnia") === true;
  },

  parse(dump) {
    const root = dump.json ?? parseYaml(dump.text);
    const requests = [
      ...itemsOf(member(root, "resources")).filter(isRequest),
      ...requestsIn(member(root, "collection")),
    ];
    if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no request in this collection");
    return signedFirst(requests.map((request) => requestOf(request)));
  },
};

function isRequest(node: JsonNode): boolean {
  return stringOf(member(node, "_type")) === "request";
}

/** Version 5 has folders with `children`. */
function requestsIn(list: JsonNode | undefined): JsonNode[] {
  return itemsOf(list).flatMap((item) =>
    member(item, "children") ? requestsIn(member(item, "children")) : member(item, "url") ? [item] : [],
  );
}

function requestOf(request: JsonNode): DumpedRequest {
  const list = member(request, "headers");
  const headers = headersIn(itemsOf(list).length > 0 ? list : undefined) ?? [];
  const url = stringOf(member(request, "url"));
  const read: DumpedRequest = {
    method: stringOf(member(request, "method")) ?? null,
    target: url === undefined ? null : originForm(url),
    headers,
    ...bodyOf(member(request, "body"), announcedBytes(headers)),
  };
  const advice = "The form was put together from its fields: Insomnia's timeline shows what was sent.";
  return advised(unfilled(read, /\{[{%]/), { reserialised: advice });
}

function bodyOf(body: JsonNode | undefined, declared: number | null): SettledBody {
  const file = stringOf(member(body, "fileName"));
  if (file) return absentBody(declared, `The body is in the file ${file}, which is not opened: give it with --body.`);
  const params = itemsOf(member(body, "params")).filter((param) => !isDisabled(param));
  if (params.length > 0) {
    if (/multipart/.test(stringOf(member(body, "mimeType")) ?? "")) {
      return absentBody(declared, "A multipart body has a boundary the collection does not show.");
    }
    return settleBody(formReadings(params), declared);
  }
  return settleBody(stringReadings(stringOf(member(body, "text")) ?? "", "text"), declared);
}

function isDisabled(param: JsonNode): boolean {
  const disabled = member(param, "disabled");
  return disabled?.type === "literal" && disabled.value === true;
}
