import type { DumpedRequest } from "../../model/dump.ts";
import type { Header } from "../../model/http.ts";
import type { JsonNode, Source } from "../format.ts";
import { originForm } from "../http/target.ts";
import { member, memberAt, stringOf } from "../json.ts";
import { absentBody, announcedBytes, settleBody } from "../readings.ts";
import { bodyReadings } from "../values/bodies.ts";
import { headersIn } from "../values/headers.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * Requests of the Chrome DevTools Protocol: the events, or their `request`. The bytes are in `postDataEntries`; in
 * `postData` a body that is no text has one character a byte.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-Request
 */
export const cdp = producerFormat({
  name: "cdp",
  description: "Network.requestWillBeSent of the Chrome DevTools Protocol, as Puppeteer and Playwright see it",
  marks: ["params", "request", "hasPostData", "postDataEntries", "initialPriority"],
  isRecord: (node) => requestOf(node) !== undefined,
  read,
  advice: {
    absent: "Chrome left the body out for its length: raise maxPostDataSize in Network.enable.",
  },
});

function requestOf(node: JsonNode): JsonNode | undefined {
  const request = memberAt(node, "params", "request") ?? member(node, "request") ?? node;
  const isOurs = ["hasPostData", "postDataEntries", "initialPriority"].some((name) => member(request, name));
  return isOurs && stringOf(member(request, "url")) !== undefined ? request : undefined;
}

function read(record: JsonNode, document: Source): DumpedRequest[] {
  const request = requestOf(record);
  const headers: readonly Header[] = headersIn(member(request, "headers")) ?? [];
  const declared = announcedBytes(headers);
  const readings = [
    ...bodyReadings(member(request, "postDataEntries"), document, "base64"),
    ...bodyReadings(member(request, "postData"), document, "text"),
  ].filter(({ held }) => held !== "value");
  const hasBody = member(request, "hasPostData");
  const isLeftOut = readings.length === 0 && hasBody?.type === "literal" && hasBody.value === true;
  const empty = { held: "bytes" as const, bytes: new Uint8Array() };
  return [
    {
      method: stringOf(member(request, "method")) ?? null,
      target: originForm(stringOf(member(request, "url")) ?? "/"),
      headers,
      ...(isLeftOut ? absentBody(declared) : settleBody(readings.length > 0 ? readings : [empty], declared)),
    },
  ];
}
