import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { DumpFormat, JsonNode } from "../format.ts";
import { readMessages } from "../http/messages.ts";
import { itemsOf, member, memberAt, parseJson, stringOf } from "../json.ts";
import { fromBase64 } from "../values/bodies.ts";

/**
 * The ngrok agent's API on port 4040, a request or the list of them: `request.raw` is the whole message in base64, so
 * the parsed headers beside it are not needed. Long bodies are cut.
 *
 * @see https://ngrok.com/docs/agent/api/
 */
export const ngrok: DumpFormat = {
  name: "ngrok",
  description: "the ngrok agent's API: /api/requests/http and /api/requests/http/{id}",

  recognizes({ json }) {
    return rawRequests(json).length > 0;
  },

  parse(dump) {
    const raw = rawRequests(dump.json ?? parseJson(dump.text));
    if (raw.length === 0) throw new TelepathError("BROKEN_DUMP", "no request.raw in it");
    return raw.flatMap((text, index) => requestIn(text, index));
  },
};

function rawRequests(root: JsonNode | undefined): string[] {
  const list = member(root, "requests");
  return (list ? itemsOf(list) : root ? [root] : [])
    .filter((item) => member(item, "tunnel_name") !== undefined || member(item, "remote_addr") !== undefined)
    .flatMap((item) => stringOf(memberAt(item, "request", "raw")) ?? []);
}

function requestIn(raw: string, index: number): DumpedRequest[] {
  const message = fromBase64(raw);
  if (message === undefined) throw new TelepathError("BROKEN_DUMP", `request ${index + 1}: raw is not base64`);
  return readMessages(message);
}
