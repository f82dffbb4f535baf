import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import { jsonDocuments, withBroken, type JsonDocument, type JsonDocuments } from "../documents.ts";
import type { DumpFormat, JsonNode, Source } from "../format.ts";
import { itemsOf, parseJson } from "../json.ts";
import { once } from "../once.ts";
import { advised, type Advice } from "./advice.ts";
import { requestsIn, signedRequestsIn } from "./requests.ts";

/** A program that writes requests as JSON, one record for each. */
export interface Producer {
  name: string;
  description: string;
  /** Members of which every record has one: a dump without any of them is not searched for records. */
  marks: readonly string[];
  /** Whether a JSON value is a record of this program. Looks at few members, since it is asked of every JSON dump. */
  isRecord: (node: JsonNode) => boolean;
  /** The requests of a record; without it they are found wherever their headers are. */
  read?: (record: JsonNode, document: Source) => DumpedRequest[];
  advice: Advice;
}

/**
 * The format of a program's JSON: a record, a list of records (by itself or in a member, as paged APIs have it), or
 * lines of a log.
 */
export function producerFormat(producer: Producer): DumpFormat {
  const read = producer.read ?? requestsIn;
  return {
    name: producer.name,
    description: producer.description,

    recognizes(dump) {
      const found = jsonDocuments(dump);
      const names = namesIn(found);
      if (!producer.marks.some((name) => names.has(name))) return false;
      return found.documents.some((document) =>
        recordsIn(document.json, producer).some((record) => read(record, document).length > 0),
      );
    },

    parse(dump) {
      const { documents, broken } = jsonDocuments(dump);
      // Says where it is broken.
      if (documents.length === 0) parseJson(dump.text);
      // Of a log's lines most are about something else.
      const signed = producer.read ? [] : requestsOf(documents, producer, signedRequestsIn);
      const requests = signed.length > 0 ? signed : requestsOf(documents, producer, read);
      if (requests.length === 0) throw new TelepathError("BROKEN_DUMP", "there is no record with a request in it");
      return withBroken(
        requests.map((request) => advised(request, producer.advice)),
        broken,
      );
    },
  };
}

/** The names of the members of everything that `recordsIn` looks at: each producer asks for them. */
const namesIn = once(({ documents }: JsonDocuments): ReadonlySet<string> => {
  const names = new Set<string>();
  const add = (node: JsonNode): void => {
    if (node.type === "object") for (const { name } of node.members) names.add(name);
  };
  for (const { json } of documents) {
    add(json);
    itemsOf(json).forEach(add);
    if (json.type === "object") for (const { value } of json.members) itemsOf(value).forEach(add);
  }
  return names;
});

/** The records in a value: itself, its items, or the items of its members. */
function recordsIn(node: JsonNode, producer: Producer): JsonNode[] {
  if (producer.isRecord(node)) return [node];
  if (node.type === "array") return node.items.filter(producer.isRecord);
  if (node.type !== "object") return [];
  return node.members.flatMap(({ value }) => itemsOf(value).filter(producer.isRecord));
}

function requestsOf(
  documents: readonly JsonDocument[],
  producer: Producer,
  read: (record: JsonNode, document: Source) => DumpedRequest[],
): DumpedRequest[] {
  return documents.flatMap((document) =>
    recordsIn(document.json, producer).flatMap((record) => read(record, document)),
  );
}
